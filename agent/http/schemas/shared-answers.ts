import { z } from "zod";
import type { MemoryOutcome, Step } from "../../loop/run-journal.ts";
import type { ExecutionStatus } from "../../loop/tool-execution.ts";
import { chatMessage } from "../chat-request.ts";
import { completionTokenKinds, promptTokenKinds, type StopReason } from "../../runs/run-record.ts";

// What the answers of several operations have in common.

export const errorAnswer = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable().meta({ description: "The part of the request that is wrong." }),
      code: z.string().nullable().meta({ description: "For programs, such as `model_not_found`." }),
    }),
  })
  .meta({ id: "Error", description: "In the words of OpenAI's API." });

export const message = chatMessage.meta({
  id: "Message",
  description: "A message as OpenAI's API has it; parts and fields that are not here are kept.",
});

const kinds = (names: readonly string[]) =>
  z
    .object(Object.fromEntries(names.map((name) => [name, z.int().optional()])))
    .optional()
    .meta({ description: "Where the provider says what kind of tokens they were." });

export const usage = z
  .object({
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
    prompt_tokens_details: kinds(promptTokenKinds),
    completion_tokens_details: kinds(completionTokenKinds),
  })
  .meta({ id: "Usage", description: "Of all the model's turns in this run together." });

export const executionStatus = z.enum(
  every<ExecutionStatus>({ ok: true, error: true, timeout: true, denied: true }),
);

export const stopReason = z.enum(
  every<StopReason>({
    final: true,
    max_steps: true,
    loop_detected: true,
    deadline: true,
    client_tools: true,
    size_limit: true,
  }),
);

export const stepType = z.enum(
  every<Step["type"]>({ plan: true, memory: true, tool: true, completion: true }),
);

export const memoryStatus = z.enum(
  every<MemoryOutcome["status"]>({ ok: true, degraded: true, disabled: true }),
);

export const toolExecution = z
  .object({
    id: z.string(),
    name: z.string(),
    arguments: z.unknown().meta({ description: "Parsed where they were JSON, else as they came." }),
    status: executionStatus,
    duration_ms: z.int(),
    result_count: z.int().optional(),
    error: z.string().optional(),
  })
  .meta({ id: "ToolExecution", description: "What became of a call of one of the agent's tools." });

export const citation = z.object({ title: z.string(), url: z.string() }).meta({ id: "Citation" });

/** All words of a type; the compiler objects when one is added there and not here. */
function every<Word extends string>(words: Readonly<Record<Word, true>>): Word[] {
  return Object.keys(words) as Word[];
}
