import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { stateOf } from "./provider-state.ts";
import { addedTokens, noTokens, type TokenEstimate, tokenEstimate } from "./token-estimate.ts";

type Message = ChatCompletionMessageParam;

// What a picture or a file costs is for its model to say; by its base64 it would fill any context.
const attachment: TokenEstimate = { ascii: 1000, other: 0 };
/** The role, and what a chat template has around a message. */
const envelope: TokenEstimate = { ascii: 4, other: 0 };

/** A message is asked about in each turn of a run. */
const known = new WeakMap<Message, TokenEstimate>();

export function messageTokens(message: Message): TokenEstimate {
  const before = known.get(message);
  if (before) return before;
  const tokens = counted(message);
  known.set(message, tokens);
  return tokens;
}

export function messagesTokens(messages: readonly Message[]): TokenEstimate {
  return messages.map(messageTokens).reduce(addedTokens, noTokens);
}

export function hasAttachment({ content }: Message): boolean {
  return Array.isArray(content) && content.some((part) => !isText(part));
}

function counted(message: Message): TokenEstimate {
  const { content } = message;
  const calls = "tool_calls" in message ? message.tool_calls : undefined;
  const state = stateOf(message);
  const parts = Array.isArray(content) ? content : [];
  return [
    envelope,
    typeof content === "string" ? tokenEstimate(content) : noTokens,
    ...parts.map((part) => (isText(part) ? tokenEstimate(part.text) : attachment)),
    ...(calls ? [tokenEstimate(JSON.stringify(calls))] : []),
    ...(state ? [tokenEstimate(JSON.stringify(state))] : []),
  ].reduce(addedTokens);
}

/** A part that calls itself text need not have any. */
function isText<Part extends object>(part: Part): part is Part & { readonly text: string } {
  return "text" in part && typeof part.text === "string";
}
