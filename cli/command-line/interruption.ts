import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { StackError } from "../../infra/stack-error.ts";
import { EngineFailure } from "../pulumi/engine-failure.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { beingFinished } from "../os/finishing.ts";

/** The time in which a command may end by itself, with its own sentence. */
const graceMilliseconds = 300;
const lookEveryMilliseconds = 50;

export interface InterruptionOptions {
  /** Told once about each thing that is still being finished. */
  readonly onFinishing: (what: string) => void;
  readonly graceMilliseconds?: number;
}

/**
 * Runs a command under Ctrl-C: once `signal` is aborted, the command has a moment to end by itself.
 * Then it is ended, except while it is finishing something that must not be cut short.
 *
 * @throws StackError with exit code 130 where the command was ended.
 */
export async function endingOnInterrupt<T>(
  signal: AbortSignal,
  command: () => Promise<T>,
  options: InterruptionOptions,
): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([command(), cutShort(signal, over.signal, options)]);
  } catch (error) {
    if (!signal.aborted || saysWhatItMeans(error)) throw error;
    throw interruptedError(error);
  } finally {
    over.abort();
  }
}

/** What else a half-done step throws, the engine's own words included, is only what Ctrl-C did to it. */
function saysWhatItMeans(error: unknown): boolean {
  return error instanceof StackError && !(error instanceof EngineFailure);
}

async function cutShort(
  signal: AbortSignal,
  over: AbortSignal,
  { onFinishing, graceMilliseconds: grace = graceMilliseconds }: InterruptionOptions,
): Promise<never> {
  await aborted(signal);
  const told = new Set<string>();
  // Each thing that is finished, and the command's own end, has a moment before anything is said.
  let now = beingFinished();
  let since = Date.now();
  while (!over.aborted) {
    await delay(lookEveryMilliseconds);
    const what = beingFinished();
    if (what !== now) since = Date.now();
    now = what;
    if (Date.now() - since < grace) continue;
    if (what === undefined) throw interruptedError();
    if (!told.has(what)) onFinishing(what);
    told.add(what);
  }
  return new Promise<never>(() => undefined);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

function interruptedError(cause?: unknown): StackError {
  return new StackError("Interrupted.", {
    remedy: "Run the same command again.",
    exitCode: exitCodes.interrupted,
    cause,
  });
}

/** After the second Ctrl-C, which waits for nothing. */
export function endedAtOnceError(): StackError {
  return new StackError("Ended at once, in the middle of the work.", {
    remedy:
      "Run the same command again; it starts with what is left. What runs now: ./stack status",
    exitCode: exitCodes.interrupted,
  });
}

/** The reason of an abort: what Node throws for any, with the process's signal as its cause. */
export function interruption(signal: NodeJS.Signals): DOMException {
  return new DOMException("Interrupted", { name: "AbortError", cause: signal });
}

/** True where the terminal has sent the same Ctrl-C to every program in its foreground. */
export function isFromKeyboard({ reason }: AbortSignal): boolean {
  return reason instanceof DOMException && reason.cause === "SIGINT";
}
