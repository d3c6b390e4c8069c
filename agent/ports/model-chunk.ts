import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import type { CallState, ProviderState } from "../loop/provider-state.ts";

type OpenAiChoice = ChatCompletionChunk.Choice;
type OpenAiDelta = OpenAiChoice["delta"];
type CallPart = NonNullable<OpenAiDelta["tool_calls"]>[number];

/** A chunk of a chat completion: OpenAI's, with what providers add to the message and to its calls. */
export interface ModelChunk extends Pick<ChatCompletionChunk, "usage"> {
  /** Who answered, as the server says. */
  readonly model?: string | undefined;
  /** Whether that stands in for the model that was asked for. */
  readonly isFallback?: boolean | undefined;
  readonly choices: readonly ModelChoice[];
}

export interface ModelChoice extends Pick<OpenAiChoice, "finish_reason" | "logprobs"> {
  readonly delta: ModelDelta;
}

export type ModelDelta = Pick<OpenAiDelta, "content" | "refusal"> &
  ProviderState & { readonly tool_calls?: readonly ModelCallPart[] | null | undefined };

/** Some servers put a call's own fields below its function. */
export type ModelCallPart = Omit<CallPart, "function"> &
  CallState & {
    readonly function?: NonNullable<CallPart["function"]> &
      Pick<CallState, "provider_specific_fields">;
  };
