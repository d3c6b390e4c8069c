import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../os/workspace.ts";

/** Where a restore says that it is at work, until it has come to its end: restore-journal.ts reads and writes it. */
export function restoreFile({ home, stackName }: Workspace): string {
  return join(home, "restores", `${stackName}.json`);
}

/** Whether one is at work or was cut short: what reads and undoes it is loaded only then. */
export function hasRestoreFile(workspace: Workspace): boolean {
  return existsSync(restoreFile(workspace));
}
