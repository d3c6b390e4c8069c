import type {
  ChatCompletionChunk,
  ChatCompletionMessageFunctionToolCall,
} from "openai/resources/chat/completions";
import type { Usage } from "../run-record.ts";

type Choice = ChatCompletionChunk.Choice;

/** A model's turn, put together from its chunks. */
export interface Turn {
  readonly content: string;
  readonly refusal: string | null;
  readonly calls: readonly ChatCompletionMessageFunctionToolCall[];
  readonly finishReason: NonNullable<Choice["finish_reason"]>;
  readonly logprobs: Choice["logprobs"];
  readonly usage: Usage | undefined;
}

export interface TurnBuilder {
  add(chunk: ChatCompletionChunk): void;
  build(): Turn;
}

export function turnBuilder(newCallId: () => string): TurnBuilder {
  const calls = new Map<number, { id: string; name: string; arguments: string }>();
  let content = "";
  let refusal: string | null = null;
  let finishReason: Choice["finish_reason"] = null;
  let logprobs: Turn["logprobs"] = null;
  let usage: Usage | undefined;

  function addDelta(delta: Choice["delta"]): void {
    content += delta.content ?? "";
    if (typeof delta.refusal === "string") refusal = (refusal ?? "") + delta.refusal;
    for (const part of delta.tool_calls ?? []) {
      const call = calls.get(part.index) ?? { id: "", name: "", arguments: "" };
      calls.set(part.index, {
        id: call.id || (part.id ?? ""),
        name: call.name + (part.function?.name ?? ""),
        arguments: call.arguments + (part.function?.arguments ?? ""),
      });
    }
  }

  return {
    add(chunk) {
      if (chunk.usage) usage = countedUsage(chunk.usage);
      const choice = chunk.choices[0];
      if (choice === undefined) return;
      addDelta(choice.delta);
      finishReason = choice.finish_reason ?? finishReason;
      logprobs = joinLogprobs(logprobs, choice.logprobs);
    },
    build: () => ({
      content,
      refusal,
      calls: [...calls.values()].map(({ id, name, arguments: text }) => ({
        // Some servers send no id, and results must name the call they belong to.
        id: id || newCallId(),
        type: "function",
        function: { name, arguments: text },
      })),
      finishReason: finishReason ?? "stop",
      logprobs,
      usage,
    }),
  };
}

function countedUsage(usage: NonNullable<ChatCompletionChunk["usage"]>): Usage {
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  return { prompt_tokens, completion_tokens, total_tokens };
}

function joinLogprobs(before: Turn["logprobs"], more: Turn["logprobs"]): Turn["logprobs"] {
  if (!more) return before;
  return {
    content: [...(before?.content ?? []), ...(more.content ?? [])],
    refusal: [...(before?.refusal ?? []), ...(more.refusal ?? [])],
  };
}
