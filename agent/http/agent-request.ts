import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { z } from "zod";
import { invalidRequest } from "../errors/api-error.ts";
import { toolNames } from "../tools/index.ts";
import type { Tool } from "../tools/tool.ts";
import { sampling } from "./chat-request.ts";

/** Which of them there are is checked later, with an answer that names them. */
const toolName = z.string().meta({ enum: [...toolNames] });

export const agentRequest = z
  .looseObject({
    prompt: z.string().min(1),
    conversation_id: z.uuid().nullish(),
    messages: z
      .array(
        z.looseObject({
          role: z.enum(["system", "developer", "user", "assistant"]),
          content: z.string(),
        }),
      )
      .nullish(),
    model: z.string().min(1).nullish(),
    stream: z.boolean().nullish(),
    metadata: z
      .looseObject({
        source: z.string().max(256).optional(),
        tools: z.array(toolName).optional(),
        tool_calls: z
          .array(
            z.looseObject({ name: toolName, args: z.record(z.string(), z.unknown()).optional() }),
          )
          .optional(),
      })
      .nullish(),
    ...sampling,
  })
  .meta({ id: "AgentRequest" });

export type AgentRequest = z.output<typeof agentRequest>;

/** @throws ApiError 400 where the prompt is longer than it may be. */
export function requirePromptWithin(
  { prompt }: AgentRequest,
  { promptCharacters }: { readonly promptCharacters: number },
): void {
  if (prompt.length <= promptCharacters) return;
  throw invalidRequest(`The prompt is longer than ${promptCharacters} characters.`, "prompt");
}

/** The tools that a request allows: those it names, or all. */
export function allowedTools(tools: readonly Tool[], { metadata }: AgentRequest): readonly Tool[] {
  for (const [index, { name }] of (metadata?.tool_calls ?? []).entries()) {
    requireKnown(tools, name, `metadata.tool_calls.${index}.name`);
  }
  const names = metadata?.tools;
  if (names === undefined) return tools;
  for (const name of names) requireKnown(tools, name, "metadata.tools");
  return tools.filter(({ name }) => names.includes(name));
}

function requireKnown(tools: readonly Tool[], name: string, param: string): void {
  if (tools.some((tool) => tool.name === name)) return;
  const known = tools.map((tool) => tool.name).join(", ");
  throw invalidRequest(`There is no tool called ${name}; there are ${known}.`, param);
}

export function earlierMessages(request: AgentRequest): ChatCompletionMessageParam[] {
  return request.messages ?? [];
}
