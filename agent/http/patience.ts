import type { ServerResponse } from "node:http";
import { Socket } from "node:net";

export interface Patience {
  /** How long a reader may take nothing of what is there for it. */
  readonly writeTimeoutMs: number;
  /** What ends the wait in any case: the run's own bounds. */
  readonly signal: AbortSignal;
}

/** For a reader of a run that was ended from outside, to take its last words. */
const lastWordsMs = 5000;

/**
 * The connection is cut when its reader takes nothing for so long while there is something to take.
 * Node counts what the reader takes, not what is written; 0 ends it.
 */
export function cutWhenUnread(raw: ServerResponse, timeoutMs: number): void {
  // A response that a test injects has no socket.
  if (raw.socket instanceof Socket) raw.socket.setTimeout(timeoutMs);
}

/** Waits until the reader has made room for more; without patience left, its connection is cut. */
export async function untilRoom(raw: ServerResponse, patience: Patience): Promise<void> {
  if (raw.destroyed) return;
  cutWhenUnread(raw, patience.writeTimeoutMs);
  await untilEvent(raw, "drain", patience.signal);
  cutWhenUnread(raw, 0);
}

/** Waits until the reader has taken all of an answer that has ended. */
export async function untilRead(raw: ServerResponse, patience: Patience): Promise<void> {
  if (raw.destroyed || raw.writableFinished) return;
  cutWhenUnread(raw, patience.writeTimeoutMs);
  const { signal } = patience;
  await untilEvent(raw, "finish", signal.aborted ? AbortSignal.timeout(lastWordsMs) : signal);
}

function untilEvent(
  raw: ServerResponse,
  event: "drain" | "finish",
  signal: AbortSignal,
): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const cut = () => raw.destroy();
  // All of them go: a slow reader would pile up those that did not fire.
  const proceed = () => {
    raw.off(event, proceed).off("close", proceed);
    signal.removeEventListener("abort", cut);
    resolve(undefined);
  };
  raw.once(event, proceed).once("close", proceed);
  signal.addEventListener("abort", cut, { once: true });
  if (signal.aborted) cut();
  return promise;
}
