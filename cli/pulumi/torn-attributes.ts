import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../os/workspace.ts";

/**
 * Removes attributes that were never written. Beside each file of the local backend is one with its type
 * and checksum, and the engine makes it empty before it writes it. Killed in between, it takes its own
 * state for damaged ever after, though the state itself is whole. It needs none of them.
 */
export function removeTornAttributes({ state }: Pick<Workspace, "state">): void {
  for (const path of filesBelow(join(state, ".pulumi"))) {
    if (path.endsWith(".attrs") && sizeOf(path) === 0) rmSync(path, { force: true });
  }
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
      join(folder, name),
    );
  } catch {
    // There is no state yet, or an engine removed something while we looked.
    return [];
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
