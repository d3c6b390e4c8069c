import { ApiError } from "../../errors/api-error.ts";

/** The events of one response, for whoever watches it, from any of them on. */
export interface EventLog {
  readonly add: (events: readonly object[]) => void;
  /** No more will come. */
  readonly end: () => void;
  /** Whether those after this number are still here. */
  readonly has: (sequence: number) => boolean;
  /**
   * Those after this number, as they come; ends with the log, or the signal.
   *
   * @throws ApiError 400 where they are gone, as where a reader is slow.
   */
  readonly after: (
    sequence: number,
    signal: AbortSignal,
  ) => AsyncGenerator<readonly object[], void, undefined>;
}

export interface EventLogs {
  readonly open: (id: string) => EventLog;
  readonly get: (id: string) => EventLog | undefined;
  readonly remove: (id: string) => void;
}

export interface LogBounds {
  /** Of all logs together, in characters of JSON. */
  readonly characters: number;
  /** How long a log that has ended is kept. */
  readonly keptMs: number;
}

interface Log {
  /** JSON, which takes less room than what it says. */
  readonly events: string[];
  /** The number of the first that is still here. */
  first: number;
  characters: number;
  isOver: boolean;
  readonly waiting: Set<() => void>;
}

const eventsAtOnce = 100;

export function eventsNotKept(): ApiError {
  const message = "Events after that one are not kept any more: ask for the response itself.";
  return new ApiError(400, message, { code: "events_not_kept", param: "starting_after" });
}

/** Logs in memory. Where all together are too long, those go first that have ended, then the oldest events. */
export function eventLogs({ characters: most, keptMs }: LogBounds): EventLogs {
  const logs = new Map<string, Log>();
  let total = 0;

  function drop(log: Log, count: number): void {
    const gone = log.events.splice(0, count);
    const characters = gone.reduce((sum, { length }) => sum + length, 0);
    log.first += gone.length;
    log.characters -= characters;
    total -= characters;
  }
  function remove(id: string): void {
    const log = logs.get(id);
    logs.delete(id);
    if (log) drop(log, log.events.length);
  }
  function makeRoom(): void {
    for (const [id, log] of logs) {
      if (total <= most) return;
      if (!log.isOver) continue;
      remove(id);
    }
    while (total > most) {
      const longest = [...logs.values()].reduce((a, b) => (a.characters > b.characters ? a : b));
      drop(longest, Math.ceil(longest.events.length / 2));
    }
  }
  function wake({ waiting }: Log): void {
    for (const proceed of waiting) proceed();
    waiting.clear();
  }
  function view(id: string, log: Log): EventLog {
    return {
      add: (events) => {
        const texts = events.map((event) => JSON.stringify(event));
        const characters = texts.reduce((sum, { length }) => sum + length, 0);
        log.events.push(...texts);
        log.characters += characters;
        total += characters;
        if (total > most) makeRoom();
        wake(log);
      },
      end: () => {
        log.isOver = true;
        wake(log);
        setTimeout(() => {
          if (logs.get(id) === log) remove(id);
        }, keptMs).unref();
      },
      has: (sequence) => sequence + 1 >= log.first,
      after: (sequence, signal) => eventsAfter(log, sequence, signal),
    };
  }

  return {
    open: (id) => {
      const log = {
        events: [],
        first: 0,
        characters: 0,
        isOver: false,
        waiting: new Set<() => void>(),
      };
      logs.set(id, log);
      return view(id, log);
    },
    get: (id) => {
      const log = logs.get(id);
      return log && view(id, log);
    },
    remove,
  };
}

async function* eventsAfter(
  log: Log,
  sequence: number,
  signal: AbortSignal,
): AsyncGenerator<readonly object[], void, undefined> {
  let next = sequence + 1;
  while (!signal.aborted) {
    if (next < log.first) throw eventsNotKept();
    const from = next - log.first;
    const texts = log.events.slice(from, from + eventsAtOnce);
    if (texts.length > 0) {
      next += texts.length;
      yield texts.map((text) => JSON.parse(text) as object);
    } else if (log.isOver) return;
    else await moreOf(log, signal);
  }
}

function moreOf({ waiting }: Log, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const proceed = () => {
    waiting.delete(proceed);
    signal.removeEventListener("abort", proceed);
    resolve(undefined);
  };
  waiting.add(proceed);
  signal.addEventListener("abort", proceed, { once: true });
  return promise;
}
