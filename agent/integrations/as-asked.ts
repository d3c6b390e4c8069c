import type {
  ChatCompletionMessageParam,
  ChatCompletionUserMessageParam,
} from "openai/resources/chat/completions";
import { questionMark } from "../contract/question-mark.ts";

/**
 * The message as the person wrote it: without the documents and the instructions that Open WebUI sends
 * around a question. These are for the model. A title, a memory and a search for memories are about the
 * question, and in Open WebUI's own history it is the message.
 */
export function asAsked(message: ChatCompletionMessageParam): ChatCompletionMessageParam {
  if (message.role !== "user") return message;
  // A client may send none.
  const content = message.content as ChatCompletionUserMessageParam["content"] | null;
  if (!content) return message;
  if (typeof content === "string") return { ...message, content: questionIn(content) };
  // Open WebUI writes the same around each text, beside pictures.
  const parts = content.map((part) =>
    part.type === "text" && typeof part.text === "string"
      ? { ...part, text: questionIn(part.text) }
      : part,
  );
  return { ...message, content: parts };
}

function questionIn(text: string): string {
  const question = belowDocuments(aboveInstructions(text)).trim();
  return question === "" ? text : question;
}

const line = `\n${questionMark}\n`;
/** How Open WebUI's own template begins, for where an administrator went back to it, or never had ours. */
const ownTemplate = /^\s*### Task:\s+Respond to the user query using the provided context/;
const documentsEnd = "</context>";
const named = /^\s*<user_query>([\s\S]*?)<\/user_query>/;

function belowDocuments(text: string): string {
  // The last one, for a document may have such a line, too.
  const found = text.lastIndexOf(line);
  if (found !== -1) return text.slice(found + line.length);
  const end = text.lastIndexOf(documentsEnd);
  if (end === -1 || !ownTemplate.test(text)) return text;
  const below = text.slice(end + documentsEnd.length);
  // So it was in earlier versions.
  return named.exec(below)?.[1] ?? below;
}

/** How Open WebUI tells a model, below the question, to write code for the browser to run. */
const codeInterpreter =
  "\n\n#### Code Interpreter\n\nYou have access to a Python code interpreter via:";

function aboveInstructions(text: string): string {
  const found = text.lastIndexOf(codeInterpreter);
  return found === -1 ? text : text.slice(0, found);
}
