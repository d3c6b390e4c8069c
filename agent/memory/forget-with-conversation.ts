import type { Conversations } from "../ports/ports.ts";
import type { VectorStore } from "../ports/memory.ts";
import { forgetFirst } from "./forget-first.ts";

/** Deleting a conversation removes its memories first: what fails half-way can be asked again. */
export function forgetWithConversation(
  conversations: Conversations & {
    readonly holdMemories: (id: string, userId: string) => Promise<string | undefined>;
  },
  vectors: VectorStore,
): Conversations {
  return {
    ...conversations,
    async remove(id, userId) {
      const owner = await conversations.holdMemories(id, userId);
      if (owner === undefined) return false;
      const scope = { userId: owner, conversationId: id };
      await forgetFirst("the conversation", (signal) => vectors.removeConversation(scope, signal));
      return conversations.remove(id, userId);
    },
  };
}
