import { backupDirOf, withBackupDir } from "../../backup/backup-options.ts";
import { describeSet } from "../../backup/describe-set.ts";
import { type ListedSet, listSets } from "../../backup/list-sets.ts";
import { defineCommand } from "../../command-line/command.ts";
import { exitCodes } from "../../os/exit-codes.ts";
import { bytes } from "../../output/bytes.ts";
import { colours as pc } from "../../output/colours.ts";
import { table } from "../../output/table.ts";

export const list = defineCommand({
  options: withBackupDir,
  examples: [["./stack backup list --json", "the same, manifests included"]],
  run: async ({ backupDir }, context) => {
    const folder = backupDirOf(context.root, backupDir);
    const { sets, unfinished } = await listSets(folder);
    context.print(
      sets.length > 0 ? render(sets) : `No sets in ${folder}. Make one: ./stack backup create`,
    );
    for (const name of unfinished) context.print(`${name} is unfinished, and no backup.`);
    context.result({ command: "backup list", folder, sets, unfinished });
    return exitCodes.done;
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
