import { StackError } from "../../infra/stack-error.ts";
import { isDiskError } from "../os/disk-error.ts";
import type { RunningStack } from "../stack/running-stack.ts";
import type { Session } from "../stack/session.ts";
import { createSet } from "./create-set.ts";
import type { Progress } from "./progress.ts";
import { imagesOf, type Stores } from "./stores.ts";
import type { WrittenSet } from "./write-set.ts";

/** Saves the data that a restore is about to replace. */
export async function saveSafety(
  { docker, workspace }: Session,
  running: RunningStack,
  job: {
    readonly stores: Stores;
    readonly backupDir: string;
    /** The command that restores without a safety set. */
    readonly without: string;
    readonly progress: Progress;
    readonly signal: AbortSignal;
  },
): Promise<WrittenSet> {
  const { stores, backupDir, without, progress, signal } = job;
  try {
    return await createSet({
      docker,
      stackName: workspace.stackName,
      images: imagesOf(running),
      stores,
      target: { backupDir, kind: "safety", packed: false },
      progress,
      signal,
    });
  } catch (error) {
    if (signal.aborted || !(error instanceof StackError)) throw error;
    throw new StackError("The present data could not be saved first; nothing was touched.", {
      details: [error.message, ...error.details],
      cause: error,
      // A disk that is full is not a reason to do without.
      remedy: isDiskError(error.cause)
        ? error.remedy
        : `If it is broken beyond saving, restore over it: ${without}`,
    });
  }
}
