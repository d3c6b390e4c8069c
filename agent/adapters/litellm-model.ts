import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from "openai";
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import { ApiError } from "../errors/api-error.ts";
import type { Model } from "../ports/ports.ts";
import { boundedFetch, OversizedAnswer } from "./bounded-fetch.ts";
import { isContextLength } from "./context-length.ts";
import { readChunk } from "./model-chunk.ts";
import { Watchdog } from "./watchdog.ts";

export interface ModelServer {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly firstTokenTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** What a turn may have; a single event that has far more is not even read. */
  readonly turnCharacters: number;
  /** Names that it must serve to be of use; none: it is enough that it answers. */
  readonly names?: readonly string[];
}

const errorBodyBytes = 1_000_000;
// A character may be escaped as six, and a chunk has more than its words.
const bytesPerCharacter = 6;
const chunkBytes = 64 * 1024;

/** Any server of OpenAI's chat API; ours is LiteLLM, which also owns the retries. */
export function litellmModel(server: ModelServer): Model {
  const client = new OpenAI({
    baseURL: server.baseUrl,
    apiKey: server.apiKey,
    maxRetries: 0,
    fetch: boundedFetch({
      bodyBytes: errorBodyBytes,
      lineBytes: bytesPerCharacter * server.turnCharacters + chunkBytes,
    }),
    // Whatever goes wrong is thrown, and logged by us; the client would write to the console.
    logLevel: "off",
  });
  return {
    async *stream(request, { signal, traceparent }) {
      const watchdog = new Watchdog(server.firstTokenTimeoutMs);
      let hasStarted = false;
      try {
        const chunks = await client.chat.completions.create(
          { ...request, stream: true, stream_options: { include_usage: true } },
          { signal: AbortSignal.any([signal, watchdog.signal]), headers: { traceparent } },
        );
        let isComplete = false;
        let isEmpty = true;
        for await (const received of chunks) {
          // The consumer's own time, such as a slow reader's, is not the model's.
          watchdog.stop();
          const chunk = readChunk(received);
          if (chunk === undefined) throw hasStarted ? cutStream() : malformed();
          hasStarted = true;
          isComplete ||= chunk.choices.some((choice) => choice.finish_reason !== null);
          isEmpty &&= !saysSomething(chunk);
          yield chunk;
          watchdog.restart(server.idleTimeoutMs);
        }
        // The client ends its loop quietly when it is aborted.
        signal.throwIfAborted();
        if (watchdog.signal.aborted) throw timedOut();
        if (!isComplete) throw cutStream();
        if (isEmpty) throw empty();
      } catch (error) {
        if (signal.aborted) throw error;
        if (watchdog.signal.aborted) throw timedOut();
        throw asApiError(error, { hasStarted });
      } finally {
        watchdog.stop();
      }
    },
    async ping(signal) {
      let served: readonly string[];
      try {
        const { data } = await client.models.list({ signal });
        served = data.map(({ id }) => id);
      } catch (error) {
        throw asApiError(error, { hasStarted: false });
      }
      const missing = (server.names ?? []).filter((name) => !served.some((id) => isFor(id, name)));
      if (missing.length > 0) {
        throw new ApiError(502, `The model server has no ${missing.join(", ")}.`, {
          code: "upstream",
        });
      }
    },
  };
}

/** LiteLLM lists what serves many names with a `*`. */
function isFor(id: string, name: string): boolean {
  const [start = "", ...rest] = id.split("*");
  return rest.length === 0 ? id === name : name.startsWith(start);
}

/**
 * Words, a call, tokens that were counted (a model may think, and say nothing), or a reason to have
 * said nothing. LiteLLM makes a whole answer without any of them of what is not an answer.
 */
function saysSomething({ choices, usage }: ChatCompletionChunk): boolean {
  const isSaid = choices.some(
    ({ delta, finish_reason: reason }) =>
      Boolean(delta.content) ||
      Boolean(delta.refusal) ||
      (delta.tool_calls ?? []).length > 0 ||
      reason === "length" ||
      reason === "content_filter",
  );
  return isSaid || (usage?.completion_tokens ?? 0) > 0;
}

type ApiFailure = APIError<number | undefined, Headers | undefined, object | undefined>;

function isApiFailure(error: unknown): error is ApiFailure {
  return error instanceof APIError && !(error instanceof APIUserAbortError);
}

/** An upstream failure as our caller should see it: its 401 is our fault, not the caller's. */
function asApiError(cause: unknown, { hasStarted }: { hasStarted: boolean }): unknown {
  if (cause instanceof ApiError || cause instanceof APIUserAbortError) return cause;
  if (isOversized(cause)) return tooLarge(cause);
  if (cause instanceof APIConnectionTimeoutError) return timedOut(cause);
  if (hasStarted) return cutStream(cause);
  if (!isApiFailure(cause)) return malformed(cause);
  if (cause instanceof APIConnectionError) {
    return new ApiError(502, "The model server cannot be reached.", { cause, code: "upstream" });
  }
  const status = Number(cause.status);
  if (status === 401 || status === 403 || cause.type === "no_db_connection") {
    const message = "The model server refused the agent's own key.";
    return new ApiError(502, message, { cause, code: "upstream_unauthorized" });
  }
  if (status === 429) {
    const retryAfterSeconds = retryAfter(cause.headers?.get("retry-after"));
    const message = "The model is rate limited.";
    return new ApiError(429, message, { cause, code: "rate_limit_exceeded", retryAfterSeconds });
  }
  if (status === 408 || status === 504) return timedOut(cause);
  if (status >= 400 && status < 500) return rejected(status, cause);
  return new ApiError(502, "The model server failed.", { cause, code: "upstream" });
}

function rejected(status: number, cause: ApiFailure): ApiError {
  if (isContextLength(cause)) {
    const message =
      "The request is longer than the model's context: send fewer or shorter messages.";
    return new ApiError(400, message, {
      cause,
      code: "context_length_exceeded",
      param: "messages",
    });
  }
  const param = typeof cause.param === "string" ? { param: cause.param } : {};
  const code = typeof cause.code === "string" && !/^\d+$/.test(cause.code) ? cause.code : undefined;
  return new ApiError(status === 404 ? 404 : 400, cause.message, {
    cause,
    ...param,
    ...(code === undefined ? {} : { code }),
  });
}

function retryAfter(header: string | null | undefined): number {
  const seconds = Number(header);
  return header && Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : 5;
}

function timedOut(cause?: unknown): ApiError {
  return new ApiError(504, "The model did not answer in time.", {
    cause,
    code: "upstream_timeout",
  });
}

/** The client may have its own error for what reading a body throws. */
function isOversized(error: unknown): boolean {
  if (error instanceof OversizedAnswer) return true;
  return error instanceof Error && error.cause !== undefined && isOversized(error.cause);
}

function tooLarge(cause: unknown): ApiError {
  const message = "The model server's answer is too large.";
  return new ApiError(502, message, { cause, code: "upstream_too_large" });
}

function malformed(cause?: unknown): ApiError {
  const message = "The model server's answer is not a chat completion.";
  return new ApiError(502, message, { cause, code: "upstream" });
}

function empty(): ApiError {
  const message =
    "The model's answer is empty: its server may have answered with what is not an answer.";
  return new ApiError(502, message, { code: "upstream_empty" });
}

function cutStream(cause?: unknown): ApiError {
  const message = "The model's answer broke off.";
  return new ApiError(502, message, { cause, code: "upstream_interrupted" });
}
