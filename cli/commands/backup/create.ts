import { rmSync } from "node:fs";
import { basename } from "node:path";
import { backupDirOf, withBackupDir } from "../../backup/backup-options.ts";
import { describeSet } from "../../backup/describe-set.ts";
import { listSets } from "../../backup/list-sets.ts";
import { partNames } from "../../backup/manifest.ts";
import { expiredSets } from "../../backup/retention.ts";
import { saveStack } from "../../backup/save-stack.ts";
import { defineCommand } from "../../command-line/command.ts";
import { exitCodes } from "../../os/exit-codes.ts";

export const create = defineCommand({
  options: (parser) =>
    withBackupDir(parser)
      .option("retention", {
        type: "number",
        describe:
          "How many of this stack's sets to keep; older ones are removed (all stay, without)",
      })
      .check(({ retention }) => {
        if (retention === undefined || (Number.isInteger(retention) && retention > 0)) return true;
        throw new Error("--retention is a whole number of sets, 1 or more.");
      }),
  examples: [["./stack backup create --retention 14", "a new set; the 14 newest stay"]],
  run: async ({ backupDir, retention }, context) => {
    const folder = backupDirOf(context.root, backupDir);
    const target = { backupDir: folder, kind: "backup", packed: false } as const;
    const removed: string[] = [];
    const { path, manifest } = await saveStack(
      context,
      "backup create",
      partNames,
      target,
      async () => {
        if (retention !== undefined)
          removed.push(...(await removeExpired(folder, context.stackName, retention)));
      },
    );
    context.endProgress();
    context.print(`Saved: ${describeSet(manifest)}.\n${path}`);
    for (const name of removed) context.print(`Removed, by --retention: ${name}`);
    context.result({ command: "backup create", path, removed, manifest });
    return exitCodes.done;
  },
});

async function removeExpired(folder: string, stack: string, keep: number): Promise<string[]> {
  const { sets } = await listSets(folder);
  // A set that can't be read is nobody's to remove.
  const own = sets.map((set) => ({ ...set, stack: set.manifest?.stack ?? "" }));
  const expired = expiredSets(own, { kind: "backup", stack }, keep);
  for (const { path } of expired) rmSync(path, { recursive: true });
  return expired.map(({ path }) => basename(path));
}
