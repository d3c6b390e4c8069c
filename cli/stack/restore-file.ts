import { join } from "node:path";
import type { Workspace } from "../os/workspace.ts";

/** Where a restore says that it is at work, until it has come to its end: restore-journal.ts reads and writes it. */
export function restoreFile({ home, stackName }: Workspace): string {
  return join(home, "restores", `${stackName}.json`);
}
