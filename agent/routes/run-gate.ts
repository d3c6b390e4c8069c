import { ApiError } from "../api-error.ts";

/** Holds back more work than this process can do, by caller and in all. */
export interface RunGate {
  /** @throws ApiError 429 or 503 with Retry-After; the returned function ends the run. */
  readonly enter: (principal: string) => () => void;
  readonly running: () => number;
  /** Lets nobody in any more. */
  readonly close: () => void;
}

const windowMs = 60_000;

/** @param now milliseconds, monotonic. */
export function runGate(
  limits: { readonly perMinute: number; readonly atOnce: number },
  now: () => number = () => performance.now(),
): RunGate {
  const windows = new Map<string, { since: number; count: number }>();
  let running = 0;
  let closed = false;
  return {
    running: () => running,
    close: () => {
      closed = true;
    },
    enter: (principal) => {
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
      const at = now();
      const known = windows.get(principal);
      const window = known && at - known.since < windowMs ? known : { since: at, count: 0 };
      if (window.count >= limits.perMinute) {
        throw new ApiError(429, `More than ${limits.perMinute} requests in a minute.`, {
          code: "rate_limit_exceeded",
          retryAfterSeconds: Math.max(1, Math.ceil((window.since + windowMs - at) / 1000)),
        });
      }
      windows.set(principal, { ...window, count: window.count + 1 });
      running++;
      let left = false;
      return () => {
        if (!left) running--;
        left = true;
      };
    },
  };
}
