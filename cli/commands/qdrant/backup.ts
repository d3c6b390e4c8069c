import { backupDirOf, withBackupDir } from "../../backup/backup-options.ts";
import { describeSet } from "../../backup/describe-set.ts";
import { saveStack } from "../../backup/save-stack.ts";
import { defineCommand } from "../../command-line/command.ts";
import { exitCodes } from "../../os/exit-codes.ts";

export const backup = defineCommand({
  options: withBackupDir,
  examples: [["./stack qdrant backup", "makes backups/qdrant-YYYYMMDD-HHMMSS.tgz"]],
  run: async ({ backupDir }, context) => {
    const { path, manifest } = await saveStack(context, "qdrant backup", ["qdrant"], {
      backupDir: backupDirOf(context.root, backupDir),
      kind: "qdrant",
      packed: true,
    });
    context.endProgress();
    context.print(`Saved: ${describeSet(manifest)}.\n${path}`);
    context.result({ command: "qdrant backup", path, manifest });
    return exitCodes.done;
  },
});
