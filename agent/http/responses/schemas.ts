import { z } from "zod";

// What the operations on responses answer with, as OpenAI's clients read it.

const status = z.enum(["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]);

const itemStatus = z.enum(["in_progress", "completed", "incomplete", "failed"]);

const outputItem = z
  .discriminatedUnion("type", [
    z.looseObject({
      type: z.literal("message"),
      id: z.string(),
      role: z.literal("assistant"),
      status: itemStatus,
      content: z.array(z.looseObject({ type: z.enum(["output_text", "refusal"]) })),
    }),
    z.looseObject({
      type: z.literal("reasoning"),
      id: z.string(),
      summary: z.array(z.object({ type: z.literal("summary_text"), text: z.string() })),
      encrypted_content: z.string().optional().meta({
        description: "What the provider wants back with it; sealed, for this agent to open.",
      }),
    }),
    z.looseObject({
      type: z.literal("function_call"),
      id: z.string(),
      call_id: z.string(),
      name: z.string(),
      arguments: z.string(),
      status: itemStatus,
    }),
    z.looseObject({
      type: z.literal("custom_tool_call"),
      id: z.string(),
      call_id: z.string(),
      name: z.string(),
      input: z.string(),
    }),
    z.looseObject({
      type: z.literal("web_search_call"),
      id: z.string(),
      status: itemStatus,
      action: z.looseObject({ type: z.enum(["search", "open_page"]) }),
    }),
    z
      .looseObject({
        type: z.literal("mcp_call"),
        id: z.string(),
        status: itemStatus,
        server_label: z.literal("agent"),
        name: z.string(),
        arguments: z.string(),
        output: z.string().nullable(),
      })
      .meta({ description: "A call of one of the agent's own tools, which it has made." }),
  ])
  .meta({ id: "ResponseOutputItem" });

export const response = z
  .looseObject({
    id: z.string(),
    object: z.literal("response"),
    created_at: z.int().meta({ description: "Unix time in seconds." }),
    completed_at: z.int().nullable(),
    status,
    model: z.string(),
    output: z.array(outputItem),
    error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
    incomplete_details: z
      .object({ reason: z.enum(["max_output_tokens", "content_filter"]) })
      .nullable(),
    previous_response_id: z.string().nullable(),
    conversation: z.object({ id: z.uuid() }).nullable(),
    usage: z
      .object({
        input_tokens: z.int(),
        input_tokens_details: z.object({
          cached_tokens: z.int(),
          cache_write_tokens: z.int(),
        }),
        output_tokens: z.int(),
        output_tokens_details: z.object({ reasoning_tokens: z.int() }),
        total_tokens: z.int(),
      })
      .nullable(),
  })
  .meta({ id: "Response", description: "With the parameters that it was asked with." });

export const responseEvent = z
  .looseObject({ type: z.string(), sequence_number: z.int().min(0) })
  .meta({
    id: "ResponseEvent",
    description: "Its `event` line is its type. The last but one is how the response ended.",
  });

export const inputItemList = z.object({
  object: z.literal("list"),
  data: z.array(z.looseObject({ id: z.string(), type: z.string() })),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});

export const deletedResponse = z.object({
  id: z.string(),
  object: z.literal("response"),
  deleted: z.literal(true),
});
