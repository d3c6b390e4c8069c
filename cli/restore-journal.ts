import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import type { Report } from "./activity.ts";
import { writeFileAtomically } from "./atomic-file.ts";
import { isRunning, processMark } from "./process-mark.ts";
import { readJson } from "./read-json.ts";
import type { Workspace } from "./workspace.ts";

const journal = z.object({
  /** Its process, by its mark. */
  process: z.string(),
  since: z.string(),
  /** The set that is being restored, by its path. */
  set: z.string(),
  /** What was put aside first; absent where the user wanted none. */
  safety: z.string().optional(),
});

/** A restore that is changing data now, or was cut short while it did. */
export type RestoreJournal = z.output<typeof journal>;

function pathOf({ home, stackName }: Workspace): string {
  return join(home, "restores", `${stackName}.json`);
}

export function beginRestore(workspace: Workspace, sets: Pick<RestoreJournal, "set" | "safety">) {
  const path = pathOf(workspace);
  mkdirSync(dirname(path), { recursive: true });
  const entry: RestoreJournal = {
    process: processMark(),
    since: new Date().toISOString(),
    ...sets,
  };
  writeFileAtomically(path, JSON.stringify(entry), 0o600);
}

export function endRestore(workspace: Workspace): void {
  rmSync(pathOf(workspace), { force: true });
}

/** Undefined where no restore was cut short. */
export function unfinishedRestore(workspace: Workspace): RestoreJournal | undefined {
  const path = pathOf(workspace);
  if (!existsSync(path)) return undefined;
  const parsed = journal.safeParse(readJson(path));
  // Damaged, it still says that a restore has not come to its end.
  if (!parsed.success) return { process: "", since: "an unknown time", set: "latest" };
  return isRunning(parsed.data.process) ? undefined : parsed.data;
}

/** Says so in every command, until the data is whole again. */
export function warnOfUnfinishedRestore(workspace: Workspace, report: Report): void {
  const found = unfinishedRestore(workspace);
  if (!found) return;
  const { set, safety, since } = found;
  const restore = (path: string) =>
    `./stack backup restore ${path === "latest" ? path : relative(workspace.root, path)}`;
  const back = safety === undefined ? "" : ` Go back: ${restore(safety)}.`;
  report({
    phase: "prepare",
    subject: "restore",
    status: "warning",
    message:
      `cut short at ${since}: the data may be partly old, partly of ${set}.${back} ` +
      `Or go on: ${restore(set)}`,
  });
}
