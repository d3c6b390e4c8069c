import { backupDirOf, withBackupDir } from "../../backup/backup-options.ts";
import { describeRestore } from "../../backup/describe-restore.ts";
import { locateSet } from "../../backup/locate-set.ts";
import { partNames } from "../../backup/manifest.ts";
import { confirmRestore, withSafetyOption } from "../../backup/restore-options.ts";
import { restoreStack } from "../../backup/restore-stack.ts";
import { defineCommand } from "../../command-line/command.ts";

export const restore = defineCommand({
  options: (parser) =>
    withSafetyOption(withBackupDir(parser))
      .positional("set", {
        type: "string",
        demandOption: true,
        describe: "A name from ./stack backup list, a path, or latest",
      })
      .option("only", {
        type: "string",
        array: true,
        choices: partNames,
        default: partNames,
        describe: "The parts to restore; repeat for more than one",
      }),
  examples: [
    ["./stack backup restore latest", "the newest set of this stack; the present data is kept too"],
    ["./stack backup restore latest --only postgres", "Postgres alone"],
  ],
  changes: true,
  run: async (context, { set, backupDir, only, safety }) => {
    const { root, stackName } = context;
    const folder = backupDirOf(root, backupDir);
    const path = await locateSet(set, { backupDir: folder, stackName, root });
    await confirmRestore(context, { path, safety });
    const outcome = await restoreStack(context, {
      path,
      backupDir: folder,
      parts: only,
      withSafety: safety,
    });
    return { text: describeRestore(outcome), data: { set: path, ...outcome } };
  },
});
