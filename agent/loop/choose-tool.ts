import type {
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { z } from "zod";
import type { Tool } from "../tools/tool.ts";
import { parseArguments } from "./execute-call.ts";

/**
 * For models that cannot call tools but are held to a `response_format`: the choice of a tool is
 * asked for as an answer in JSON.
 */
export function toolChoiceRequest(
  messages: readonly ChatCompletionMessageParam[],
  tools: readonly Tool[],
): Pick<ChatCompletionCreateParams, "messages" | "response_format"> {
  const described = tools.map(({ name, description }) => `- ${name}: ${description}`).join("\n");
  const instruction =
    "Choose the tool that helps most with the last message, and its arguments. " +
    `Answer with JSON only: {"tool": …, "arguments": {…}}.\nTools:\n${described}`;
  return {
    messages: [...messages, { role: "system", content: instruction }],
    response_format: {
      type: "json_schema",
      json_schema: { name: "tool_choice", strict: true, schema: choiceSchema(tools) },
    },
  };
}

const choice = z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) });

/** Undefined when the model's answer is not a choice, as when it was cut short. */
export function parseToolChoice(
  text: string,
): { readonly name: string; readonly arguments: string } | undefined {
  const answer = parseArguments(text);
  const parsed = choice.safeParse(answer.ok ? answer.value : undefined);
  if (!parsed.success) return undefined;
  return { name: parsed.data.tool, arguments: JSON.stringify(parsed.data.arguments) };
}

function choiceSchema(tools: readonly Tool[]): Record<string, unknown> {
  const alternatives = tools.map((tool) => ({
    type: "object",
    properties: {
      tool: { type: "string", enum: [tool.name] },
      arguments: requiredOnly(tool.parameters),
    },
    required: ["tool", "arguments"],
    additionalProperties: false,
  }));
  const [only] = alternatives;
  return alternatives.length === 1 && only !== undefined ? only : { anyOf: alternatives };
}

/** Small models ramble through optional arguments, so they are not offered any. */
function requiredOnly(parameters: Record<string, unknown>): Record<string, unknown> {
  const properties = (parameters["properties"] ?? {}) as Record<string, unknown>;
  const required = (parameters["required"] ?? []) as readonly string[];
  return {
    type: "object",
    properties: Object.fromEntries(
      Object.entries(properties).filter(([name]) => required.includes(name)),
    ),
    required,
    additionalProperties: false,
  };
}
