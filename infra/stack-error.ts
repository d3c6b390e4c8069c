/**
 * An error that a user can act on: what happened, why, and the next thing to type.
 *
 * Anything thrown that is not a StackError is a bug of ours and is shown with its stack trace.
 */
export class StackError extends Error {
  override readonly name = "StackError";
  /** What to do now, as a sentence or a command. */
  readonly remedy: string;
  /** The process's exit code when nobody handles the error; see `cli/os/exit-codes.ts`. */
  readonly exitCode: number;
  /** Lines that show the cause: the end of a log, the output of a health check. */
  readonly details: readonly string[];

  constructor(
    message: string,
    options: { remedy: string; cause?: unknown; exitCode?: number; details?: readonly string[] },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = options.remedy;
    this.exitCode = options.exitCode ?? 1;
    this.details = options.details ?? [];
  }
}
