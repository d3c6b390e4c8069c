import { parsedJson } from "./parsed-json.ts";

/** Keys by the forms that providers give them, and what is as long and as random. */
const keys = [
  /\b(?:sk|pk|rk|gsk|xai|hf|r8|pplx|key|ghp|or|nvapi)[-_][\w*.-]{4,}/gi,
  /\bAIza[\w-]{10,}/g,
  /\bBearer\s+[\w.~+/=-]{8,}/gi,
  /\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{32,}\b/gi,
];

const longest = 500;

/**
 * What a provider said, of LiteLLM's words about it: without the names of LiteLLM's exceptions and of its
 * groups, and without keys, which some providers repeat.
 */
export function providerWords(message: string): string {
  const words = isOfProvider(message) ? withoutFrame(message) : message;
  const told = messageIn(words) ?? words;
  const safe = keys.reduce((text, key) => text.replaceAll(key, "[key]"), told.trim());
  return safe.length > longest ? `${safe.slice(0, longest)}…` : safe;
}

/** `litellm.NotFoundError: NotFoundError: OpenAIException - …`, and what LiteLLM's router adds below. */
function withoutFrame(message: string): string {
  const [said = ""] = message.split(/\n+LiteLLM: /);
  return said.replace(/^litellm\.\w+: (?:\w+Error: )*(?:\w+Exception - )?/, "");
}

/** LiteLLM hands on some providers' answers as the JSON that they are. */
function messageIn(words: string): string | undefined {
  const value = Object(parsedJson(words)) as Record<string, unknown>;
  const error = value["error"] ?? value["detail"];
  if (typeof error === "string") return error;
  const { message } = Object(error ?? value) as { message?: unknown };
  return typeof message === "string" ? message : undefined;
}

/** Whether LiteLLM speaks of a provider here, and not of the agent's own request to it. */
export function isOfProvider(message: string): boolean {
  return message.startsWith("litellm.");
}
