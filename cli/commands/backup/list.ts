import { backupDirOf, withBackupDir } from "../../backup/backup-options.ts";
import { describeSet } from "../../backup/describe-set.ts";
import { type ListedSet, listSets } from "../../backup/list-sets.ts";
import { defineCommand } from "../../command-line/command.ts";
import { bytes } from "../../output/bytes.ts";
import { colours as pc } from "../../output/colours.ts";
import { table } from "../../output/table.ts";

export const list = defineCommand({
  options: withBackupDir,
  examples: [["./stack backup list --json", "the same, manifests included"]],
  run: async ({ root }, { backupDir }) => {
    const folder = backupDirOf(root, backupDir);
    const { sets, unfinished } = await listSets(folder);
    const lines = [
      sets.length > 0 ? render(sets) : `No sets in ${folder}. Make one: ./stack backup create`,
      ...unfinished.map((name) => `${name} is unfinished, and no backup.`),
    ];
    return { text: lines.join("\n"), data: { folder, sets, unfinished } };
  },
});

function render(sets: readonly ListedSet[]): string {
  const header = ["SET", "STACK", "SAVED (UTC)", "SIZE", "HOLDS"].map((text) => pc.dim(text));
  const rows = sets.map((set) => [
    set.name,
    set.manifest?.stack ?? "-",
    set.createdAt.toISOString().slice(0, 19).replace("T", " "),
    bytes(set.bytes),
    set.manifest ? describeSet(set.manifest) : pc.red(set.problem ?? ""),
  ]);
  return table([header, ...rows]);
}
