import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "../exit-codes.ts";

/** How one part of a set takes the place of the present data. */
export interface PartRestore {
  /** Makes all ready beside the present data, which stays as it is. */
  readonly prepare: () => Promise<void>;
  /** Puts the set's data in place, and makes sure that it is what the manifest says. */
  readonly apply: () => Promise<void>;
  /** Puts the former data in place again, whether `apply` came to its end or not. */
  readonly goBack: () => Promise<void>;
  /** Removes what was put beside, whatever came of it. */
  readonly finish: () => Promise<void>;
}

export interface Restoration {
  readonly set: string;
  /** Where the former data lies; undefined where there is none to go back to. */
  readonly safety: string | undefined;
  /** The command that restores a set. */
  readonly again: (set: string) => string;
  readonly parts: readonly PartRestore[];
  /** Stops those who use the data. */
  readonly stop: () => Promise<void>;
  /** Starts them again; throws unless all of them turn healthy. */
  readonly start: () => Promise<void>;
  /** Notes that the data is being changed, for whoever comes after a kill -9. */
  readonly begin: () => void;
  readonly end: () => void;
  readonly signal: AbortSignal;
}

/**
 * Restores all parts or none: when anything fails after the present data was touched, or the services
 * do not turn healthy with the new data, the former data is put back.
 *
 * @throws StackError that says which data stands now.
 */
export async function restoreParts(restoration: Restoration): Promise<void> {
  const { parts, stop, start, begin, end, signal } = restoration;
  try {
    for (const part of parts) await part.prepare();
    signal.throwIfAborted();
  } catch (error) {
    await finishAll(parts);
    throw error;
  }
  begin();
  try {
    await stop();
    for (const part of parts) {
      signal.throwIfAborted();
      await part.apply();
    }
    signal.throwIfAborted();
    await start();
  } catch (error) {
    throw await wentBack(restoration, error);
  }
  await finishAll(parts);
  end();
}

async function wentBack(restoration: Restoration, failure: unknown): Promise<StackError> {
  const { set, safety, again, parts, stop, start, end, signal } = restoration;
  const reason = { details: lines(failure), cause: failure };
  if (safety === undefined) {
    return new StackError(
      `${set} could not be restored, and there is no safety set to go back to.`,
      {
        ...reason,
        remedy: "Restore another set: ./stack backup list",
      },
    );
  }
  try {
    await stop();
    for (const part of parts.toReversed()) await part.goBack();
    await start();
  } catch (error) {
    return new StackError(`${set} could not be restored, and going back failed too.`, {
      details: [...lines(failure), "while going back:", ...lines(error)],
      cause: error,
      remedy: `The former data lies in ${safety}. Bring it back: ${again(safety)}`,
    });
  }
  await finishAll(parts);
  end();
  if (signal.aborted) {
    return new StackError("Interrupted: the data is as it was before.", {
      cause: failure,
      remedy: `Run it again: ${again(set)}`,
      exitCode: exitCodes.interrupted,
    });
  }
  return new StackError(`${set} could not be restored; the data is as it was before.`, {
    ...reason,
    remedy: "Mend the cause above, or restore another set: ./stack backup list",
  });
}

async function finishAll(parts: readonly PartRestore[]): Promise<void> {
  for (const part of parts) await part.finish();
}

function lines(error: unknown): string[] {
  if (error instanceof StackError) return [error.message, ...error.details];
  return [error instanceof Error ? error.message : String(error)];
}
