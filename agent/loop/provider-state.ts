import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";

/**
 * What a provider adds to an assistant's message and wants back with it as it was: opaque to us. Some
 * refuse the next turn of a tool loop without it.
 */
export type ProviderState = Readonly<Partial<Record<StateField, unknown>>>;

/**
 * By the names that LiteLLM and providers give them: plain reasoning (DeepSeek, Kimi, Qwen; vLLM and
 * OpenRouter say `reasoning`), Claude's signed blocks, items of OpenAI's Responses, OpenRouter's
 * details, and what LiteLLM has no name for.
 */
export const stateFields = [
  "reasoning_content",
  "reasoning",
  "thinking_blocks",
  "reasoning_items",
  "reasoning_details",
  "provider_specific_fields",
] as const;

export type StateField = (typeof stateFields)[number];

/** The same on a tool call: Gemini keeps its thought signature there. */
export const callStateFields = ["provider_specific_fields", "extra_content"] as const;

export type CallState = Readonly<
  Partial<Record<(typeof callStateFields)[number], Readonly<Record<string, unknown>>>>
>;

/** What of a message is its provider's; undefined where nothing is. */
export function stateOf(message: ChatCompletionMessageParam): ProviderState | undefined {
  const fields: ProviderState = message as ProviderState;
  const entries = stateFields
    .map((name) => [name, fields[name]] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The same message without it, nor its calls with theirs. */
export function withoutState(message: ChatCompletionMessageParam): ChatCompletionMessageParam {
  const calls = "tool_calls" in message ? message.tool_calls : undefined;
  return {
    ...without(message, stateFields),
    ...(calls && { tool_calls: calls.map(withoutCallState) }),
  } as ChatCompletionMessageParam;
}

export function withoutCallState<Call extends object>(call: Call): Call {
  return without(call, callStateFields) as Call;
}

function without(fields: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
