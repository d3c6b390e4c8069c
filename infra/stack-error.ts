/**
 * An error that a user can act on: what happened, why, and the next thing to type.
 *
 * Anything thrown that is not a StackError is a bug of ours and is shown with its stack trace.
 */
export class StackError extends Error {
  override readonly name = "StackError";
  /** What to do now, as a sentence or a command. */
  readonly remedy: string;
  /** The process's exit code when nobody handles the error; see `cli/exit-codes.ts`. */
  readonly exitCode: number;

  constructor(message: string, options: { remedy: string; cause?: unknown; exitCode?: number }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = options.remedy;
    this.exitCode = options.exitCode ?? 1;
  }
}
