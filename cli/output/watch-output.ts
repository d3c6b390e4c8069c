import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "../os/exit-codes.ts";

export interface OutputWatch {
  /** Waits until all that was written is out; why it is not, where it could not be written. */
  readonly end: () => Promise<StackError | undefined>;
}

/** Notices when what is written to `stream` does not arrive: Node itself says nothing. */
export function watchOutput(
  stream: Writable,
  { onReaderGone, onLost }: { onReaderGone: () => void; onLost: () => void },
): OutputWatch {
  let lost: StackError | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") {
      onReaderGone();
      return;
    }
    if (lost !== undefined) return;
    lost = lostError(error);
    onLost();
  });
  return {
    end: async () => {
      // Files and pipes are written at once, terminals and pipes of Windows are not. Errors come later.
      while (stream.writableLength > 0 && lost === undefined) await setImmediate();
      await setImmediate();
      return lost;
    },
  };
}

function lostError(cause: NodeJS.ErrnoException): StackError {
  const isFull = cause.code === "ENOSPC" || cause.code === "EDQUOT";
  const why = isFull ? "the disk is full" : cause.message;
  return new StackError(`The output could not be written: ${why}.`, {
    remedy: "Send it to another file or disk, and run the command again.",
    exitCode: exitCodes.output,
    cause,
  });
}
