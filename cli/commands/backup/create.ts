import { rmSync } from "node:fs";
import { basename } from "node:path";
import { backupDirOf, withBackupDir } from "../../backup/backup-options.ts";
import { describeSet } from "../../backup/describe-set.ts";
import { listSets } from "../../backup/list-sets.ts";
import { partNames } from "../../backup/manifest.ts";
import { expiredSets } from "../../backup/expired-sets.ts";
import { saveStack } from "../../backup/save-stack.ts";
import { defineCommand } from "../../command-line/command.ts";

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
  changes: true,
  run: async (context, { backupDir, retention }) => {
    const folder = backupDirOf(context.root, backupDir);
    const target = { backupDir: folder, kind: "backup", packed: false } as const;
    const { path, manifest } = await saveStack(context, partNames, target);
    const removed =
      retention === undefined ? [] : await removeExpired(folder, context.stackName, retention);
    const lines = [
      `Saved: ${describeSet(manifest)}.`,
      path,
      ...removed.map((name) => `Removed, by --retention: ${name}`),
    ];
    return { text: lines.join("\n"), data: { path, removed, manifest } };
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
