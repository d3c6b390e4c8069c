import type { Response, ResponseError, ResponseUsage } from "openai/resources/responses/responses";
import type { ApiError } from "../../errors/api-error.ts";
import type { Usage } from "../../runs/run-record.ts";
import type { OutputItem } from "./output-items.ts";
import type { ResponseRequest } from "./response-request.ts";

/** A response as it is shown; `output_text` is made by OpenAI's clients themselves. */
export type ShownResponse = Omit<
  Response,
  "output_text" | "output" | "tools" | "tool_choice" | "model" | "access_programs" | "user"
> & {
  readonly model: string;
  readonly output: readonly OutputItem[];
  readonly tools: NonNullable<ResponseRequest["tools"]>;
  readonly tool_choice: NonNullable<ResponseRequest["tool_choice"]>;
  readonly user: string | null;
  readonly store: boolean;
  readonly presence_penalty: number;
  readonly frequency_penalty: number;
};

export type ResponseHead = Omit<
  ShownResponse,
  "status" | "output" | "usage" | "error" | "incomplete_details" | "completed_at"
>;

export interface HeadFacts {
  readonly id: string;
  readonly createdAt: Date;
  readonly model: string;
  readonly previousId: string | null;
  /** Absent where nothing is kept. */
  readonly conversationId: string | undefined;
}

/** Everything of a response that does not change while it is made: what was asked, with what it means. */
export function responseHead(request: ResponseRequest, facts: HeadFacts): ResponseHead {
  return {
    id: facts.id,
    object: "response",
    created_at: seconds(facts.createdAt),
    model: facts.model,
    instructions: request.instructions ?? null,
    previous_response_id: facts.previousId,
    conversation: facts.conversationId === undefined ? null : { id: facts.conversationId },
    background: request.background ?? false,
    store: request.store ?? true,
    tools: (request.tools ?? []).map(withStrictness),
    tool_choice: request.tool_choice ?? "auto",
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    max_tool_calls: request.max_tool_calls ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    temperature: request.temperature ?? 1,
    top_p: request.top_p ?? 1,
    top_logprobs: request.top_logprobs ?? 0,
    presence_penalty: request.presence_penalty ?? 0,
    frequency_penalty: request.frequency_penalty ?? 0,
    text: {
      format: (request.text?.format ?? { type: "text" }) as { type: "text" },
      verbosity: (request.text?.verbosity ?? "medium") as "medium",
    },
    reasoning: {
      effort: (request.reasoning?.effort ?? null) as "medium" | null,
      summary: request.reasoning?.summary ?? request.reasoning?.generate_summary ?? null,
    },
    truncation: request.truncation ?? "auto",
    metadata: request.metadata ?? {},
    user: request.user ?? null,
    safety_identifier: request.safety_identifier ?? null,
    service_tier: (request.service_tier ?? "default") as "default",
    prompt_cache_key: request.prompt_cache_key ?? null,
  };
}

/** Clients read these fields of every function. */
function withStrictness(tool: NonNullable<ResponseRequest["tools"]>[number]) {
  if (tool.type !== "function") return tool;
  const { description = null, parameters = null, strict } = tool;
  return { ...tool, description, parameters, strict: strict ?? false };
}

export function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

export function responseUsage(usage: Usage): ResponseUsage {
  const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage;
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: {
      cached_tokens: prompt?.cached_tokens ?? 0,
      cache_write_tokens: prompt?.cache_write_tokens ?? prompt?.cache_creation_tokens ?? 0,
    },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: completion?.reasoning_tokens ?? 0 },
    total_tokens: usage.total_tokens,
  };
}

/** Within a response there are fewer codes than in an answer with a status. */
export function responseError({ status, message }: ApiError): ResponseError {
  const code =
    status === 429 ? "rate_limit_exceeded" : status < 500 ? "invalid_prompt" : "server_error";
  return { code, message };
}
