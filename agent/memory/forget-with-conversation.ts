import { ApiError } from "../errors/api-error.ts";
import type { Conversations } from "../ports/ports.ts";
import type { VectorStore } from "../ports/memory.ts";

const forgetTimeoutMs = 5000;

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
      await vectors
        .removeConversation(scope, AbortSignal.timeout(forgetTimeoutMs))
        .catch((cause: unknown) => {
          throw new ApiError(
            503,
            "Memory could not forget the conversation, so nothing is deleted yet.",
            {
              code: "memory_unavailable",
              retryAfterSeconds: 5,
              cause,
            },
          );
        });
      return conversations.remove(id, userId);
    },
  };
}
