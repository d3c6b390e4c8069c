import { setTimeout as delay } from "node:timers/promises";
import type { TraceStore } from "../ports/erasures.ts";
import type { Conversations } from "../ports/ports.ts";

export interface RetentionParts {
  /** Conversations that nothing was said in for so long; a few at a time. */
  readonly idle: (
    days: number,
  ) => Promise<readonly { readonly id: string; readonly userId: string }[]>;
  readonly conversations: Pick<Conversations, "remove">;
  readonly traces: Pick<TraceStore, "eraseBefore">;
  /** Forgets the idempotency keys whose day is over. */
  readonly purgeKeys: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/** In days; 0: for ever. */
export interface RetentionTimes {
  readonly conversations: number;
  readonly traces: number;
}

const pauseMs = 3_600_000;
const dayMs = 86_400_000;

/**
 * Deletes conversations that are older than wanted, with their memories, traces, and idempotency keys of
 * yesterday, until the signal ends it.
 */
export async function retainForever(
  parts: RetentionParts,
  days: RetentionTimes,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    await retainOnce(parts, days, stopping);
    await delay(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** What fails is tried again an hour later, and keeps nothing else. */
export async function retainOnce(
  parts: RetentionParts,
  days: RetentionTimes,
  stopping: AbortSignal,
): Promise<void> {
  const { traces, purgeKeys, onFailure } = parts;
  if (days.conversations > 0) {
    await deleteIdle(parts, days.conversations, stopping).catch(onFailure);
  }
  if (days.traces > 0) {
    const before = new Date(Date.now() - days.traces * dayMs);
    await traces.eraseBefore(before, stopping).catch(onFailure);
  }
  await purgeKeys().catch(onFailure);
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
