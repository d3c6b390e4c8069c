import { setTimeout as delay } from "node:timers/promises";

export interface PollOptions<Answer> {
  /** Milliseconds between the end of one probe and the start of the next. */
  readonly every: number;
  /** Whether this answer is the one that was waited for. */
  readonly until: (answer: Answer) => boolean;
  /** Milliseconds until the last answer is taken as it is; for ever when left out. */
  readonly within?: number;
  /** Ends the wait at once, a probe that hangs included. */
  readonly signal?: AbortSignal;
}

/**
 * Asks again and again until the answer is the one that was waited for, or the time is up.
 *
 * @returns the last answer: the caller sees from it whether the time was enough.
 * @throws the signal's reason when it is aborted, and whatever `probe` throws.
 */
export async function poll<Answer>(
  probe: () => Answer | Promise<Answer>,
  { every, until, within = Infinity, signal }: PollOptions<Answer>,
): Promise<Answer> {
  const deadline = Date.now() + within;
  for (;;) {
    const answer = await unlessAborted(probe, signal);
    if (until(answer) || Date.now() >= deadline) return answer;
    await delay(every, undefined, { ...(signal && { signal }) });
  }
}

/** The result of `action`, or the signal's reason as soon as it is aborted. */
export async function unlessAborted<T>(
  action: () => T | Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) return action();
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => {
    reject(signal.reason as Error);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([action(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
