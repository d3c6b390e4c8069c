import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "./exit-codes.ts";

/** What an interrupted command has left, and how to go on. */
export interface LeftBehind {
  readonly message: string;
  readonly remedy: string;
}

/**
 * Runs `action`; after Ctrl-C, whatever it threw becomes one sentence on the present state.
 *
 * @param left the sentence, or what looks for it.
 */
export async function interruptible<T>(
  signal: AbortSignal,
  left: LeftBehind | (() => Promise<LeftBehind>),
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    // A StackError already says it.
    if (!signal.aborted || error instanceof StackError) throw error;
    const { message, remedy } = typeof left === "function" ? await left() : left;
    throw new StackError(message, { remedy, cause: error, exitCode: exitCodes.interrupted });
  }
}
