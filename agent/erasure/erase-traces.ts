import type { Erasures, TraceErasure, TraceStore } from "../ports/erasures.ts";

/** Resolves when there may be something to do, or after that time. */
type NextWork = (ms: number, stopping: AbortSignal) => Promise<void>;

export interface ErasureParts {
  readonly erasures: Erasures;
  readonly traces: TraceStore;
  /** Told of every failure; what failed is tried again later, for as long as it takes. */
  readonly onFailure: (error: unknown) => void;
}

const batch = 16;
/** What is told of by nobody: what failed before, and a run's spans that may have come in since. */
const idleMs = 5000;

/** Removes the traces of deleted conversations, until the signal ends it. Never rejects. */
export async function eraseForever(
  parts: ErasureParts,
  nextWork: NextWork,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    const erased = await eraseOnce(parts, stopping).catch((error: unknown) => {
      if (!stopping.aborted) parts.onFailure(error);
      return 0;
    });
    if (erased === 0) await nextWork(idleMs, stopping);
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
