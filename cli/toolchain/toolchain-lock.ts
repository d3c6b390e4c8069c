import { setTimeout as sleep } from "node:timers/promises";
import path from "node:path";
import lockfile from "proper-lockfile";
import { interrupted } from "../os/run-process.ts";

interface Waiting {
  readonly signal: AbortSignal | undefined;
  /** Called about once a second while another process holds the lock. */
  readonly onWait: (milliseconds: number) => void;
}

/**
 * Runs `work` while no other process does the same in this cache. The holder renews its lock; one
 * that was killed is taken over after ten seconds of silence.
 */
export async function withToolchainLock<T>(
  directory: string,
  { signal, onWait }: Waiting,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(directory, { signal, onWait });
  try {
    return await work();
  } finally {
    // Gone already where somebody cleared the cache meanwhile; there is nothing to release then.
    await release().catch(() => undefined);
  }
}

async function acquire(
  directory: string,
  { signal, onWait }: Waiting,
): Promise<() => Promise<void>> {
  const started = Date.now();
  for (;;) {
    if (signal?.aborted) throw interrupted();
    try {
      return await lockfile.lock(directory, {
        lockfilePath: path.join(directory, "lock"),
        realpath: false,
        stale: 10_000,
        update: 2_000,
        // A suspended machine loses its lock. Both builds then end well: each works in its own
        // directory and puts whole results in place.
        onCompromised: () => undefined,
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      onWait(Date.now() - started);
      // An abort is thrown above, in the words of the toolchain.
      await sleep(1_000, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
  }
}
