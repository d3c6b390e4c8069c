import type { z } from "zod";
import { agentVariable, type AgentEnvironment } from "../../agent/contract/environment.ts";
import { agentContradictions } from "../../agent/contract/parse-environment.ts";
import type { Setting } from "./setting.ts";

/** Variables that the stack gives the agent, or leaves at the agent's own value: not an operator's. */
type NotASetting =
  | "AGENT_LISTEN_HOST"
  | "AGENT_LISTEN_PORT"
  | "AGENT_MODEL"
  | "AGENT_TOOL_CALLING"
  | "DATABASE_URL"
  | "EMBEDDING_MODEL"
  | "LITELLM_API_KEY"
  | "LITELLM_BASE_URL"
  | "PHOENIX_PROJECT"
  | "PHOENIX_URL"
  | "QDRANT_COLLECTION"
  | "QDRANT_URL"
  | "SEARXNG_URL";

/** Settings of the table of all, which the agent's environment takes over. */
type SettingOfTheStack = "AGENT_API_KEYS" | "LOG_LEVEL" | "OPENWEBUI_AGENT_KEY" | "QDRANT_API_KEY";

/**
 * What an operator may set of the agent. Defaults and ranges are the agent's own, from its contract;
 * here is only what each does.
 */
const descriptions = {
  AGENT_MODEL_ALIASES:
    "Other names for the agent's model, as NAME=MODEL pairs: gpt-4o=planner lets in clients that ask for it.",
  AGENT_TASK_MODEL:
    "The model for Open WebUI's titles, tags and search queries, by its name in LiteLLM. Empty: the agent's own.",
  AGENT_SHOW_REASONING:
    "Whether clients see what a model thinks, where its provider tells. It is kept either way.",
  AGENT_ALLOWED_HOSTS: "Host names under which callers without a key may reach the agent.",
  AGENT_MEMORY_SCOPE:
    "What a run is reminded of: its conversation, all conversations of its user, or nothing.",
  AGENT_MEMORY_TOP_K: "How many memories a run is reminded of.",
  AGENT_MEMORY_TIMEOUT_MILLISECONDS: "How long memory may take; then a run goes on without.",
  AGENT_RETENTION_DAYS:
    "Conversations idle for so many days are deleted, memories and all. 0: never.",
  AGENT_TRACE_RETENTION_DAYS:
    "Traces in Phoenix that are older are deleted, with every word in them. 0: never.",
  AGENT_HISTORY_MESSAGES: "How many earlier messages of a conversation /v1/agent shows the model.",
  AGENT_CONTEXT_TOKENS:
    "What a model is sent in one turn, messages and tools together, in tokens. Its answer is beside it.",
  AGENT_MAX_TOOL_ROUNDS: "Rounds of tool calls in one run; then it answers.",
  AGENT_MAX_TOOL_CALLS: "Tool calls in one run.",
  AGENT_PARALLEL_TOOL_CALLS: "Tool calls that run at the same time.",
  AGENT_TOOL_TIMEOUT_SECONDS: "How long a tool may take.",
  AGENT_TOOL_OUTPUT_CHARACTERS:
    "How much of a tool's output the model is shown; at most a quarter of AGENT_CONTEXT_TOKENS.",
  AGENT_TURN_CHARACTERS:
    "What a model may say in one turn; a longer answer is cut, and finishes with length.",
  AGENT_RUN_CHARACTERS: "What a model may say in all turns of one run.",
  AGENT_TOTAL_CHARACTERS:
    "What models may say in all runs that go on. Half is for each alike, half for whoever comes first.",
  AGENT_FETCH_MAX_BYTES: "How much of a page web_fetch reads, after decompression.",
  AGENT_FETCH_MAX_REDIRECTS: "Redirects that web_fetch follows.",
  AGENT_FETCH_TIMEOUT_SECONDS: "How long a page may take, redirects and reading included.",
  AGENT_RUN_DEADLINE_SECONDS: "How long a run may take, tools and all.",
  AGENT_FIRST_TOKEN_TIMEOUT_SECONDS: "How long a model may take to begin its answer.",
  AGENT_IDLE_TIMEOUT_SECONDS: "How long a model may pause within its answer.",
  AGENT_KEEP_ALIVE_SECONDS: "After so long without a word a stream says that it is alive.",
  AGENT_WRITE_TIMEOUT_SECONDS:
    "A client that takes nothing of its answer for so long is disconnected.",
  AGENT_REQUEST_TIMEOUT_SECONDS: "How long a request may take to arrive, its body included.",
  AGENT_BODY_LIMIT_BYTES: "The largest request body.",
  AGENT_BODY_TEXT_BYTES: "How much of it may be anything but pictures and files in base64.",
  AGENT_TOTAL_BODY_BYTES:
    "All request bodies that are not answered yet; half for text. One key has three quarters of it, one person in Open WebUI half.",
  AGENT_MAX_MESSAGES: "Messages in one request.",
  AGENT_MAX_TOOLS: "Tools that a client may bring.",
  AGENT_MAX_PROMPT_CHARACTERS: "The longest prompt of /v1/agent.",
  AGENT_RATE_LIMIT_PER_MINUTE: "Requests a minute for each key, and for each person in Open WebUI.",
  AGENT_MAX_RUNS: "Runs at the same time; beyond, callers are told to come again.",
  AGENT_MAX_RUNS_PER_KEY:
    "Runs at the same time under one key. 0: three quarters of AGENT_MAX_RUNS.",
  AGENT_MAX_RUNS_PER_USER:
    "Runs at the same time of one person in Open WebUI. 0: a quarter of AGENT_MAX_RUNS.",
  AGENT_MAX_QUEUED_RUNS:
    "Requests that wait for their turn in one conversation; beyond, they get 409.",
  AGENT_EVENT_LOOP_DELAY_MILLISECONDS: "A lag of the agent's process above which no run is begun.",
  AGENT_BREAKER_FAILURES: "Failures in a row after which a neighbour is not asked for a while.",
  AGENT_BREAKER_SECONDS: "How long it is not asked then.",
  AGENT_DATABASE_CONNECTIONS: "Connections to PostgreSQL.",
  AGENT_STATEMENT_TIMEOUT_SECONDS: "How long one statement may take.",
  AGENT_DRAIN_SECONDS: "How long runs may still take when the agent is stopped.",
  OPENINFERENCE_HIDE_INPUTS: "Keeps what goes into a run or a step out of traces.",
  OPENINFERENCE_HIDE_OUTPUTS: "Keeps what comes out of a run or a step out of traces.",
  OPENINFERENCE_HIDE_INPUT_MESSAGES: "Keeps the messages to a model out of traces.",
  OPENINFERENCE_HIDE_OUTPUT_MESSAGES: "Keeps a model's messages out of traces.",
  OPENINFERENCE_HIDE_INPUT_TEXT: "Keeps the text of messages to a model out of traces.",
  OPENINFERENCE_HIDE_OUTPUT_TEXT: "Keeps the text of a model's messages out of traces.",
  OPENINFERENCE_HIDE_INPUT_IMAGES: "Keeps pictures out of traces.",
  OPENINFERENCE_HIDE_EMBEDDINGS_TEXT: "Keeps embedded text out of traces.",
  OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS: "Keeps sampling parameters out of traces.",
  OPENINFERENCE_HIDE_LLM_TOOLS: "Keeps the schemas of tools out of traces.",
  OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH:
    "Longer pictures are left out of traces, and any of more than 64 KiB.",
} as const satisfies Readonly<
  Record<Exclude<keyof AgentEnvironment, NotASetting | SettingOfTheStack>, string>
