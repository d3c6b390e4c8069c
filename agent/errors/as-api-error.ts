import type { FastifyError } from "fastify";
import { ApiError } from "./api-error.ts";

/** The same failure of a run whose tools have run: made again by itself, a request would run them again. */
export function notToBeRetried(thrown: unknown): ApiError {
  const error = asApiError(thrown);
  const { status, message, type, code, param, retryAfterSeconds } = error;
  return new ApiError(status, message, {
    type,
    ...(code !== null && { code }),
    ...(param !== null && { param }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    cause: error.cause ?? thrown,
    shouldRetry: false,
  });
}

/** Whatever was thrown, as our caller should see it: never with the words of an inner error. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { statusCode, code, message, cause } = error as Partial<FastifyError>;
  switch (code) {
    case "FST_ERR_VALIDATION":
      if (cause instanceof ApiError) return cause;
      break;
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new ApiError(413, "The request body is too large.", { code: "body_too_large" });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new ApiError(415, "The request body must be JSON.", {
        code: "unsupported_media_type",
      });
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return new ApiError(400, "The request body is not JSON.", { code: "invalid_json" });
  }
  // Fastify's own refusals of a request are the caller's to read.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError(statusCode, message ?? "The request is wrong.");
  }
  return new ApiError(500, "The agent failed.", { cause: error });
}
