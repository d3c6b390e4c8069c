import { v7 } from "uuid";

const bytesOfOne = 16;
/** For so many at a time: asking the system for random bytes takes longer than making an id of them. */
const random = Buffer.alloc(256 * bytesOfOne);
let used = random.length;
let latestMs = 0;
let sequence = 0;

/** Ordered by time, those of one millisecond too, so that indexes grow at their end. */
export function uuid(): string {
  const now = Date.now();
  const isLater = now > latestMs;
  latestMs = Math.max(now, latestMs);
  // It starts in the lower half of its 32 bits, so that there is room to count.
  sequence = isLater ? nextBytes().readUInt32BE() >>> 1 : sequence + 1;
  return v7({ rng: nextBytes, msecs: latestMs, seq: sequence });
}

function nextBytes(): Buffer {
  if (used === random.length) {
    crypto.getRandomValues(random);
    used = 0;
  }
  used += bytesOfOne;
  return random.subarray(used - bytesOfOne, used);
}
