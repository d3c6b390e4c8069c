import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import { z } from "zod";

// The client checks nothing of what a server sends. This much the loop relies on; the rest is left out,
// so that nothing of it can be wrong, or large.
const text = z.string().nullish();
const part = z.object({
  index: z.int().min(0).optional().catch(undefined),
  id: text,
  function: z.object({ name: text, arguments: text }).nullish(),
});
const reasons = ["stop", "length", "tool_calls", "content_filter", "function_call"] as const;
const choice = z.object({
  delta: z.object({ content: text, refusal: text, tool_calls: z.array(part).nullish() }),
  // Some servers have their own reasons, all of which are ends.
  finish_reason: z.enum(reasons).nullable().default(null).catch("stop"),
  logprobs: z
    .object({ content: z.array(z.unknown()).nullish(), refusal: z.array(z.unknown()).nullish() })
    .nullish()
    .catch(null),
});
const largestCount = 2 ** 31 - 1;
const count = z
  .number()
  .catch(0)
  .transform((tokens) => Math.min(Math.max(Math.round(tokens), 0), largestCount));
const usage = z.object({ prompt_tokens: count, completion_tokens: count, total_tokens: count });

const chunk = z.object({
  choices: z.array(choice),
  usage: usage.nullish().catch(undefined),
});

/** A chunk of a model's answer as far as the loop needs it; undefined where it is none. */
export function readChunk(value: unknown): ChatCompletionChunk | undefined {
  const parsed = chunk.safeParse(value);
  // Calls may lack their index: whoever puts them together knows.
  return parsed.success ? (parsed.data as ChatCompletionChunk) : undefined;
}
