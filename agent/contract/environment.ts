import { z } from "zod";

const wholeNumber = (fallback: number, { min, max }: { min: number; max: number }) =>
  z
    .string()
    .regex(/^\d+$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .prefault(String(fallback))
    .meta({ accepts: `a whole number from ${min} to ${max}`, fallback: String(fallback) });
const seconds = (fallback: number) => wholeNumber(fallback, { min: 1, max: 3600 });
const httpAddress = z.url({ protocol: /^https?$/, error: "must be an http or https address" });
const list = (fallback: string) =>
  z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .transform((parts) => parts.filter((part) => part !== ""))
    .prefault(fallback)
    .meta({ accepts: "a list, separated by commas", fallback });

const choice = <const Values extends readonly string[]>(values: Values, fallback: Values[number]) =>
  z
    .enum(values)
    .default(fallback)
    .meta({ accepts: values.join(" or "), fallback });

const flagOf = (fallback: "true" | "false") =>
  z.stringbool().prefault(fallback).meta({ accepts: "true or false", fallback });
const flag = flagOf("false");

/** Everything that the agent reads from its environment. An empty variable counts as absent. */
export const agentEnvironment = z.object({
  AGENT_LISTEN_PORT: wholeNumber(8000, { min: 0, max: 65_535 }),
  AGENT_LISTEN_HOST: z.string().default("0.0.0.0"),
  LOG_LEVEL: choice(["trace", "debug", "info", "warn", "error", "fatal", "silent"], "info"),

  /** Secret: it holds the password. */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "must be a postgresql:// address"),
  AGENT_DATABASE_CONNECTIONS: wholeNumber(10, { min: 1, max: 200 }),
  AGENT_STATEMENT_TIMEOUT_SECONDS: seconds(5),

  LITELLM_BASE_URL: httpAddress,
  /** Secret. */
  LITELLM_API_KEY: z.string().min(1),
  AGENT_MODEL: z.string().default("planner"),
  /** NAME=NAME pairs: what clients may call a model, and what LiteLLM calls it. */
  AGENT_MODEL_ALIASES: list(""),
  /** What answers Open WebUI's tasks (titles, tags, search queries); absent: AGENT_MODEL. */
  AGENT_TASK_MODEL: z.string().optional().meta({ accepts: "any text", fallback: "" }),
  /**
   * How the model picks tools. `schema`: through `response_format`, only when a request names
   * tools, for models that cannot call them. `auto`: natively, and through `response_format` when
   * the model ignores a call that was required.
   */
  AGENT_TOOL_CALLING: choice(["auto", "native", "schema"], "auto"),

  /** Whether clients see what a model thinks, where its provider tells; it is kept either way. */
  AGENT_SHOW_REASONING: flagOf("true"),

  QDRANT_URL: httpAddress,
  /** Secret. Absent: Qdrant is open inside the stack's network. */
  QDRANT_API_KEY: z.string().optional(),
  /** The alias; the collection behind it carries the dimension and the embedding model's hash. */
  QDRANT_COLLECTION: z.string().default("agent_memory"),
  EMBEDDING_MODEL: z.string().default("embed"),
  /**
   * What a run is reminded of unless its `metadata.memory` says otherwise. `conversation`: what was
   * said in it beyond what the model sees anyway. `user`: in all conversations of its user. `off`:
   * nothing, and nothing of it is remembered.
   */
  AGENT_MEMORY_SCOPE: choice(["conversation", "user", "off"], "conversation"),
  AGENT_MEMORY_TOP_K: wholeNumber(5, { min: 1, max: 50 }),
  AGENT_MEMORY_TIMEOUT_MILLISECONDS: wholeNumber(1500, { min: 10, max: 60_000 }),

  /** Absent: `web_search` reports that no search service is configured. */
  SEARXNG_URL: httpAddress.optional(),

  /** Absent: traces have ids, and go nowhere. */
  PHOENIX_URL: httpAddress.optional(),
  PHOENIX_PROJECT: z.string().default("agent-stack"),
  // OpenInference's own names for what must not be in a trace.
  OPENINFERENCE_HIDE_INPUTS: flag,
  OPENINFERENCE_HIDE_OUTPUTS: flag,
  OPENINFERENCE_HIDE_INPUT_MESSAGES: flag,
  OPENINFERENCE_HIDE_OUTPUT_MESSAGES: flag,
  OPENINFERENCE_HIDE_INPUT_TEXT: flag,
  OPENINFERENCE_HIDE_OUTPUT_TEXT: flag,
  OPENINFERENCE_HIDE_INPUT_IMAGES: flag,
  OPENINFERENCE_HIDE_EMBEDDINGS_TEXT: flag,
  OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS: flag,
  OPENINFERENCE_HIDE_LLM_TOOLS: flag,
  OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: wholeNumber(32_000, { min: 0, max: 10_000_000 }),

  /** Secret. Absent: open, for callers whose Host header is in AGENT_ALLOWED_HOSTS. */
  AGENT_API_KEYS: list(""),
  /** Secret. Under this key alone, a caller's user and chat headers are believed. */
  OPENWEBUI_AGENT_KEY: z.string().optional(),
  /** Host headers, without port, of callers without a key: a web page cannot forge one of these. */
  AGENT_ALLOWED_HOSTS: list("localhost,127.0.0.1,[::1],agent,host.docker.internal"),

  AGENT_BODY_LIMIT_BYTES: wholeNumber(32 * 1024 * 1024, { min: 1024, max: 256 * 1024 * 1024 }),
  /** Of a body, beside pictures and files in base64. */
  AGENT_BODY_TEXT_BYTES: wholeNumber(4 * 1024 * 1024, { min: 1024, max: 256 * 1024 * 1024 }),
  /** Of all requests that are not answered yet; three quarters of it are for one key, half for text. */
  AGENT_TOTAL_BODY_BYTES: wholeNumber(64 * 1024 * 1024, { min: 1024, max: 8 * 1024 ** 3 }),
  AGENT_MAX_MESSAGES: wholeNumber(512, { min: 1, max: 10_000 }),
  AGENT_MAX_TOOLS: wholeNumber(128, { min: 1, max: 1000 }),
  AGENT_MAX_PROMPT_CHARACTERS: wholeNumber(200_000, { min: 1, max: 10_000_000 }),
  /** How many of a conversation's last messages the model sees. */
  AGENT_HISTORY_MESSAGES: wholeNumber(40, { min: 0, max: 1000 }),
  AGENT_RATE_LIMIT_PER_MINUTE: wholeNumber(120, { min: 1, max: 1_000_000 }),
  AGENT_MAX_RUNS: wholeNumber(64, { min: 1, max: 10_000 }),
  /** So that one key can't take all; 0: three quarters of AGENT_MAX_RUNS. */
  AGENT_MAX_RUNS_PER_KEY: wholeNumber(0, { min: 0, max: 10_000 }),
  /** Of those that a trusted client names, which share its key; 0: a quarter of AGENT_MAX_RUNS. */
  AGENT_MAX_RUNS_PER_USER: wholeNumber(0, { min: 0, max: 10_000 }),
  /** Of one conversation, which wait for the run that is going on there. */
  AGENT_MAX_QUEUED_RUNS: wholeNumber(8, { min: 0, max: 1000 }),
  AGENT_MAX_TOOL_ROUNDS: wholeNumber(8, { min: 0, max: 100 }),
  AGENT_MAX_TOOL_CALLS: wholeNumber(24, { min: 0, max: 1000 }),
  AGENT_PARALLEL_TOOL_CALLS: wholeNumber(4, { min: 1, max: 100 }),
  AGENT_TOOL_TIMEOUT_SECONDS: seconds(15),
  AGENT_TOOL_OUTPUT_CHARACTERS: wholeNumber(16_000, { min: 100, max: 1_000_000 }),
  /** What a model is sent in one turn, messages and tools together; its answer is beside it. */
  AGENT_CONTEXT_TOKENS: wholeNumber(100_000, { min: 250, max: 12_500_000 }),
  /** What a model may say in one turn, in one run, and in all runs together; then it is cut. */
  AGENT_TURN_CHARACTERS: wholeNumber(400_000, { min: 100, max: 1_000_000_000 }),
  AGENT_RUN_CHARACTERS: wholeNumber(1_000_000, { min: 100, max: 1_000_000_000 }),
  AGENT_TOTAL_CHARACTERS: wholeNumber(16_000_000, { min: 1000, max: 4_000_000_000 }),
  /** Of a page that `web_fetch` reads, decompressed; a longer one is cut. */
  AGENT_FETCH_MAX_BYTES: wholeNumber(2 * 1024 * 1024, { min: 1024, max: 64 * 1024 * 1024 }),
  AGENT_FETCH_MAX_REDIRECTS: wholeNumber(5, { min: 0, max: 20 }),
  /** For names, redirects, transfer and reading together. */
  AGENT_FETCH_TIMEOUT_SECONDS: seconds(10),
  AGENT_RUN_DEADLINE_SECONDS: seconds(180),
  AGENT_FIRST_TOKEN_TIMEOUT_SECONDS: seconds(60),
  AGENT_IDLE_TIMEOUT_SECONDS: seconds(60),
  /** After so long without a byte a stream says that it is alive. */
  AGENT_KEEP_ALIVE_SECONDS: seconds(10),
  /** A reader that takes nothing of its answer for so long is left. */
  AGENT_WRITE_TIMEOUT_SECONDS: seconds(30),
  /** For a request to arrive, its body included. */
  AGENT_REQUEST_TIMEOUT_SECONDS: seconds(30),
  /** A mean delay of the event loop above which no new run is begun. */
  AGENT_EVENT_LOOP_DELAY_MILLISECONDS: wholeNumber(1000, { min: 10, max: 60_000 }),
  AGENT_DRAIN_SECONDS: seconds(25),
  /** Conversations that nothing was said in for so long are deleted, with their memories; 0: never. */
  AGENT_RETENTION_DAYS: wholeNumber(0, { min: 0, max: 36_500 }),
  /** Traces in PHOENIX_PROJECT that are older are deleted, LiteLLM's too; 0: never. */
  AGENT_TRACE_RETENTION_DAYS: wholeNumber(30, { min: 0, max: 36_500 }),
  /** Failures in a row after which a service is not asked for a while. */
  AGENT_BREAKER_FAILURES: wholeNumber(5, { min: 1, max: 1000 }),
  AGENT_BREAKER_SECONDS: seconds(15),
});

/** What whoever starts the agent must set, and may set. */
export type AgentEnvironment = z.input<typeof agentEnvironment>;
export type ParsedEnvironment = z.output<typeof agentEnvironment>;

/** What a setting of the stack needs to know of a variable that it passes on as text. */
export function agentVariable(name: keyof AgentEnvironment): {
  readonly schema: z.ZodType<string>;
  readonly accepts: string;
  readonly fallback: string;
} {
  const variable: z.ZodType = agentEnvironment.shape[name];
  const { accepts, fallback } = variable.meta() ?? {};
  return {
    schema: z.string().refine((text) => text === "" || variable.safeParse(text).success),
    accepts: String(accepts),
    fallback: String(fallback),
  };
}
