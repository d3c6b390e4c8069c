import { backupDirOf, withBackupDir } from "../../backup/backup-options.ts";
import { describeRestore } from "../../backup/describe-restore.ts";
import { locateSet } from "../../backup/locate-set.ts";
import { confirmRestore, withSafetyOption } from "../../backup/restore-options.ts";
import { restoreStack } from "../../backup/restore-stack.ts";
import { defineCommand } from "../../command-line/command.ts";

export const restore = defineCommand({
  options: (parser) =>
    withSafetyOption(withBackupDir(parser)).positional("file", {
      type: "string",
      demandOption: true,
      describe: "An archive of ./stack qdrant backup, or any set with Qdrant's part",
    }),
  examples: [["./stack qdrant restore backups/qdrant-20260131-120000.tgz", "that archive"]],
  changes: true,
  run: async (context, { file, backupDir, safety }) => {
    const { root, stackName } = context;
    const folder = backupDirOf(root, backupDir);
    const path = await locateSet(file, { backupDir: folder, stackName, root });
    await confirmRestore(context, { path, safety });
    const outcome = await restoreStack(context, {
      path,
      backupDir: folder,
      parts: ["qdrant"],
      withSafety: safety,
    });
    return { text: describeRestore(outcome), data: { set: path, ...outcome } };
  },
});
