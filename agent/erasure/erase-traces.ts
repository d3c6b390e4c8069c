import { setTimeout as delay } from "node:timers/promises";
import type { Erasures, TraceErasure, TraceStore } from "../ports/erasures.ts";

export interface ErasureParts {
  readonly erasures: Erasures;
  readonly traces: TraceStore;
  /** Told of every failure; what failed is tried again later, for as long as it takes. */
  readonly onFailure: (error: unknown) => void;
}

const batch = 16;
const pauseMs = 2000;

/** Removes the traces of deleted conversations, until the signal ends it. Never rejects. */
export async function eraseForever(parts: ErasureParts, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const erased = await eraseOnce(parts, stopping).catch((error: unknown) => {
      if (!stopping.aborted) parts.onFailure(error);
      return 0;
    });
    if (erased === 0) await delay(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** Gives back how many conversations' traces it removed. */
export async function eraseOnce(parts: ErasureParts, stopping: AbortSignal): Promise<number> {
  let erased = 0;
  for (const erasure of await parts.erasures.claim(batch)) {
    if (await erase(erasure, parts, stopping)) erased += 1;
  }
  return erased;
}

async function erase(
  erasure: TraceErasure,
  { erasures, traces, onFailure }: ErasureParts,
  stopping: AbortSignal,
): Promise<boolean> {
  const { traceIds, conversationId, isTakenAgain } = erasure;
  try {
    const sessionId = isTakenAgain ? undefined : conversationId;
    await traces.erase({ traceIds, sessionId }, stopping);
    await erasures.complete(erasure);
    return true;
  } catch (error) {
    if (!stopping.aborted) onFailure(error);
    await erasures.postpone(erasure, error instanceof Error ? error.message : String(error));
    return false;
  }
}
