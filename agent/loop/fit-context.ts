import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { ApiError } from "../errors/api-error.ts";
import { messageTokens } from "./message-tokens.ts";
import type { TokenScale } from "./token-scale.ts";

type Message = ChatCompletionMessageParam;

/**
 * The messages as far as `tokens` allow, by this model's scale.
 *
 * First the outputs of tools give way to a note of their length, the oldest first, then whole turns
 * go, then the rounds of calls before the newest, each with its results. System messages and the last
 * user message stay.
 *
 * @throws ApiError 400 when these alone are too long.
 */
export function fitContext(
  messages: readonly Message[],
  tokens: number,
  scale: TokenScale,
): Message[] {
  const sizeOf = (message: Message) => scale.tokens(messageTokens(message));
  const kept = messages.map((message) => ({ message, size: sizeOf(message), isKept: true }));
  const places = placesOf(messages);
  let excess = kept.reduce((total, { size }) => total + size, 0) - tokens;

  const replaceOutputs = (indexes: readonly number[]) => {
    for (const index of indexes) {
      const entry = kept[index];
      if (excess <= 0 || entry?.message.role !== "tool" || !entry.isKept) continue;
      const stub = { ...entry.message, content: noteOf(entry.message.content) };
      const size = sizeOf(stub);
      if (entry.size <= size) continue;
      excess -= entry.size - size;
      Object.assign(entry, { message: stub, size });
    }
  };
  const drop = (units: readonly (readonly number[])[]) => {
    for (const unit of units) {
      if (excess <= 0) return;
      for (const index of unit) {
        const entry = kept[index];
        if (entry === undefined) continue;
        excess -= entry.size;
        entry.isKept = false;
      }
    }
  };

  replaceOutputs(places.older);
  drop(places.units);
  // Even one that is too long alone gave way so far; from here on it is what the model was asked for.
  const isHopeless = places.newest.some((index) => (kept[index]?.size ?? 0) > tokens);
  if (!isHopeless) replaceOutputs(places.newest);
  if (excess > 0) throw tooLong(tokens + excess, tokens);
  return kept.filter(({ isKept }) => isKept).map(({ message }) => message);
}

/** What is left of messages when all that may go is gone, in tokens. */
export function leastTokens(messages: readonly Message[], scale: TokenScale): number {
  const question = messages.findLastIndex(({ role }) => role === "user");
  return messages
    .filter((message, index) => staysAlways(message) || index === question)
    .reduce((total, message) => total + scale.tokens(messageTokens(message)), 0);
}

/** The places of what may be dropped, in the order in which it is dropped. */
function placesOf(messages: readonly Message[]) {
  const question = messages.findLastIndex(({ role }) => role === "user");
  const newestRound = Math.max(
    question + 1,
    messages.findLastIndex(({ role }) => role === "assistant"),
  );
  const units: number[][] = [];
  for (const [index, message] of messages.entries()) {
    if (staysAlways(message) || index === question || index >= newestRound) continue;
    // Before the question whole turns go, which a user begins; after it rounds, which a call begins.
    const opener = index < question ? "user" : "assistant";
    const last = units.at(-1);
    if (message.role === opener || last === undefined) units.push([index]);
    else last.push(index);
  }
  const tools = messages.flatMap(({ role }, index) => (role === "tool" ? [index] : []));
  return {
    units,
    older: tools.filter((index) => index < newestRound),
    newest: tools.filter((index) => index >= newestRound),
  };
}

function staysAlways({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

function noteOf(content: Message["content"]): string {
  const { length } = typeof content === "string" ? content : JSON.stringify(content ?? "");
  return `[${length} characters, left out to fit the model's context]`;
}

function tooLong(tokens: number, allowed: number): ApiError {
  const message =
    `What can't be left out has about ${tokens} tokens, and the model takes ${Math.max(0, allowed)}: ` +
    "shorten the last message, the system message or the tools.";
  return new ApiError(400, message, { code: "context_length_exceeded", param: "messages" });
}
