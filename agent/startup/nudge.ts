import { setTimeout as delay } from "node:timers/promises";
import type { Conversations } from "../ports/ports.ts";

/** Tells one who waits for work that there is some, so that it need not look often. */
export interface Nudge {
  readonly give: () => void;
  /** Resolves after that time, or as soon as a nudge comes or has come since the last wait. Never rejects. */
  readonly wait: (ms: number, stopping: AbortSignal) => Promise<void>;
}

export function nudge(): Nudge {
  let next = new AbortController();
  return {
    give: () => {
      next.abort();
    },
    async wait(ms, stopping) {
      const signal = AbortSignal.any([next.signal, stopping]);
      await delay(ms, undefined, { signal }).catch(() => undefined);
      next = new AbortController();
    },
  };
}

/** The same conversations, which tell what is to be done of them elsewhere as soon as it is written. */
export function nudging<T extends Conversations>(
  conversations: T,
  { toRemember, toErase }: { readonly toRemember: Nudge; readonly toErase: Nudge },
): T {
  return {
    ...conversations,
    async begin(run) {
      const begun = await conversations.begin(run);
      toRemember.give();
      return begun;
    },
    async finish(run) {
      await conversations.finish(run);
      toRemember.give();
    },
    async remove(id, userId) {
      const isRemoved = await conversations.remove(id, userId);
      toErase.give();
      return isRemoved;
    },
  };
}
