import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";

type Message = ChatCompletionMessageParam;

/**
 * A history without calls that nobody answered, as when a client never sent its results, and without
 * results of no call: models refuse both.
 */
export function wholeRounds(messages: readonly Message[]): Message[] {
  const kept: Message[] = [];
  for (let index = 0; index < messages.length;) {
    const message = messages[index++];
    if (message === undefined) break;
    if (message.role === "tool") continue;
    const calls = message.role === "assistant" ? (message.tool_calls ?? []) : [];
    if (calls.length === 0) {
      kept.push(message);
      continue;
    }
    const results = resultsAt(messages, index);
    index += results.length;
    const answered = new Set(results.map((result) => result.tool_call_id));
    if (calls.every(({ id }) => answered.has(id))) kept.push(message, ...results);
    else if (message.content) kept.push({ role: "assistant", content: message.content as string });
  }
  return kept;
}

function resultsAt(messages: readonly Message[], from: number) {
  const results = [];
  for (const message of messages.slice(from)) {
    if (message.role !== "tool") break;
    results.push(message);
  }
  return results;
}
