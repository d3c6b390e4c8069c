import type {
  ChatCompletionMessageParam,
  ChatCompletionUserMessageParam,
} from "openai/resources/chat/completions";
import { untrustedText } from "../tools/untrusted-text.ts";
import type { MemoryHit } from "../ports/memory.ts";

/**
 * Puts what was recalled before the last message's own text, as data.
 *
 * Not into a system message, where it would speak with more authority than its author had, nor into
 * its own message: chat templates want user and assistant to take turns.
 */
export function withRecalled(
  messages: readonly ChatCompletionMessageParam[],
  hits: readonly MemoryHit[],
): readonly ChatCompletionMessageParam[] {
  const last = messages.at(-1);
  if (hits.length === 0 || last?.role !== "user") return messages;
  return [...messages.slice(0, -1), withData(last, untrustedText("memory", list(hits)))];
}

export function list(hits: readonly MemoryHit[]): string {
  return hits
    .map(({ createdAt, role, text }) => `[${createdAt.slice(0, 10)}, ${role}] ${text}`)
    .join("\n");
}

function withData(
  message: ChatCompletionUserMessageParam,
  data: string,
): ChatCompletionUserMessageParam {
  // A client may send none.
  const content = message.content as ChatCompletionUserMessageParam["content"] | null;
  if (typeof content === "string") return { ...message, content: `${data}\n\n${content}` };
  return { ...message, content: [{ type: "text", text: data }, ...(content ?? [])] };
}
