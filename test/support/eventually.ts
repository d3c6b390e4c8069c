import { setTimeout as delay } from "node:timers/promises";

/** Waits for a condition, and fails with its name when it does not come true. */
export async function eventually(
  isTrue: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not within ${patienceMs / 1000} s: ${what}.`);
    await delay(100);
  }
}
