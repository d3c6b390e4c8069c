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
