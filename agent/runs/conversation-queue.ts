import { ApiError } from "../errors/api-error.ts";
import { WaitingLine } from "../waiting-line.ts";

/** One run at a time in each conversation, so that each answer belongs to its question. */
export interface ConversationQueue {
  /**
   * Resolves when it is this run's turn; the returned function ends it.
   *
   * @throws ApiError 409 where too many wait already, and the signal's reason when it aborts first.
   */
  readonly enter: (conversation: string, signal: AbortSignal) => Promise<() => void>;
}

/** @param waiting how many runs may wait for the one that is going on. */
export function conversationQueue(waiting: number): ConversationQueue {
  /** Of each conversation with a run that is going on, those that wait for it. */
  const lines = new Map<string, WaitingLine>();

  function leaving(conversation: string): () => void {
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      if (lines.get(conversation)?.callNext() !== true) lines.delete(conversation);
    };
  }

  return {
    async enter(conversation, signal) {
      signal.throwIfAborted();
      const line = lines.get(conversation);
      if (line === undefined) lines.set(conversation, new WaitingLine());
      else if (line.length >= waiting) throw busy();
      else await line.join(signal);
      return leaving(conversation);
    },
  };
}

function busy(): ApiError {
  return new ApiError(409, "Too many requests wait for this conversation's answer.", {
    code: "conversation_busy",
    param: "conversation_id",
    retryAfterSeconds: 2,
  });
}