>;

export type AgentSettingName = keyof typeof descriptions;

export const agentSettings = Object.fromEntries(
  Object.entries(descriptions).map(([name, description]) => [
    name,
    {
      group: "Agent",
      description,
      ...agentVariable(name as AgentSettingName),
      secret: false,
    } satisfies Setting,
  ]),
) as { readonly [Name in AgentSettingName]: Setting<z.ZodType<string>> };

/** What of the settings can't be meant together, though each is good by itself: a sentence each. */
export function contradictorySettings(
  settings: Readonly<Record<AgentSettingName | AccessKeyName, string>>,
): readonly string[] {
  const names = [...(Object.keys(descriptions) as AgentSettingName[]), ...accessKeyNames];
  return agentContradictions(Object.fromEntries(names.map((name) => [name, settings[name]])));
}

const accessKeyNames = ["AGENT_API_KEYS", "OPENWEBUI_AGENT_KEY"] as const;
type AccessKeyName = (typeof accessKeyNames)[number];

/** Those that an operator has changed: the agent knows its defaults itself. */
export function changedAgentSettings(
  settings: Readonly<Record<AgentSettingName, string>>,
): Partial<Pick<AgentEnvironment, AgentSettingName>> {
  const names = Object.keys(descriptions) as AgentSettingName[];
  const changed = names.filter((name) => settings[name] !== agentSettings[name].fallback);
  return Object.fromEntries(changed.map((name) => [name, settings[name]]));
}
