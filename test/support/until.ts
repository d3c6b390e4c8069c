import { setTimeout as delay } from "node:timers/promises";

/** Asks until the answer is yes; throws when it is not within `seconds`. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  seconds = 60,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}`);
    await delay(200);
  }
}
