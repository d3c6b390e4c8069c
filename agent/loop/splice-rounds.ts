import type {
  ChatCompletionMessageParam,
  ChatCompletionMessageToolCall,
} from "openai/resources/chat/completions";
import { canonicalJson } from "./canonical-json.ts";
import { parseArguments } from "./execute-call.ts";

type Message = ChatCompletionMessageParam;

/** What a run said that ended by asking its client for calls: our rounds, and that message last. */
export type HandedOver = readonly Message[];

/**
 * The ids of calls that the client has run, one list for each message that made some. Only of the
 * turn that is going on: once it is answered, what our tools found is in the answer.
 */
export function answeredCalls(messages: readonly Message[]): readonly (readonly string[])[] {
  return messages.slice(startOfTurn(messages)).flatMap((message) => {
    const ids = callsOf(message).map(({ id }) => id);
    return ids.length === 0 ? [] : [ids];
  });
}

/**
 * Puts our own calls and their results back before the client's calls that followed them, so that
 * the model, which has seen them, need not ask again.
 *
 * @param handedOver the newest first; of two that fit, as where a server numbers calls from 0 in each
 *   answer, the newest counts.
 */
export function spliceRounds(
  messages: readonly Message[],
  handedOver: readonly HandedOver[],
): readonly Message[] {
  const start = startOfTurn(messages);
  return messages.flatMap((message, index) => {
    if (index < start || callsOf(message).length === 0) return [message];
    const run = handedOver.find((candidate) => endsWith(candidate, message));
    return run === undefined ? [message] : [...run.slice(0, -1), message];
  });
}

/** The turn that is going on begins after the last answer, which is an assistant's without calls. */
function startOfTurn(messages: readonly Message[]): number {
  const isAnswer = (message: Message) =>
    message.role === "assistant" && callsOf(message).length === 0;
  return messages.findLastIndex(isAnswer) + 1;
}

function endsWith(run: HandedOver, message: Message): boolean {
  const last = run.at(-1);
  const known = new Set(last === undefined ? [] : callsOf(last).map(identity));
  return callsOf(message).every((call) => known.has(identity(call)));
}

function callsOf(message: Message): readonly ChatCompletionMessageToolCall[] {
  return message.role === "assistant" ? (message.tool_calls ?? []) : [];
}

/** Clients write the arguments again, with other spaces or another order. */
function identity(call: ChatCompletionMessageToolCall): string {
  if (call.type !== "function") return canonicalJson(call);
  const { name, arguments: text } = call.function;
  const input = parseArguments(text);
  return canonicalJson([call.id, name, input.ok ? input.value : text]);
}
