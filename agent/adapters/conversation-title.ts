import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { textOf } from "../telemetry/openinference.ts";
import { storableText } from "./storable-json.ts";

const mostCharacters = 80;

/** Characters as people count them: a family of emojis is one. */
const characters = new Intl.Segmenter();

/** What a list shows of a conversation: the start of its first question. Null where there are no words. */
export function titleOf(messages: readonly ChatCompletionMessageParam[]): string | null {
  const question = messages.find(({ role }) => role === "user");
  const words = storableText(textOf(question?.content)).replaceAll(/\s+/g, " ").trim();
  if (words === "") return null;
  // No character has less than one unit of a string.
  if (words.length <= mostCharacters) return words;
  let kept = "";
  let count = 0;
  // No further than the title goes: a question may be a book.
  for (const { index } of characters.segment(words)) {
    count += 1;
    if (count === mostCharacters) kept = words.slice(0, index);
    if (count > mostCharacters) return `${kept.trimEnd()}…`;
  }
  return words;
}
