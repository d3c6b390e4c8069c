import type { Conversations } from "../ports/ports.ts";
import type { VectorStore } from "../ports/memory.ts";

const forgetTimeoutMs = 1500;

/**
 * Forgets what a run's client has replaced before that run is reminded of anything. Where memory is not
 * there, the run goes on, for it is reminded of nothing either; the outbox forgets it later.
 */
export function forgetSuperseded<Some extends Conversations>(
  conversations: Some,
  vectors: VectorStore,
): Some {
  return {
    ...conversations,
    async begin(run: Parameters<Conversations["begin"]>[0]) {
      const begun = await conversations.begin(run);
      if (begun.superseded.length > 0) {
        const inTime = AbortSignal.timeout(forgetTimeoutMs);
        await vectors.removeMessages(begun.superseded, inTime).catch(() => undefined);
      }
      return begun;
    },
  };
}
