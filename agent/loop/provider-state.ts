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
