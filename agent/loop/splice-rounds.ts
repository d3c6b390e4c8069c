import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionMessageParam,
  ChatCompletionMessageToolCall,
} from "openai/resources/chat/completions";
import { canonicalJson } from "./canonical-json.ts";
import { parseArguments } from "./execute-call.ts";
import { stateOf } from "./provider-state.ts";

type Message = ChatCompletionMessageParam;

/**
 * What a run said that ended by asking its client for calls: our rounds, then the message with those calls.
 * Where the model made calls of ours in that message too, their results are behind it.
 */
export type HandedOver = readonly Message[];

/** Of the turns before; each list is looked up by itself. */
const earlierLists = 32;

/**
 * The ids of calls that the client has run, one list for each message that made some: all of the turn that
 * is going on, and the newest of those before.
 */
export function answeredCalls(messages: readonly Message[]): readonly (readonly string[])[] {
  const start = startOfTurn(messages);
  const earlier = listsOf(messages.slice(0, start)).slice(-earlierLists);
  return [...earlier, ...listsOf(messages.slice(start))];
}

function listsOf(messages: readonly Message[]): readonly (readonly string[])[] {
  return messages
    .map((message) => callsOf(message).map(({ id }) => id))
    .filter((ids) => ids.length > 0);
}

/**
 * Puts our own calls and their results back before the client's calls that followed them, so that
 * the model, which has seen them, need not ask again. The message with the client's calls is again as the
 * model said it: clients send back no more of it than they know. Our rounds are only put into the turn that
 * is going on: once it is answered, what our tools found is in the answer.
 *
 * @param handedOver the newest first; of two that fit, as where a server numbers calls from 0 in each
 *   answer, the newest counts.
 */
export function spliceRounds(
  messages: readonly Message[],
  handedOver: readonly HandedOver[],
): readonly Message[] {
  const start = startOfTurn(messages);
  const runs = handedOver.map(partsOf);
  return messages.flatMap((message, index) => {
    if (!isAssistant(message) || callsOf(message).length === 0) return [message];
    const run = runs.find(({ asking }) => asking && asksFor(asking, message));
    if (run?.asking === undefined) return [message];
    if (index < start) return [asSaid(message, run.asking, [])];
    return [...run.before, asSaid(message, run.asking, run.after), ...run.after];
  });
}

/** The turn that is going on begins after the last answer, which is an assistant's without calls. */
function startOfTurn(messages: readonly Message[]): number {
  const isAnswer = (message: Message) =>
    message.role === "assistant" && callsOf(message).length === 0;
  return messages.findLastIndex(isAnswer) + 1;
}

function partsOf(run: HandedOver) {
  const place = run.findLastIndex(isAssistant);
  const asking = run[place];
  return {
    before: run.slice(0, Math.max(place, 0)),
    asking: asking && isAssistant(asking) ? asking : undefined,
    after: run.slice(place + 1),
  };
}

function isAssistant(message: Message): message is ChatCompletionAssistantMessageParam {
  return message.role === "assistant";
}

function asksFor(asking: Message, message: Message): boolean {
  const known = new Set(callsOf(asking).map(identity));
  return callsOf(message).every((call) => known.has(identity(call)));
}

/** The client's words, and what it does not send back: our calls, and what the provider added. */
function asSaid(
  message: ChatCompletionAssistantMessageParam,
  asking: ChatCompletionAssistantMessageParam,
  after: readonly Message[],
): Message {
  const ran = new Set(after.flatMap((each) => (each.role === "tool" ? [each.tool_call_id] : [])));
  const sent = new Set(callsOf(message).map(({ id }) => id));
  const calls = callsOf(asking).filter(({ id }) => ran.has(id) || sent.has(id));
  return { ...asking, ...message, ...stateOf(asking), tool_calls: calls };
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
