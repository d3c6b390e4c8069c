import { ApiError } from "../api-error.ts";

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
  /** Of each conversation with a run that is going on, those that wait for it, the first first. */
  const lines = new Map<string, (() => void)[]>();

  function leaving(conversation: string): () => void {
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      const next = lines.get(conversation)?.shift();
      if (next) next();
      else lines.delete(conversation);
    };
  }

  return {
    async enter(conversation, signal) {
      signal.throwIfAborted();
      const line = lines.get(conversation);
      if (line === undefined) {
        lines.set(conversation, []);
        return leaving(conversation);
      }
      if (line.length >= waiting) throw busy();
      const turn = Promise.withResolvers<undefined>();
      const proceed = () => {
        turn.resolve(undefined);
      };
      const giveUp = () => {
        const place = line.indexOf(proceed);
        if (place !== -1) line.splice(place, 1);
        turn.reject(signal.reason as Error);
      };
      line.push(proceed);
      signal.addEventListener("abort", giveUp, { once: true });
      try {
        await turn.promise;
      } finally {
        signal.removeEventListener("abort", giveUp);
      }
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
