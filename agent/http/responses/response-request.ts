import { z } from "zod";
import { inputItem } from "./input-items.ts";

const word = z.string().max(256).nullish();
const number = z.number().nullish();

const functionTool = z.strictObject({
  type: z.literal("function"),
  name: z.string().min(1).max(128),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
});
const customTool = z.strictObject({
  type: z.literal("custom"),
  name: z.string().min(1).max(128),
  description: z.string().nullish(),
  format: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("text") }),
      z.strictObject({
        type: z.literal("grammar"),
        syntax: z.enum(["lark", "regex"]),
        definition: z.string(),
      }),
    ])
    .nullish(),
});
const ofSearch = {
  search_context_size: z.enum(["low", "medium", "high"]).nullish(),
  filters: z.null({ error: "the agent's search takes no filters" }).optional(),
  user_location: z.null({ error: "the agent's search knows no place" }).optional(),
  external_web_access: z.literal(true, { error: "the agent searches the web itself" }).nullish(),
};
const webSearchTypes = [
  "web_search",
  "web_search_2025_08_26",
  "web_search_preview",
  "web_search_preview_2025_03_11",
] as const;
const [firstWebSearch, ...otherWebSearches] = webSearchTypes.map((type) =>
  z.strictObject({ type: z.literal(type), ...ofSearch }),
) as [WebSearchTool, ...WebSearchTool[]];
type WebSearchTool = z.ZodObject<
  { type: z.ZodLiteral<(typeof webSearchTypes)[number]> } & typeof ofSearch,
  z.core.$strict
>;

const tool = z.discriminatedUnion(
  "type",
  [functionTool, customTool, firstWebSearch, ...otherWebSearches],
  { error: ({ input }) => `the agent has no built-in tool ${typeOf(input)}, only web_search` },
);

const namedTool = z.looseObject({ type: z.string().max(64), name: z.string().max(128).optional() });
const toolChoice = z.union([
  z.enum(["auto", "none", "required"]),
  z.looseObject({
    type: z.enum(["function", "custom", ...webSearchTypes], {
      error: ({ input }) => `the agent has no tool ${typeOf({ type: input })} to choose`,
    }),
    name: z.string().max(128).optional(),
  }),
  z.strictObject({
    type: z.literal("allowed_tools"),
    mode: z.enum(["auto", "required"]),
    tools: z.array(namedTool).min(1),
  }),
]);

const textFormat = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text") }),
  z.strictObject({ type: z.literal("json_object") }),
  z.strictObject({
    type: z.literal("json_schema"),
    name: z.string().min(1).max(64),
    schema: z.record(z.string(), z.unknown()),
    description: z.string().nullish(),
    strict: z.boolean().nullish(),
  }),
]);

export const includable = z.enum(
  [
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
    "web_search_call.action.sources",
    // Items that went in are shown as they were sent.
    "message.input_image.image_url",
  ],
  { error: "the agent can't include that" },
);
export type Includable = z.output<typeof includable>;

const metadata = z
  .record(z.string().max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, "no more than 16 pairs");

/**
 * OpenAI's Responses API, as far as the agent has what it asks for. A field that is not here is refused
 * by its name: whoever sends it means something by it.
 */
export const responseRequest = z
  .strictObject({
    model: z.string().min(1).nullish(),
    input: z.union([z.string(), z.array(inputItem).min(1)]),
    instructions: z.string().nullish().meta({
      description: "For this response alone: previous_response_id does not carry it over.",
    }),
    previous_response_id: word,
    conversation: z
      .union([z.string(), z.strictObject({ id: z.string() })])
      .nullish()
      .meta({ description: "One of /v1/conversations, by its id." }),
    store: z.boolean().nullish().meta({ description: "false: nothing of it is kept." }),
    background: z.boolean().nullish(),
    stream: z.boolean().nullish(),
    stream_options: z
      .strictObject({
        include_obfuscation: z.literal(false, { error: "the agent pads no events" }).nullish(),
      })
      .nullish(),
    include: z.array(includable).nullish(),
    tools: z.array(tool).nullish().meta({
      description:
        "Functions of the caller's own; web_search is the agent's. The agent's own tools are offered in any case.",
    }),
    tool_choice: toolChoice.nullish(),
    parallel_tool_calls: z.boolean().nullish(),
    max_tool_calls: z.int().min(1).nullish().meta({ description: "Of the agent's own tools." }),
    max_output_tokens: z.int().min(1).nullish(),
    temperature: number,
    top_p: number,
    top_logprobs: z.int().min(0).max(20).nullish(),
    presence_penalty: number,
    frequency_penalty: number,
    text: z.strictObject({ format: textFormat.nullish(), verbosity: word }).nullish(),
    reasoning: z
      .strictObject({
        effort: word,
        summary: z.enum(["auto", "concise", "detailed"]).nullish().meta({
          description:
            "What a model thought is shown as its provider words it, whichever is asked.",
        }),
        generate_summary: z.enum(["auto", "concise", "detailed"]).nullish(),
        context: z.literal("auto", { error: "the agent decides what is shown again" }).nullish(),
        mode: z.literal("standard", { error: "there is no other mode" }).nullish(),
      })
      .nullish(),
    truncation: z.enum(["auto", "disabled"]).nullish().meta({
      description:
        "auto, the default: what is too long is left out, the oldest first. disabled: it is refused.",
    }),
    metadata: metadata.nullish(),
    user: z.string().max(256).nullish(),
    safety_identifier: z.string().max(256).nullish(),
    service_tier: word,
    prompt_cache_key: word,
    prompt_cache_retention: word,
  })
  .meta({ id: "ResponseRequest" });

export type ResponseRequest = z.output<typeof responseRequest>;
export type RequestedTool = NonNullable<ResponseRequest["tools"]>[number];

function typeOf(input: unknown): string {
  const { type } = (input ?? {}) as { readonly type?: unknown };
  return typeof type === "string" ? type.slice(0, 64) : "without a type";
}
