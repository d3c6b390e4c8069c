import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "../os/exit-codes.ts";

/** Runs `action`; after Ctrl-C, whatever it threw becomes one sentence on the present state. */
export async function interruptible<T>(
  signal: AbortSignal,
  whatStands: { readonly message: string; readonly remedy: string },
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    // A StackError already says it.
    if (!signal.aborted || error instanceof StackError) throw error;
    const { message, remedy } = whatStands;
    throw new StackError(message, { remedy, cause: error, exitCode: exitCodes.interrupted });
  }
}
