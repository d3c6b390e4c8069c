export class BreakerOpenError extends Error {}

/** Spares a service that fails again and again, and its callers the wait. */
export interface Breaker {
  /** @throws BreakerOpenError at once while it is open. */
  run<T>(action: () => Promise<T>): Promise<T>;
}

export interface BreakerOptions {
  /** For the error's message. */
  readonly service: string;
  /** Failures in a row that open it. */
  readonly failures: number;
  readonly openMs: number;
  /** What does not count: the caller's own mistake, or that it left. */
  readonly isHarmless?: (error: unknown) => boolean;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

/** Once its time is over, one call is let through; what becomes of it decides. */
export function breaker(options: BreakerOptions): Breaker {
  const { service, openMs, isHarmless = () => false, now = () => performance.now() } = options;
  let failures = 0;
  let closedFrom = 0;
  return {
    async run(action) {
      if (failures >= options.failures) {
        if (now() < closedFrom) throw new BreakerOpenError(`${service} fails; not asked just now.`);
        closedFrom = now() + openMs;
      }
      try {
        const result = await action();
        failures = 0;
        return result;
      } catch (error) {
        if (!isHarmless(error)) {
          failures += 1;
          closedFrom = now() + openMs;
        }
        throw error;
      }
    },
  };
}
