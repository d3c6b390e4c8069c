import { isAttachmentName, noteOfAttachment } from "../../attachments/held-attachments.ts";
import type { KeptItem } from "../../runs/run-record.ts";
import type { ContentPart, InputItem } from "./input-items.ts";
import { newItemId } from "./output-items.ts";

const prefixes: Partial<Record<InputItem["type"], string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  function_call_output: "fco",
};

/** The items of a request as `input_items` shows them: each with an id, and messages with parts. */
export function keptInput(items: readonly InputItem[]): readonly KeptItem[] {
  return items.map((item) => {
    const id = item.id ?? newItemId(prefixes[item.type] ?? "item");
    if ("output" in item && Array.isArray(item.output)) {
      return { ...item, id, output: item.output.map(keptPart) };
    }
    if (item.type !== "message") return { ...item, type: item.type, id };
    const { role, content } = item;
    const type = role === "assistant" ? "output_text" : "input_text";
    const parts = typeof content === "string" ? [{ type, text: content }] : content.map(keptPart);
    return { ...item, id, status: item.status ?? "completed", content: parts };
  });
}

/** Large pictures and files are gone with their request. */
function keptPart(part: ContentPart): ContentPart {
  const url =
    part.type === "input_image" ? part.image_url : part.type === "input_file" ? part.file_data : "";
  return isAttachmentName(url) ? { type: "input_text", text: noteOfAttachment(url) } : part;
}
