import { setTimeout as delay } from "node:timers/promises";
import type { Conversations } from "./ports.ts";

export interface RetentionParts {
  /** Conversations that nothing was said in for so long; a few at a time. */
  readonly idle: (
    days: number,
  ) => Promise<readonly { readonly id: string; readonly userId: string }[]>;
  readonly conversations: Pick<Conversations, "remove">;
  /** Forgets the idempotency keys whose day is over. */
  readonly purgeKeys: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

const pauseMs = 3_600_000;

/**
 * Deletes conversations that are older than wanted, with their memories, and idempotency keys of
 * yesterday, until the signal ends it.
 *
 * @param days 0: conversations are kept for ever.
 */
export async function retainForever(
  parts: RetentionParts,
  days: number,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    if (days > 0) await deleteIdle(parts, days, stopping).catch(parts.onFailure);
    await parts.purgeKeys().catch(parts.onFailure);
    await delay(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** Gives back how many it deleted. One that can't be deleted keeps no other. */
export async function deleteIdle(
  { idle, conversations, onFailure }: Pick<RetentionParts, "idle" | "conversations" | "onFailure">,
  days: number,
  stopping: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const before = deleted;
    for (const { id, userId } of await idle(days)) {
      if (stopping.aborted) return deleted;
      try {
        if (await conversations.remove(id, userId)) deleted += 1;
      } catch (error) {
        onFailure(error);
      }
    }
    // What is left would only fail again; it is tried an hour later.
    if (deleted === before) return deleted;
  }
}
