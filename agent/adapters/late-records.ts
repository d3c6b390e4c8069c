import { setTimeout as delay } from "node:timers/promises";
import type { Conversations } from "../ports.ts";
import type { FinishedRun } from "../run-record.ts";

export interface LateRecords extends Conversations {
  /** Tries once more what is not recorded yet, and waits no longer than this. */
  readonly settle: (patienceMs: number) => Promise<void>;
  readonly pending: () => number;
}

export interface LateRecordOptions {
  /** More than these, and a run's answer fails with its record. */
  readonly held: number;
  readonly pauseMs: number;
  readonly onDelay: (error: unknown) => void;
}

/**
 * An answer is not lost because the database is away when it is to be recorded: the client has it,
 * and the record is written when the database is back, before its conversation goes on.
 */
export function recordingLate<Store extends Conversations>(
  conversations: Store,
  { held, pauseMs, onDelay }: LateRecordOptions,
): Store & LateRecords {
  const pending = new Set<FinishedRun>();
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    for (const run of pending) {
      await conversations.finish(run);
      pending.delete(run);
    }
  }
  /** One at a time, in the order in which the runs ended. */
  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  }
  async function writeUntilDone(): Promise<void> {
    while (pending.size > 0) {
      await delay(pauseMs, undefined, { ref: false });
      await write().catch(() => undefined);
    }
  }
  return {
    ...conversations,
    async begin(run) {
      if (pending.size > 0) await write();
      return conversations.begin(run);
    },
    async handedOver(...wanted) {
      if (pending.size > 0) await write();
      return conversations.handedOver(...wanted);
    },
    async finish(run) {
      try {
        await conversations.finish(run);
      } catch (error) {
        if (pending.size >= held) throw error;
        onDelay(error);
        pending.add(run);
        if (pending.size === 1) void writeUntilDone();
      }
    },
    pending: () => pending.size,
    async settle(patienceMs) {
      const patience = delay(patienceMs, undefined, { ref: false });
      while (pending.size > 0) {
        const written = write().catch(() => delay(pauseMs));
        const isOver = await Promise.race([written.then(() => false), patience.then(() => true)]);
        if (isOver) return;
      }
    },
  };
}
