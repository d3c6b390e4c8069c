import type { ParsedEnvironment } from "../contract/environment.ts";
import type { AgentSettings } from "../dependencies.ts";
import type { GateLimits } from "../runs/run-gate.ts";
import type { Redaction } from "../telemetry/redaction.ts";

/** The environment in the units and groups that the code works with. */
export function agentSettings(environment: ParsedEnvironment): AgentSettings {
  return {
    model: environment.AGENT_MODEL,
    modelAliases: new Map(
      environment.AGENT_MODEL_ALIASES.map((pair): [string, string] => {
        const [name = "", target = environment.AGENT_MODEL] = pair.split("=");
        return [name.trim(), target.trim()];
      }),
    ),
    embeddingModel: environment.EMBEDDING_MODEL,
    taskModel: environment.AGENT_TASK_MODEL ?? environment.AGENT_MODEL,
    toolCalling: environment.AGENT_TOOL_CALLING,
    historyMessages: environment.AGENT_HISTORY_MESSAGES,
    showsReasoning: environment.AGENT_SHOW_REASONING,
    memory: { reach: environment.AGENT_MEMORY_SCOPE, topK: environment.AGENT_MEMORY_TOP_K },
    bodyLimitBytes: environment.AGENT_BODY_LIMIT_BYTES,
    bodyTextBytes: environment.AGENT_BODY_TEXT_BYTES,
    totalBodyBytes: environment.AGENT_TOTAL_BODY_BYTES,
    promptCharacters: environment.AGENT_MAX_PROMPT_CHARACTERS,
    keepAliveMs: environment.AGENT_KEEP_ALIVE_SECONDS * 1000,
    writeTimeoutMs: environment.AGENT_WRITE_TIMEOUT_SECONDS * 1000,
    requestTimeoutMs: environment.AGENT_REQUEST_TIMEOUT_SECONDS * 1000,
    eventLoopDelayMs: environment.AGENT_EVENT_LOOP_DELAY_MILLISECONDS,
    request: { messages: environment.AGENT_MAX_MESSAGES, tools: environment.AGENT_MAX_TOOLS },
    run: {
      toolRounds: environment.AGENT_MAX_TOOL_ROUNDS,
      toolCalls: environment.AGENT_MAX_TOOL_CALLS,
      parallelToolCalls: environment.AGENT_PARALLEL_TOOL_CALLS,
      toolTimeoutMs: environment.AGENT_TOOL_TIMEOUT_SECONDS * 1000,
      toolOutputCharacters: environment.AGENT_TOOL_OUTPUT_CHARACTERS,
      deadlineMs: environment.AGENT_RUN_DEADLINE_SECONDS * 1000,
      contextTokens: environment.AGENT_CONTEXT_TOKENS,
      turnCharacters: environment.AGENT_TURN_CHARACTERS,
      runCharacters: environment.AGENT_RUN_CHARACTERS,
    },
  };
}

/** How much may go on at once, and what share of it one key and one person may have. */
export function gateLimits(environment: ParsedEnvironment): GateLimits {
  const {
    AGENT_MAX_RUNS: atOnce,
    AGENT_MAX_RUNS_PER_KEY: perKey,
    AGENT_MAX_RUNS_PER_USER: perPerson,
    AGENT_RATE_LIMIT_PER_MINUTE: perMinute,
  } = environment;
  const part = (share: number) => Math.max(1, Math.floor(atOnce * share));
  return {
    perMinute,
    atOnce,
    perKey: perKey || part(3 / 4),
    perPerson: perPerson || part(1 / 4),
  };
}

export function redactionOf(environment: ParsedEnvironment): Redaction {
  return {
    inputs: environment.OPENINFERENCE_HIDE_INPUTS,
    outputs: environment.OPENINFERENCE_HIDE_OUTPUTS,
    inputMessages: environment.OPENINFERENCE_HIDE_INPUT_MESSAGES,
    outputMessages: environment.OPENINFERENCE_HIDE_OUTPUT_MESSAGES,
    inputText: environment.OPENINFERENCE_HIDE_INPUT_TEXT,
    outputText: environment.OPENINFERENCE_HIDE_OUTPUT_TEXT,
    inputImages: environment.OPENINFERENCE_HIDE_INPUT_IMAGES,
    embeddingText: environment.OPENINFERENCE_HIDE_EMBEDDINGS_TEXT,
    invocationParameters: environment.OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS,
    tools: environment.OPENINFERENCE_HIDE_LLM_TOOLS,
    imageCharacters: environment.OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH,
  };
}
