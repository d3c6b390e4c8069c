import { z } from "zod";

// The items that a request may have, as OpenAI's clients write them. What else there is, such as files of
// an upload API that the agent does not have, is refused with the name of the field that asks for it.

const id = z.string().max(256).nullish();
const itemStatus = z.string().max(64).nullish();

const inputText = z.strictObject({
  type: z.literal("input_text"),
  text: z.string(),
});
const inputImage = z.strictObject({
  type: z.literal("input_image"),
  image_url: z.string().min(1),
  detail: z.enum(["low", "high", "auto", "original"]).nullish(),
  file_id: noUploads(),
});
const inputFile = z.strictObject({
  type: z.literal("input_file"),
  file_data: z.string().min(1),
  filename: z.string().max(1024).nullish(),
  detail: z.null().optional(),
  file_id: noUploads(),
  file_url: z
    .null({ error: "the agent fetches no files: send the file's content as file_data" })
    .optional(),
});
/** What an assistant said, sent back: what else was with it is ours to know. */
const outputText = z.looseObject({ type: z.literal("output_text"), text: z.string() });
const refusal = z.looseObject({ type: z.literal("refusal"), refusal: z.string() });

const contentPart = z.discriminatedUnion("type", [
  inputText,
  inputImage,
  inputFile,
  outputText,
  refusal,
]);
const outputPart = z.discriminatedUnion("type", [inputText, inputImage, inputFile]);

const message = z.looseObject({
  type: z.literal("message").optional(),
  role: z.enum(["user", "assistant", "system", "developer"]),
  content: z.union([z.string(), z.array(contentPart)]),
  id,
  status: itemStatus,
});
const functionCall = z.looseObject({
  type: z.literal("function_call"),
  call_id: z.string().min(1).max(256),
  name: z.string().min(1).max(128),
  arguments: z.string(),
  id,
  status: itemStatus,
});
const functionCallOutput = z.looseObject({
  type: z.literal("function_call_output"),
  call_id: z.string().min(1).max(256),
  output: z.union([z.string(), z.array(outputPart)]),
  id,
  status: itemStatus,
});
const customToolCall = z.looseObject({
  type: z.literal("custom_tool_call"),
  call_id: z.string().min(1).max(256),
  name: z.string().min(1).max(128),
  input: z.string(),
  id,
});
const customToolCallOutput = z.looseObject({
  type: z.literal("custom_tool_call_output"),
  call_id: z.string().min(1).max(256),
  output: z.union([z.string(), z.array(outputPart)]),
  id,
});
const reasoning = z.looseObject({
  type: z.literal("reasoning"),
  id,
  summary: z.array(z.looseObject({ text: z.string() })).nullish(),
  content: z.array(z.looseObject({ text: z.string() })).nullish(),
  encrypted_content: z.string().nullish(),
});
const webSearchCall = z.looseObject({ type: z.literal("web_search_call"), id });
const mcpCall = z.looseObject({
  type: z.literal("mcp_call"),
  id,
  name: z.string().min(1).max(128),
  arguments: z.string(),
  server_label: z.literal("agent", { error: "the agent has no other MCP server than its own" }),
  output: z.string().nullish(),
});
const itemReference = z.strictObject({
  type: z.literal("item_reference").nullish(),
  id: z.string().min(1).max(256),
});

const typed = z.discriminatedUnion(
  "type",
  [
    message.extend({ type: z.literal("message") }),
    functionCall,
    functionCallOutput,
    customToolCall,
    customToolCallOutput,
    reasoning,
    webSearchCall,
    mcpCall,
    itemReference.extend({ type: z.literal("item_reference") }),
  ],
  { error: "the agent takes no items of this type" },
);

/** An item whose type clients may leave out is a message, or a reference where it has no role. */
export const inputItem = z.preprocess(withType, typed).meta({ id: "ResponseInputItem" });

export type InputItem = z.output<typeof inputItem>;
export type ContentPart = z.output<typeof contentPart>;

function withType(item: unknown): unknown {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
  if ("type" in item && item.type !== null) return item;
  return { ...item, type: "role" in item ? "message" : "item_reference" };
}

function noUploads() {
  const error = "the agent has no uploaded files: send the content itself";
  return z.null({ error }).optional();
}
