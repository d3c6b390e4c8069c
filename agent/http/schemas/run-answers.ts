import { z } from "zod";
import {
  citation,
  executionStatus,
  memoryStatus,
  message,
  stepType,
  stopReason,
  toolExecution,
  usage,
} from "./shared-answers.ts";

// The answers of the two endpoints that start a run.

const reasoning = z.string().meta({
  description:
    "What the model thought before it said this, where its provider tells and AGENT_SHOW_REASONING is true.",
});

export const agentAnswer = z
  .object({
    response: z.string(),
    reasoning: reasoning.optional(),
    conversation_id: z.uuid(),
    run_id: z.uuid(),
    created_at: z.iso.datetime(),
    messages: z.array(message).meta({ description: "The prompt, then what the run added." }),
    steps: z.array(
      z.object({
        id: z.uuid(),
        type: stepType,
        status: executionStatus,
        duration_ms: z.int(),
        trace_id: z.string(),
        name: z.string().optional(),
      }),
    ),
    metadata: z.object({
      source: z.string(),
      model: z.string().meta({ description: "The model that answered." }),
      requested_model: z.string().meta({ description: "The name by which it was asked for." }),
      fallback: z
        .boolean()
        .meta({ description: "Whether another model stood in, because that one failed." }),
      stop_reason: stopReason,
      trace_id: z.string(),
      memory: z.object({ status: memoryStatus, hits: z.int() }),
      tool_executions: z.array(toolExecution),
      citations: z.array(citation),
    }),
    usage,
  })
  .meta({ id: "AgentAnswer" });

export const agentEvent = z
  .union([z.object({ delta: z.string() }), z.object({ reasoning }), agentAnswer])
  .meta({
    id: "AgentEvent",
    description: "Words and reasoning as they come, then the whole answer.",
  });

const finishReason = z.enum(["stop", "length", "tool_calls", "content_filter", "function_call"]);
const logprobs = z
  .looseObject({})
  .nullable()
  .meta({ description: "As the model's server gives them, where they were asked for." });
const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const functionCall = z
  .object({ name: z.string(), arguments: z.string() })
  .meta({ description: "In place of `tool_calls`, for a request with `functions`." });

const annotations = z.array(
  z.object({
    type: z.literal("url_citation"),
    url_citation: citation.extend({ start_index: z.int(), end_index: z.int() }),
  }),
);

export const chatCompletion = z
  .object({
    id: z.string(),
    object: z.literal("chat.completion"),
    created: z.int().meta({ description: "Unix time in seconds." }),
    model: z.string().meta({ description: "The model that answered." }),
    choices: z
      .array(
        z.object({
          index: z.literal(0),
          message: z.object({
            role: z.literal("assistant"),
            content: z.string().nullable(),
            reasoning_content: reasoning.optional(),
            refusal: z.string().nullable(),
            tool_calls: z.array(toolCall).optional(),
            function_call: functionCall.optional(),
            annotations: annotations.optional(),
          }),
          logprobs,
          finish_reason: finishReason,
        }),
      )
      .length(1),
    usage,
    conversation_id: z.uuid().optional().meta({ description: "Of a run that is kept." }),
    messages: z
      .array(message)
      .optional()
      .meta({ description: "Of a run that is kept: the request's, then what the run added." }),
    tool_executions: z.array(toolExecution).optional(),
    metadata: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: "ChatCompletion" });

export const chatCompletionChunk = z
  .object({
    id: z.string(),
    object: z.literal("chat.completion.chunk"),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.literal(0),
        delta: z.object({
          role: z.literal("assistant").optional(),
          content: z.string().optional(),
          reasoning_content: reasoning.optional(),
          tool_calls: z.array(toolCall.extend({ index: z.int() })).optional(),
          function_call: functionCall.partial().optional(),
          annotations: annotations.optional(),
        }),
        logprobs,
        finish_reason: finishReason.nullable(),
      }),
    ),
    usage: usage.nullable().optional(),
    event: z
      .object({
        type: z.literal("status"),
        data: z.object({ description: z.string(), done: z.boolean() }),
      })
      .optional()
      .meta({ description: "What the agent's tools do meanwhile; such a chunk's delta is empty." }),
  })
  .meta({ id: "ChatCompletionChunk" });
