import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "../os/exit-codes.ts";
import type { RestorePhase } from "../stack/restore-journal.ts";

/**
 * How one part of the former data comes back. Whoever does it may have seen nothing of the restore:
 * how far that came is read from the store itself.
 */
export interface PartUndo {
  /** Puts the former data in place again, however far `apply` came. Can be done again. */
  readonly goBack: () => Promise<void>;
  /** Removes what was put beside, whatever came of it. Can be done again. */
  readonly finish: () => Promise<void>;
  /** What can't be put back, since the user wanted it not to be saved: "Qdrant's collections". */
  readonly unsaved?: string | undefined;
}

/** How one part of a set takes the place of the present data. */
export interface PartRestore extends PartUndo {
  /** Makes all ready beside the present data, which stays as it is. */
  readonly prepare: () => Promise<void>;
  /** Puts the set's data in place, and makes sure that it is what the manifest says. */
  readonly apply: () => Promise<void>;
}

/** Those who use the data. */
export interface DataUsers {
  readonly stop: () => Promise<void>;
  /** Throws unless all of them turn healthy, and at once when the signal says so. */
  readonly start: (signal?: AbortSignal) => Promise<void>;
}

/** What whoever comes after a kill -9 will know. */
export interface RestoreNotes {
  readonly note: (phase: RestorePhase) => void;
  readonly end: () => void;
}

export interface Restoration extends DataUsers, RestoreNotes {
  readonly set: string;
  /** Where the former data is saved, too; undefined where the user wanted none. */
  readonly safety: string | undefined;
  /** The command that restores a set. */
  readonly again: (set: string) => string;
  readonly parts: readonly PartRestore[];
  readonly signal: AbortSignal;
}

/**
 * Restores all parts or none: when anything fails after the present data was touched, or the services
 * do not turn healthy with the new data, the former data is put back.
 *
 * @throws StackError that says whose data is in place.
 */
export async function restoreParts(restoration: Restoration): Promise<void> {
  const { parts, stop, start, note, end, signal } = restoration;
  note("preparing");
  try {
    for (const part of parts) await part.prepare();
    signal.throwIfAborted();
    note("replacing");
  } catch (error) {
    await finishAll(parts);
    end();
    throw error;
  }
  try {
    await stop();
    for (const part of parts) {
      signal.throwIfAborted();
      await part.apply();
    }
    signal.throwIfAborted();
    await start(signal);
    note("clearing");
  } catch (error) {
    throw await wentBack(restoration, error);
  }
  await finishAll(parts);
  end();
}

/** Undoes a restore that was cut short while it replaced data. */
export async function undoParts(
  parts: readonly PartUndo[],
  { stop, start, note, end }: DataUsers & RestoreNotes,
): Promise<void> {
  await stop();
  for (const part of parts.toReversed()) await part.goBack();
  // From here on the data is whole, whatever becomes of the services.
  note("clearing");
  await start();
  await finishAll(parts);
  end();
}

export async function finishAll(parts: readonly PartUndo[]): Promise<void> {
  for (const part of parts) await part.finish();
}

async function wentBack(restoration: Restoration, failure: unknown): Promise<StackError> {
  const { set, safety, again, parts, signal } = restoration;
  const unsaved = parts.flatMap((part) => part.unsaved ?? []);
  const whole =
    unsaved.length === 0
      ? "the data is as it was before"
      : `the data is as it was before, but for ${unsaved.join(" and ")}`;
  try {
    await undoParts(parts, restoration);
  } catch (error) {
    return new StackError(`${set} could not be restored, and rolling back failed too.`, {
      details: [...lines(failure), "while rolling back:", ...lines(error)],
      cause: error,
      remedy:
        "Remove the cause, then go back once more: ./stack up" +
        (safety === undefined ? "" : `. The former data is saved in ${safety}, too.`),
    });
  }
  if (signal.aborted) {
    return new StackError(`Interrupted: ${whole}.`, {
      cause: failure,
      remedy: `Run it again: ${again(set)}`,
      exitCode: exitCodes.interrupted,
    });
  }
  return new StackError(`${set} could not be restored; ${whole}.`, {
    details: lines(failure),
    cause: failure,
    remedy: "Remove the cause above, or restore another set: ./stack backup list",
  });
}

function lines(error: unknown): string[] {
  if (error instanceof StackError) return [error.message, ...error.details];
  return [error instanceof Error ? error.message : String(error)];
}
