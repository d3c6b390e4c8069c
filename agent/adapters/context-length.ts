import type { CountedContext } from "../errors/context-length-error.ts";

/** How OpenAI, Anthropic, Gemini, llama.cpp, vLLM and LiteLLM say that a request is too long. */
const words = [
  /context[ _-]?(length|window|size)/i,
  /maximum context/i,
  /prompt is too long/i,
  /input token count .*exceeds/i,
  /exceeds the maximum number of (input )?tokens/i,
];

/** Whether a refusal says that the request is longer than the model's context. */
export function isContextLength(refusal: {
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message: string;
}): boolean {
  if (refusal.code === "context_length_exceeded") return true;
  if (refusal.type === "exceed_context_size_error") return true;
  return words.some((pattern) => pattern.test(refusal.message));
}

/** A number of tokens with which a context can end; smaller ones are statuses and the like. */
const leastWindow = 500;

/**
 * What the provider counted, and what its model takes: of the numbers in its words the largest, and the
 * largest below. Undefined where there are no two.
 */
export function countedIn(message: string): CountedContext | undefined {
  const numbers = [...message.matchAll(/\d[\d,]*/g)].map(([text]) =>
    Number(text.replaceAll(",", "")),
  );
  const [requested, window] = [...new Set(numbers)]
    .filter((number) => number >= leastWindow)
    .sort((a, b) => b - a);
  return requested === undefined || window === undefined ? undefined : { requested, window };
}
