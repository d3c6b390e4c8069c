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

/** Gives back how many it deleted. */
export async function deleteIdle(
  { idle, conversations }: Pick<RetentionParts, "idle" | "conversations">,
  days: number,
  stopping: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const found = await idle(days);
    if (found.length === 0 || stopping.aborted) return deleted;
    for (const { id, userId } of found) {
      if (await conversations.remove(id, userId)) deleted += 1;
    }
  }
}
