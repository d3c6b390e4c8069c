import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { storableText } from "./storable-json.ts";
import { textOf } from "../telemetry/openinference.ts";

const mostCharacters = 80;

/** What a list shows of a conversation: the start of its first question. Null where there are no words. */
export function titleOf(messages: readonly ChatCompletionMessageParam[]): string | null {
  const question = messages.find(({ role }) => role === "user");
  const words = storableText(textOf(question?.content)).replaceAll(/\s+/g, " ").trim();
  if (words === "") return null;
  // As people count them: a family of emojis is one.
  const characters = Array.from(new Intl.Segmenter().segment(words), ({ segment }) => segment);
  if (characters.length <= mostCharacters) return words;
  return `${characters
    .slice(0, mostCharacters - 1)
    .join("")
    .trimEnd()}…`;
}
