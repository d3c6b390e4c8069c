import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { ConversationExport, ExportedPart } from "../ports/conversation-archive.ts";
import { shownMessage } from "../runs/shown-to-clients.ts";

/** One JSON document, made as it is read: the longest conversation needs no more memory than a page. */
export async function* exportText(
  { head, parts }: ConversationExport,
  showsReasoning: boolean,
): AsyncGenerator<string> {
  const start = JSON.stringify({ object: "conversation.export", ...head });
  yield start.slice(0, -1);
  for (const name of Object.keys(parts) as ExportedPart[]) {
    yield `,${JSON.stringify(name)}:[`;
    let separator = "";
    for await (const rows of parts[name]()) {
      for (const row of rows) {
        yield separator + JSON.stringify(shown(name, row, showsReasoning));
        separator = ",";
      }
    }
    yield "]";
  }
  yield "}";
}

function shown(part: ExportedPart, row: object, showsReasoning: boolean): object {
  return part === "messages"
    ? shownMessage(row as ChatCompletionMessageParam, showsReasoning)
    : row;
}
