import type { RunOutcome } from "../loop/run-request.ts";
import { invalidRequest } from "../errors/api-error.ts";
import type { ChatRequest } from "./chat-request.ts";

// OpenAI's API had functions before it had tools, and some clients still write them.

type Message = ChatRequest["messages"][number];

/** Whether a client expects its calls as a `function_call`. */
export function speaksOfFunctions({ functions, tools }: ChatRequest): boolean {
  return (functions ?? []).length > 0 && (tools ?? []).length === 0;
}

/** Such a client is told so in its own words. */
export function finishReasonOf(body: ChatRequest, { finishReason }: RunOutcome): string {
  return finishReason === "tool_calls" && speaksOfFunctions(body) ? "function_call" : finishReason;
}

/**
 * The same request in the words of tools.
 *
 * @throws ApiError 400 for a function's result that answers no call.
 */
export function inTools(body: ChatRequest): ChatRequest {
  const { functions, function_call: choice, ...others } = body;
  const tools = body.tools ?? [];
  // Whoever writes both means the same ones.
  const known = new Set(tools.map((tool) => tool.function.name));
  const added = (functions ?? [])
    .filter(({ name }) => !known.has(name))
    .map((each) => ({ type: "function" as const, function: each }));
  return {
    ...others,
    messages: toolMessages(body.messages),
    ...(added.length > 0 && { tools: [...tools, ...added] }),
    tool_choice: body.tool_choice ?? toolChoice(choice),
    // A `function_call` has room for one.
    ...(speaksOfFunctions(body) && { parallel_tool_calls: false }),
  };
}

function toolChoice(choice: ChatRequest["function_call"]): ChatRequest["tool_choice"] {
  if (typeof choice !== "object" || choice === null) return choice;
  return { type: "function", function: { name: choice.name } };
}

function toolMessages(messages: readonly Message[]): Message[] {
  let open: { readonly id: string; readonly name: string } | undefined;
  return messages.map((message, index) => {
    const { function_call: call, tool_calls: calls, ...others } = message;
    if (message.role === "function") {
      if (open === undefined || open.name !== message["name"]) {
        const text = "A function message answers no function_call of its name before it.";
        throw invalidRequest(text, `messages.${index}`);
      }
      const { id } = open;
      open = undefined;
      return { role: "tool", tool_call_id: id, content: message.content ?? "" };
    }
    if (call) {
      // It had no id, and a call's result is known by its id.
      open = { id: `call_in_message_${index}`, name: call.name };
      const only = { id: open.id, type: "function", function: call };
      return { ...others, content: message.content ?? null, tool_calls: [only] };
    }
    // Clients hand back a message with null in place of what it lacks, and models' servers refuse that.
    return calls ? { ...others, tool_calls: calls } : others;
  });
}
