import type {
  ChatCompletionContentPart,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { ApiError, invalidRequest } from "../../errors/api-error.ts";
import type { ContentPart, InputItem } from "./input-items.ts";
import type { SealedState, StateSeal } from "./sealed-state.ts";

type Message = ChatCompletionMessageParam;

/** An assistant's turn, which items tell in parts: what it thought, what it said, what it called. */
interface Turn {
  state: Pick<SealedState, "state" | "calls"> | undefined;
  content: string | undefined;
  refusal: string | undefined;
  readonly calls: ChatCompletionMessageFunctionToolCall[];
}

/**
 * The messages that items stand for. Items of one turn become one message, for models take a call only
 * with its turn's reasoning.
 *
 * @throws ApiError 400 for reasoning that another server sealed.
 */
export function messagesOf(
  items: readonly InputItem[],
  seal: Pick<StateSeal, "open">,
): readonly Message[] {
  const messages: Message[] = [];
  let turn: Turn | undefined;
  const endTurn = () => {
    if (turn !== undefined) messages.push(...messageOf(turn));
    turn = undefined;
  };
  /** The turn that is being told, or a new one where it has this part already. */
  const turnWithout = (hasPart: (told: Turn) => boolean): Turn => {
    if (turn !== undefined && hasPart(turn)) endTurn();
    return (turn ??= { state: undefined, content: undefined, refusal: undefined, calls: [] });
  };

  for (const [index, item] of items.entries()) {
    switch (item.type) {
      case "reasoning": {
        const { isOfMessageBefore, ...state } = reasoningOf(item, index, seal);
        const told = turnWithout(
          (known) => !isOfMessageBefore && (saysSomething(known) || known.state !== undefined),
        );
        told.state = state;
        break;
      }
      case "message":
        if (item.role === "assistant") {
          const told = turnWithout(saysSomething);
          told.content = textOf(item.content);
          told.refusal = refusalOf(item.content);
        } else {
          endTurn();
          messages.push({ role: item.role, content: contentOf(item.content) } as Message);
        }
        break;
      case "function_call":
        turnWithout(() => false).calls.push(callOf(item.call_id, item.name, item.arguments));
        break;
      case "custom_tool_call": {
        const text = JSON.stringify({ input: item.input });
        turnWithout(() => false).calls.push(callOf(item.call_id, item.name, text));
        break;
      }
      case "mcp_call": {
        endTurn();
        const id = item.id ?? `call_${index}`;
        const calls = [callOf(id, item.name, item.arguments)];
        messages.push({ role: "assistant", content: null, tool_calls: calls });
        messages.push({ role: "tool", tool_call_id: id, content: item.output ?? "" });
        break;
      }
      case "function_call_output":
      case "custom_tool_call_output":
        endTurn();
        messages.push({
          role: "tool",
          tool_call_id: item.call_id,
          // Some models take pictures from tools, more than OpenAI's types know.
          content: contentOf(item.output) as string,
        });
        break;
      // What a search found is in the answer that followed it.
      case "web_search_call":
        endTurn();
        break;
      case "item_reference":
        throw invalidRequest("An item_reference is not resolved.", `input.${index}`);
    }
  }
  endTurn();
  return messages;
}

/**
 * Models refuse results without a call, and calls without a result.
 *
 * @param earlier what was said before, to whose calls there may be results.
 * @throws ApiError 400 in OpenAI's words.
 */
export function requireWholeCalls(
  messages: readonly Message[],
  earlier: readonly Message[] = [],
): void {
  const open = new Set(earlier.flatMap(callIds));
  const unanswered = new Set<string>();
  for (const message of messages) {
    if (message.role === "tool") {
      const { tool_call_id: id } = message;
      if (!open.has(id)) {
        throw invalidRequest(
          `No tool call found for function call output with call_id ${id}.`,
          "input",
        );
      }
      unanswered.delete(id);
    }
    for (const id of callIds(message)) {
      open.add(id);
      unanswered.add(id);
    }
  }
  const [first] = unanswered;
  if (first === undefined) return;
  throw invalidRequest(`No tool output found for function call ${first}.`, "input");
}

function callIds(message: Message): readonly string[] {
  return message.role === "assistant" ? (message.tool_calls ?? []).map(({ id }) => id) : [];
}

function saysSomething({ content, refusal, calls }: Turn): boolean {
  return content !== undefined || refusal !== undefined || calls.length > 0;
}

/** Reasoning that nothing followed goes with no message: no provider wants it back alone. */
function messageOf(turn: Turn): readonly Message[] {
  if (!saysSomething(turn)) return [];
  const { state, content, refusal, calls } = turn;
  return [
    {
      ...state?.state,
      role: "assistant",
      content: content ?? (calls.length > 0 ? null : ""),
      ...(refusal !== undefined && { refusal }),
      ...(calls.length > 0 && {
        tool_calls: calls.map((call) => ({ ...call, ...state?.calls[call.id] })),
      }),
    },
  ];
}

function reasoningOf(
  { summary, content, encrypted_content: sealed }: Extract<InputItem, { type: "reasoning" }>,
  index: number,
  seal: Pick<StateSeal, "open">,
): SealedState {
  if (sealed) {
    const opened = seal.open(sealed);
    if (opened !== undefined) return opened;
    const message = "The encrypted content could not be verified: this agent did not make it.";
    throw new ApiError(400, message, {
      code: "invalid_encrypted_content",
      param: `input.${index}.encrypted_content`,
    });
  }
  const words = [...(content ?? []), ...(summary ?? [])].map(({ text }) => text).join("\n\n");
  const state = words === "" ? {} : { reasoning_content: words };
  return { state, calls: {}, isOfMessageBefore: false };
}

function callOf(id: string, name: string, args: string): ChatCompletionMessageFunctionToolCall {
  return { id, type: "function", function: { name, arguments: args } };
}

function contentOf(content: string | readonly ContentPart[]): string | ChatCompletionContentPart[] {
  if (typeof content === "string") return content;
  return content.map((part): ChatCompletionContentPart => {
    switch (part.type) {
      case "input_text":
      case "output_text":
        return { type: "text", text: part.text };
      case "refusal":
        return { type: "text", text: part.refusal };
      case "input_image": {
        const { image_url: url, detail } = part;
        // OpenAI's types of the older API do not know every detail of the newer.
        const image = { url, ...(detail && { detail: detail as "auto" }) };
        return { type: "image_url", image_url: image };
      }
      case "input_file": {
        const { file_data: data, filename } = part;
        return { type: "file", file: { file_data: data, ...(filename && { filename }) } };
      }
    }
  });
}

function textOf(content: string | readonly ContentPart[]): string | undefined {
  if (typeof content === "string") return content;
  const texts = content.flatMap((part) => ("text" in part ? [part.text] : []));
  return texts.length === 0 ? undefined : texts.join("");
}

function refusalOf(content: string | readonly ContentPart[]): string | undefined {
  if (typeof content === "string") return undefined;
  const texts = content.flatMap((part) => (part.type === "refusal" ? [part.refusal] : []));
  return texts.length === 0 ? undefined : texts.join("");
}
