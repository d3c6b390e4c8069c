import type {
  ChatCompletionMessageParam,
  ChatCompletionTool,
  ChatCompletionToolChoiceOption,
} from "openai/resources/chat/completions";
import { z } from "zod";
import { invalidRequest } from "../errors/api-error.ts";
import type { ModelRequest } from "../ports/ports.ts";

const number = z.number().nullish();
const count = z.int().min(0).nullish();
const word = z.string().max(256).nullish();

/**
 * What may go on to the model. Whatever is not here stays here; `require-own-fields.ts` has what is refused.
 *
 * Types are checked here, for the proxy answers a wrong one with its own error, which looks like an
 * outage. Ranges are the model's to judge.
 */
export const sampling = {
  temperature: number,
  top_p: number,
  max_tokens: count,
  max_completion_tokens: count,
  stop: z.union([z.string(), z.array(z.string()).max(64)]).nullish(),
  seed: z.int().nullish(),
  presence_penalty: number,
  frequency_penalty: number,
  logit_bias: z.record(z.string(), z.number()).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: count,
  response_format: z
    .discriminatedUnion("type", [
      z.looseObject({ type: z.literal("text") }),
      z.looseObject({ type: z.literal("json_object") }),
      z.looseObject({
        type: z.literal("json_schema"),
        json_schema: z.looseObject({
          name: z.string(),
          schema: z.record(z.string(), z.unknown()).optional(),
        }),
      }),
    ])
    .nullish(),
  reasoning_effort: word,
  verbosity: word,
  service_tier: word,
  prompt_cache_key: word,
  prompt_cache_retention: word,
  store: z.boolean().nullish(),
  prediction: z.looseObject({ type: z.literal("content") }).nullish(),
  // What other servers of this API know: LiteLLM hands them on, and one that doesn't know them says so.
  top_k: z.int().nullish(),
  min_p: number,
  repetition_penalty: number,
  thinking: z.looseObject({ type: z.string() }).nullish(),
  reasoning: z.looseObject({}).nullish(),
  include_reasoning: z.boolean().nullish(),
  enable_thinking: z.boolean().nullish(),
  chat_template_kwargs: z.record(z.string(), z.unknown()).nullish(),
} as const;

const contentPart = z.looseObject({ type: z.string() });
export const chatMessage = z
  .looseObject({
    role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
    content: z.union([z.string(), z.array(contentPart)]).nullish(),
    tool_calls: z.array(z.looseObject({ id: z.string(), type: z.string() })).nullish(),
    function_call: z
      .looseObject({ name: z.string(), arguments: z.string() })
      .nullish()
      .meta({ description: "As before there were tools; its result has the role `function`." }),
    tool_call_id: z.string().optional().meta({
      description: "In a tool's message, which a call before it has to have.",
    }),
  })
  .meta({
    if: { properties: { role: { const: "tool" } }, required: ["role"] },
    then: { required: ["tool_call_id"] },
  });

const toolFunction = z.looseObject({ name: z.string().min(1).max(64) });
const tool = z.looseObject({
  type: z.literal("function", { error: "only function tools are offered to the model" }),
  function: toolFunction,
});

export const chatRequest = z
  .looseObject({
    model: z.string().min(1),
    messages: z.array(chatMessage).min(1),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
    n: z.literal(1, { error: "only one choice is offered" }).nullish(),
    modalities: z.array(z.literal("text", { error: "only text is answered" })).nullish(),
    tools: z.array(tool).nullish().meta({ description: "No two have the same name." }),
    tool_choice: z.union([z.string(), z.looseObject({})]).nullish(),
    parallel_tool_calls: z.boolean().nullish(),
    functions: z.array(toolFunction).nullish().meta({
      description: "As before there were tools; the answer then has a `function_call`.",
    }),
    function_call: z
      .union([z.enum(["none", "auto"]), z.looseObject({ name: z.string() })])
      .nullish(),
    user: z.string().max(256).nullish(),
    safety_identifier: z.string().max(256).nullish(),
    metadata: z.record(z.string(), z.unknown()).nullish(),
    conversation_id: z.uuid().nullish(),
    ...sampling,
  })
  .meta({ id: "ChatRequest" });

export type ChatRequest = z.output<typeof chatRequest>;

export interface RequestLimits {
  readonly messages: number;
  readonly tools: number;
}

/**
 * What a schema can't say of a chat completion's body.
 *
 * @throws ApiError 400 with the parameter that is wrong.
 */
export function requireChatRequest(request: ChatRequest, limits: RequestLimits): void {
  if (request.messages.length > limits.messages) {
    throw invalidRequest(`There are more than ${limits.messages} messages.`, "messages");
  }
  requireCallsForResults(request);
  const names = (request.tools ?? []).map((each) => each.function.name);
  if (names.length > limits.tools) {
    throw invalidRequest(`There are more than ${limits.tools} tools.`, "tools");
  }
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw invalidRequest(`The tool ${twice} is there twice.`, "tools");
}

/** Models refuse a tool's result that answers no call. */
function requireCallsForResults({ messages }: ChatRequest): void {
  const called = new Set<string>();
  for (const [index, { role, tool_calls: calls, tool_call_id: id }] of messages.entries()) {
    for (const call of calls ?? []) called.add(call.id);
    if (role !== "tool") continue;
    if (id === undefined || !called.has(id)) {
      throw invalidRequest("A tool message answers no call before it.", `messages.${index}`);
    }
  }
}

export function messagesOf({ messages }: ChatRequest): ChatCompletionMessageParam[] {
  return messages as unknown as ChatCompletionMessageParam[];
}

export function clientToolsOf({ tools }: ChatRequest): ChatCompletionTool[] {
  return tools ?? [];
}

export function toolChoiceOf(request: ChatRequest): ChatCompletionToolChoiceOption | undefined {
  return (request.tool_choice ?? undefined) as ChatCompletionToolChoiceOption | undefined;
}

/** The client's sampling parameters, and nothing that could steer the proxy itself. */
export function parametersOf(request: Readonly<Record<string, unknown>>): Partial<ModelRequest> {
  const entries = Object.keys(sampling).flatMap((name) => {
    const value = request[name];
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** The messages that this request adds to a conversation which has those before already. */
export function newMessages(
  messages: readonly ChatCompletionMessageParam[],
): readonly ChatCompletionMessageParam[] {
  return messages.slice(messages.findLastIndex(({ role }) => role === "assistant") + 1);
}
