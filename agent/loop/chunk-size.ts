import type { ChatCompletionChunk } from "openai/resources/chat/completions";

/** How much there is of a chunk that a turn keeps. */
export function charactersOf({ choices: [choice] }: ChatCompletionChunk): number {
  if (choice === undefined) return 0;
  const { content, refusal, tool_calls: parts } = choice.delta;
  const calls = (parts ?? []).map(
    ({ id, function: called }) =>
      (id ?? "").length + (called?.name ?? "").length + (called?.arguments ?? "").length,
  );
  const logprobs = choice.logprobs ? JSON.stringify(choice.logprobs).length : 0;
  return (content ?? "").length + (refusal ?? "").length + logprobs + sum(calls);
}

/** The start of a chunk's words; nothing else of it is any use in part. */
export function startOfChunk(chunk: ChatCompletionChunk, characters: number): ChatCompletionChunk {
  const content = chunk.choices[0]?.delta.content ?? "";
  const delta = { content: content.slice(0, characters).toWellFormed() };
  return { ...chunk, choices: [{ index: 0, delta, finish_reason: null }] };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
