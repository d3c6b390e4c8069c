import type {
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from "openai/resources/chat/completions";
import { uuid } from "../identifiers.ts";
import type { Tool } from "../tools/tool.ts";
import type { ToolExecution } from "./tool-execution.ts";
import type { Turn } from "./turn.ts";

export function toOpenAiTool({ name, description, parameters }: Tool): ChatCompletionTool {
  return { type: "function", function: { name, description, parameters } };
}

export function clientToolNames(tools: readonly ChatCompletionTool[]): ReadonlySet<string> {
  return new Set(tools.flatMap((tool) => (tool.type === "function" ? [tool.function.name] : [])));
}

export function newCall(
  name: string,
  args: object | string,
): ChatCompletionMessageFunctionToolCall {
  const text = typeof args === "string" ? args : JSON.stringify(args);
  return { id: `call_${uuid()}`, type: "function", function: { name, arguments: text } };
}

/** Chat templates of small models know no tool messages. */
export function resultsInProse(executions: readonly ToolExecution[]): ChatCompletionMessageParam[] {
  const results = executions.map(({ name, output }) => `Result of ${name}:\n${output}`);
  const request = "Answer my message from before with the help of these results.";
  return [{ role: "user", content: [...results, request].join("\n\n") }];
}

/** A final answer ends for its own reason, never with calls that were not made. */
export function finalReason(reason: Turn["finishReason"]): Turn["finishReason"] {
  return reason === "tool_calls" || reason === "function_call" ? "stop" : reason;
}
