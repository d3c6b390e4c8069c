import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { ApiError } from "../errors/api-error.ts";

type Message = ChatCompletionMessageParam;

// What a picture or a file costs is for its model to say; by its base64 it would fill any context.
const attachmentCharacters = 4000;

/**
 * The messages as far as `characters` allow. Characters, for every model behind LiteLLM has another
 * tokenizer, and counting tokens would cost more than the request.
 *
 * First the outputs of tools give way to a note of their length, the oldest first, then whole turns
 * go, then the rounds of calls before the newest, each with its results. System messages and the last
 * user message stay.
 *
 * @throws ApiError 400 when these alone are too long.
 */
export function fitContext(messages: readonly Message[], characters: number): Message[] {
  const kept = messages.map((message) => ({ message, size: charactersOf(message), isKept: true }));
  const places = placesOf(messages);
  let excess = kept.reduce((total, { size }) => total + size, 0) - characters;

  const replaceOutputs = (indexes: readonly number[]) => {
    for (const index of indexes) {
      const entry = kept[index];
      if (excess <= 0 || entry?.message.role !== "tool" || !entry.isKept) continue;
      const stub = { ...entry.message, content: noteOf(entry.size) };
      if (entry.size <= stub.content.length) continue;
      excess -= entry.size - stub.content.length;
      Object.assign(entry, { message: stub, size: stub.content.length });
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
  const isHopeless = places.newest.some((index) => (kept[index]?.size ?? 0) > characters);
  if (!isHopeless) replaceOutputs(places.newest);
  if (excess > 0) throw tooLong(characters + excess, characters);
  return kept.filter(({ isKept }) => isKept).map(({ message }) => message);
}

/** What is left of messages when all that may go is gone, in characters. */
export function leastCharacters(messages: readonly Message[]): number {
  const question = messages.findLastIndex(({ role }) => role === "user");
  return messages
    .filter((message, index) => staysAlways(message) || index === question)
    .reduce((total, message) => total + charactersOf(message), 0);
}

function charactersOf(message: Message): number {
  const calls = "tool_calls" in message ? JSON.stringify(message.tool_calls ?? []).length : 0;
  const { content } = message;
  if (typeof content === "string") return content.length + calls;
  const parts = (content ?? []).map((part) =>
    "text" in part && typeof part.text === "string" ? part.text.length : attachmentCharacters,
  );
  return parts.reduce((total, size) => total + size, calls);
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

function noteOf(characters: number): string {
  return `[${characters} characters, left out to fit the model's context]`;
}

function tooLong(characters: number, allowed: number): ApiError {
  const message =
    `What can't be left out has ${characters} characters, and the model takes ${Math.max(0, allowed)}: ` +
    "shorten the last message, the system message or the tools.";
  return new ApiError(400, message, { code: "context_length_exceeded", param: "messages" });
}
