import { ApiError } from "../errors/api-error.ts";

/** Holds back more work than this process can do, by caller and in all. */
export interface RunGate {
  /** @throws ApiError 429 or 503 with Retry-After; the returned function ends the run. */
  readonly enter: (who: Entrant) => () => void;
  readonly running: () => number;
  /** Lets nobody in any more. */
  readonly close: () => void;
}

export interface Entrant {
  /** The caller's key. */
  readonly principal: string;
  /** Whom a trusted client asks for: its users share its key. */
  readonly person?: string | undefined;
}

export interface GateLimits {
  /** Of one key, or of one person of a trusted client. */
  readonly perMinute: number;
  readonly atOnce: number;
  /** Of those at once, so that one caller can't take all. */
  readonly perKey: number;
  readonly perPerson: number;
}

const windowMs = 60_000;
const fewWindows = 1000;

/** @param now milliseconds, monotonic. */
export function runGate(limits: GateLimits, now: () => number = () => performance.now()): RunGate {
  const windows = new Map<string, { since: number; count: number }>();
  const shares = new Map<string, number>();
  let manyWindows = fewWindows;
  let running = 0;
  let closed = false;

  function requireShare(holder: string, most: number): void {
    if ((shares.get(holder) ?? 0) < most) return;
    throw new ApiError(429, `More than ${most} runs at once.`, {
      code: "too_many_runs",
      retryAfterSeconds: 2,
    });
  }
  /** Persons come and go: without this, each of them would be remembered for ever. */
  function forgetOldWindows(at: number): void {
    if (windows.size < manyWindows) return;
    for (const [holder, { since }] of windows) {
      if (at - since >= windowMs) windows.delete(holder);
    }
    manyWindows = Math.max(fewWindows, 2 * windows.size);
  }
  function requireRate(holder: string): void {
    const at = now();
    forgetOldWindows(at);
    const known = windows.get(holder);
    const window = known && at - known.since < windowMs ? known : { since: at, count: 0 };
    if (window.count >= limits.perMinute) {
      throw new ApiError(429, `More than ${limits.perMinute} requests in a minute.`, {
        code: "rate_limit_exceeded",
        retryAfterSeconds: Math.max(1, Math.ceil((window.since + windowMs - at) / 1000)),
      });
    }
    windows.set(holder, { ...window, count: window.count + 1 });
  }
  function change(holder: string, by: number): void {
    const share = (shares.get(holder) ?? 0) + by;
    if (share === 0) shares.delete(holder);
    else shares.set(holder, share);
  }

  return {
    running: () => running,
    close: () => {
      closed = true;
    },
    enter: ({ principal, person }) => {
      if (closed) {
        throw new ApiError(503, "The agent is stopping.", {
          code: "stopping",
          retryAfterSeconds: 5,
        });
      }
      if (running >= limits.atOnce) {
        throw new ApiError(503, "Too many runs at once.", {
          code: "overloaded",
          retryAfterSeconds: 2,
        });
      }
      const own = person === undefined ? undefined : JSON.stringify([principal, person]);
      requireShare(principal, limits.perKey);
      if (own !== undefined) requireShare(own, limits.perPerson);
      requireRate(own ?? principal);
      const holders = own === undefined ? [principal] : [principal, own];
      for (const holder of holders) change(holder, 1);
      running++;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        running--;
        for (const holder of holders) change(holder, -1);
      };
    },
  };
}
