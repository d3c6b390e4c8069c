import { ApiError } from "../errors/api-error.ts";
import type { Answer } from "./ask.ts";
import { ContextLengthError } from "../errors/context-length-error.ts";
import { countedIn, isContextLength } from "./context-length.ts";
import { OversizedAnswer } from "./oversized-answer.ts";
import { parsedJson } from "./parsed-json.ts";
import { isOfProvider, providerWords } from "./provider-words.ts";

/** What a server of OpenAI's API says of a request that it does not answer. */
export class ServerRefusal extends Error {
  /** Undefined where it says so in the midst of an answer. */
  readonly status: number | undefined;
  readonly code: unknown;
  readonly type: unknown;
  readonly param: unknown;
  readonly retryAfter: string | undefined;

  constructor(said: Said, status?: number, retryAfter?: string) {
    const { message, code, type, param } = said;
    super(typeof message === "string" ? message : "The model server refused the request.");
    this.status = status;
    this.code = code;
    this.type = type;
    this.param = param;
    this.retryAfter = retryAfter;
  }
}

/** By OpenAI's names; of which type each is, the server decides. */
type Said = Readonly<Partial<Record<"message" | "code" | "type" | "param", unknown>>>;

export function refusalOf({ statusCode, headers }: Answer, body: string): ServerRefusal {
  const { "retry-after": retryAfter } = headers;
  const said = errorIn(parsedJson(body)) ?? {};
  return new ServerRefusal(said, statusCode, retryAfter?.toString());
}

/** A refusal in the place of a part of an answer. */
export function refusalIn(value: unknown): ServerRefusal | undefined {
  const said = errorIn(value);
  return said && new ServerRefusal(said);
}

function errorIn(value: unknown): Said | undefined {
  const { error } = Object(value) as { readonly error?: unknown };
  return error ? (Object(error) as Said) : undefined;
}

/** An upstream failure as our caller should see it: its 401 is our fault, not the caller's. */
export function asApiError(cause: unknown, { hasStarted }: { hasStarted: boolean }): ApiError {
  if (cause instanceof ApiError) return cause;
  if (cause instanceof OversizedAnswer) return tooLarge(cause);
  if (hasStarted) return cutStream(cause);
  return cause instanceof ServerRefusal ? refused(cause) : malformed(cause);
}

function refused(cause: ServerRefusal): ApiError {
  const { status = 502, type } = cause;
  if (isOfProvider(cause.message)) {
    const ofProvider = providerRefusal(status, cause);
    if (ofProvider !== undefined) return ofProvider;
  }
  if (status === 401 || status === 403 || type === "no_db_connection") {
    const message = "The model server refused the agent's own key.";
    return new ApiError(502, message, { cause, code: "upstream_unauthorized" });
  }
  if (status === 429 && cause.message.includes("crossed budget")) return overBudget(cause);
  if (status === 429) {
    const retryAfterSeconds = retryAfter(cause.retryAfter);
    const why = isOfProvider(cause.message) ? `: ${providerWords(cause.message)}` : ".";
    const message = `The model is rate limited${why}`;
    return new ApiError(429, message, { cause, code: "rate_limit_exceeded", retryAfterSeconds });
  }
  if (status === 408 || status === 504) return timedOut(cause);
  if (status >= 400 && status < 500) return rejected(status, cause);
  return new ApiError(502, "The model server failed.", { cause, code: "upstream" });
}

/** What only an operator can put right, told in the provider's own words; undefined for anything else. */
function providerRefusal(status: number, cause: ServerRefusal): ApiError | undefined {
  const known = operatorsErrors[status];
  if (known === undefined) return undefined;
  const message = `${known.what}: ${providerWords(cause.message)}`;
  // OpenAI's clients would ask twice more.
  return new ApiError(502, message, { cause, code: known.code, shouldRetry: false });
}

const operatorsErrors: Readonly<Record<number, { readonly what: string; readonly code: string }>> =
  {
    401: { what: "The model's provider refused its key", code: "provider_unauthorized" },
    402: { what: "The model's provider wants to be paid", code: "provider_payment_required" },
    403: { what: "The model's provider refused the request", code: "provider_forbidden" },
  };

/** OpenAI's code for it; LiteLLM's words name its own deployments. */
function overBudget(cause: unknown): ApiError {
  const message = "The model's budget is spent: its operator sets it (PLANNER_MAX_BUDGET).";
  return new ApiError(429, message, { cause, code: "insufficient_quota", shouldRetry: false });
}

function rejected(status: number, cause: ServerRefusal): ApiError {
  if (isContextLength(cause)) return new ContextLengthError(cause, countedIn(cause.message));
  const param = typeof cause.param === "string" ? { param: cause.param } : {};
  const code = typeof cause.code === "string" && !/^\d+$/.test(cause.code) ? cause.code : undefined;
  return new ApiError(status === 404 ? 404 : 400, providerWords(cause.message), {
    cause,
    ...param,
    ...(code === undefined ? {} : { code }),
  });
}

function retryAfter(header: string | undefined): number {
  const seconds = Number(header);
  return header && Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : 5;
}

export function unreachable(cause: unknown): never {
  throw new ApiError(502, "The model server cannot be reached.", { cause, code: "upstream" });
}

export function timedOut(cause?: unknown): ApiError {
  return new ApiError(504, "The model did not answer in time.", {
    cause,
    code: "upstream_timeout",
  });
}

function tooLarge(cause: unknown): ApiError {
  const message = "The model server's answer is too large.";
  return new ApiError(502, message, { cause, code: "upstream_too_large" });
}

export function malformed(cause?: unknown): ApiError {
  const message = "The model server's answer is not a chat completion.";
  return new ApiError(502, message, { cause, code: "upstream" });
}

export function empty(): ApiError {
  const message =
    "The model's answer is empty: its server may have answered with what is not an answer.";
  return new ApiError(502, message, { code: "upstream_empty" });
}

export function cutStream(cause?: unknown): ApiError {
  const message = "The model's answer broke off.";
  return new ApiError(502, message, { cause, code: "upstream_interrupted" });
}
