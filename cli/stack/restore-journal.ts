import { rmSync } from "node:fs";
import { dirname, relative } from "node:path";
import { z } from "zod";
import type { Report } from "../output/activity.ts";
import { writeFileAtomically } from "../os/write-file-atomically.ts";
import { explainDiskError } from "../os/disk-error.ts";
import { makeFolder } from "../os/make-folder.ts";
import { isRunning, processMark } from "../os/process-mark.ts";
import { readJson } from "../os/read-json.ts";
import type { Workspace } from "../os/workspace.ts";
import { hasRestoreFile, restoreFile } from "./restore-file.ts";

const phase = z.enum([
  /** The set is being made ready beside the present data, which nothing has touched. */
  "preparing",
  /** The present data is being replaced: some of it may be the set's by now. */
  "replacing",
  /** The data is whole, the set's or the former; what waits beside it is being removed. */
  "clearing",
]);
export type RestorePhase = z.output<typeof phase>;

const journal = z.object({
  /** Its process, by its mark. */
  process: z.string(),
  since: z.string(),
  phase,
  /** The set that is being restored, by its path. */
  set: z.string(),
  /** What was saved first; absent where the user wanted none. */
  safety: z.string().optional(),
  /** What it replaces. */
  databases: z.array(z.string()),
  qdrant: z.boolean(),
  files: z.array(z.object({ service: z.string(), volume: z.string() })),
});

/** A restore that is at work now, or was cut short. */
export type RestoreJournal = z.output<typeof journal>;

/** What is known of a restore before it begins. */
export type RestorePlan = Omit<RestoreJournal, "process" | "since" | "phase">;

export function noteRestore(workspace: Workspace, plan: RestorePlan, phase: RestorePhase): void {
  const path = restoreFile(workspace);
  const entry: RestoreJournal = {
    ...plan,
    process: processMark(),
    since: new Date().toISOString(),
    phase,
  };
  try {
    makeFolder(dirname(path));
    writeFileAtomically(path, JSON.stringify(entry), 0o600);
  } catch (error) {
    throw explainDiskError(error, path);
  }
}

export function endRestore(workspace: Workspace): void {
  rmSync(restoreFile(workspace), { force: true });
}

const unknownRestore: RestoreJournal = {
  process: "",
  since: "an unknown time",
  phase: "replacing",
  set: "latest",
  databases: [],
  qdrant: false,
  files: [],
};

/** Undefined where no restore was cut short. */
export function unfinishedRestore(workspace: Workspace): RestoreJournal | undefined {
  if (!hasRestoreFile(workspace)) return undefined;
  const parsed = journal.safeParse(readJson(restoreFile(workspace)));
  // Damaged, it still says that a restore has not come to its end.
  if (!parsed.success) return unknownRestore;
  return isRunning(parsed.data.process) ? undefined : parsed.data;
}

/** Says so in every command, until the data is whole again. */
export function warnOfUnfinishedRestore(workspace: Workspace, report: Report): void {
  const found = unfinishedRestore(workspace);
  if (!found) return;
  report({
    phase: "prepare",
    subject: "restore",
    status: "warning",
    message: describeUnfinished(
      found,
      found === unknownRestore ? found.set : relative(workspace.root, found.set),
    ),
  });
}

function describeUnfinished({ phase, since }: RestoreJournal, set: string): string {
  switch (phase) {
    case "preparing":
      return `cut short at ${since}, before it changed any data; ./stack up removes what it left`;
    case "clearing":
      return `cut short at ${since}, when the data was whole; ./stack up removes what it left`;
    case "replacing":
      return (
        `cut short at ${since}: the data may be partly old, partly of ${set}. ` +
        `./stack up puts the former data back; ./stack backup restore ${set} does so and tries again`
      );
  }
}
