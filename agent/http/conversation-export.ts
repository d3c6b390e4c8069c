import type { ConversationExport } from "../ports/conversation-archive.ts";

/** One JSON document, made as it is read: the longest conversation needs no more memory than a page. */
export async function* exportText({ head, parts }: ConversationExport): AsyncGenerator<string> {
  const start = JSON.stringify({ object: "conversation.export", ...head });
  yield start.slice(0, -1);
  for (const [name, pages] of Object.entries(parts)) {
    yield `,${JSON.stringify(name)}:[`;
    let separator = "";
    for await (const rows of pages()) {
      for (const row of rows) {
        yield separator + JSON.stringify(row);
        separator = ",";
      }
    }
    yield "]";
  }
  yield "}";
}
