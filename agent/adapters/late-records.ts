import { setTimeout as delay } from "node:timers/promises";
import type { Conversations } from "../ports/ports.ts";
import { mayUse } from "../ownership.ts";
import { conversationName, type FinishedRun } from "../runs/run-record.ts";
import { DatabaseUnavailable } from "./database-failure.ts";

/** Where records go that the database refuses. */
export interface RefusedRecords {
  /** Closes the run, and keeps its record where an operator finds it. */
  readonly setAside: (run: FinishedRun, reason: unknown) => Promise<void>;
}

export interface LateRecords extends Conversations {
  /** Tries once more what is not recorded yet, and waits no longer than this. */
  readonly settle: (patienceMs: number) => Promise<void>;
  readonly pending: () => number;
}

export interface LateRecordOptions {
  /** More than these, and a run's answer fails with its record. */
  readonly held: number;
  /** All that are held together, as JSON. */
  readonly heldCharacters: number;
  readonly pauseMs: number;
  readonly onDelay: (error: unknown) => void;
  readonly onRefusal: (error: unknown, run: FinishedRun) => void;
}

/** Whose run it is, and of which conversation: a record waits for these alone. */
interface Origin {
  readonly conversation: string;
  readonly userId: string;
}

interface Held {
  readonly run: FinishedRun;
  readonly origin: Origin | undefined;
  readonly characters: number;
  /** How often it failed while the database was there for others. */
  failures: number;
  /** The last reason. */
  error: DatabaseUnavailable;
  writing: Promise<boolean> | undefined;
}

const failuresAllowed = 5;

/**
 * An answer is not lost because the database is away when it is to be recorded: the client has it,
 * and the record is written when the database is back, before its conversation goes on.
 *
 * Only what says nothing about the record itself is waited for. A record that the database refuses, or
 * that fails again and again while the database is there, is set aside; no other conversation waits
 * for either.
 */
export function recordingLate<Store extends Conversations & RefusedRecords>(
  store: Store,
  { held, heldCharacters, pauseMs, onDelay, onRefusal }: LateRecordOptions,
): Store & LateRecords {
  const pending = new Set<Held>();
  const origins = new Map<string, Origin>();

  /** False where it must be tried again. */
  async function write(entry: Held): Promise<boolean> {
    entry.writing ??= writeOnce(entry).finally(() => {
      entry.writing = undefined;
    });
    return entry.writing;
  }
  async function writeOnce(entry: Held): Promise<boolean> {
    try {
      await record(entry.run);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      entry.error = error;
      if (!(await isThere())) return false;
      entry.failures += 1;
      if (entry.failures < failuresAllowed) return false;
      const isSetAside = await refuse(entry.run, error).then(
        () => true,
        () => false,
      );
      if (!isSetAside) return false;
    }
    pending.delete(entry);
    return true;
  }
  /** @throws DatabaseUnavailable alone. */
  async function record(run: FinishedRun): Promise<void> {
    try {
      await store.finish(run);
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error;
      await refuse(run, error);
    }
  }
  async function refuse(run: FinishedRun, reason: unknown): Promise<void> {
    onRefusal(reason, run);
    await store.setAside(run, reason).catch((error: unknown) => {
      if (error instanceof DatabaseUnavailable) throw error;
      // What can't even be kept as text is in the log.
      onRefusal(error, run);
    });
  }
  function isThere(): Promise<boolean> {
    return store.ping().then(
      () => true,
      () => false,
    );
  }
  async function writeAll(): Promise<void> {
    for (const entry of pending) {
      // One that fails alone lets the others by; while the database is away, all would fail.
      if (!(await write(entry)) && !(await isThere())) return;
    }
  }
  async function writeUntilDone(): Promise<void> {
    while (pending.size > 0) {
      await delay(pauseMs, undefined, { ref: false });
      await writeAll();
    }
  }
  /** @throws DatabaseUnavailable where what comes next must not be answered without them. */
  async function writeThose(isWanted: (origin: Origin) => boolean): Promise<void> {
    for (const entry of pending) {
      const isNeeded = entry.origin !== undefined && isWanted(entry.origin);
      if (isNeeded && !(await write(entry))) throw entry.error;
    }
  }
  function hold(run: FinishedRun, error: DatabaseUnavailable): void {
    const characters = JSON.stringify(run).length;
    const all = [...pending].reduce((sum, entry) => sum + entry.characters, characters);
    if (pending.size >= held || all > heldCharacters) throw error;
    onDelay(error);
    const origin = origins.get(run.id);
    pending.add({ run, origin, characters, failures: 0, error, writing: undefined });
    if (pending.size === 1) void writeUntilDone();
  }

  return {
    ...store,
    async begin(run) {
      const name = conversationName(run);
      await writeThose(({ conversation }) => conversation === name);
      const begun = await store.begin(run);
      origins.set(run.id, { conversation: name, userId: begun.userId });
      return begun;
    },
    async handedOver(userId, calls) {
      await writeThose((origin) => mayUse(userId, origin.userId));
      return store.handedOver(userId, calls);
    },
    async finish(run) {
      try {
        await record(run);
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) throw error;
        hold(run, error);
      } finally {
        origins.delete(run.id);
      }
    },
    pending: () => pending.size,
    async settle(patienceMs) {
      const patience = delay(patienceMs, undefined, { ref: false });
      while (pending.size > 0) {
        const written = writeAll().then(() => delay(pending.size > 0 ? pauseMs : 0));
        const isOver = await Promise.race([written.then(() => false), patience.then(() => true)]);
        if (isOver) return;
      }
    },
  };
}
