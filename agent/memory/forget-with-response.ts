import type { VectorStore } from "../ports/memory.ts";
import type { Conversations } from "../ports/ports.ts";
import type { Responses } from "../ports/responses.ts";
import { forgetFirst } from "./forget-first.ts";

interface HeldResponse {
  readonly conversationId: string | undefined;
  readonly isAllOfConversation: boolean;
  readonly remembered: readonly string[];
}

/**
 * Deleting a response removes what it said and what is remembered of that; with the last one of a
 * conversation the conversation goes. What fails half-way can be asked again.
 */
export function forgetWithResponse(
  responses: Responses & {
    readonly holdMemories: (id: string, userId: string) => Promise<HeldResponse | undefined>;
  },
  conversations: Pick<Conversations, "remove">,
  vectors: Pick<VectorStore, "removeMessages">,
): Responses {
  return {
    ...responses,
    async remove(id, userId) {
      const held = await responses.holdMemories(id, userId);
      if (held === undefined) return false;
      if (held.conversationId !== undefined && held.isAllOfConversation) {
        return conversations.remove(held.conversationId, userId);
      }
      if (held.remembered.length > 0) {
        await forgetFirst("the response", (signal) =>
          vectors.removeMessages(held.remembered, signal),
        );
      }
      return responses.remove(id, userId);
    },
  };
}
