import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { answeredCalls, spliceRounds } from "../loop/splice-rounds.ts";
import type { Conversations } from "../ports/ports.ts";

/** With the calls that we ran before the client was asked for its own, which it knows nothing of. */
export async function withOwnRounds(
  messages: readonly ChatCompletionMessageParam[],
  userId: string,
  conversations: Conversations,
): Promise<readonly ChatCompletionMessageParam[]> {
  const calls = answeredCalls(messages);
  if (calls.length === 0) return messages;
  return spliceRounds(messages, await conversations.handedOver(userId, calls));
}
