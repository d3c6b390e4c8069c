import { backupDirOf, withBackupDir } from "../../backup/backup-options.ts";
import { describeSet } from "../../backup/describe-set.ts";
import { saveStack } from "../../backup/save-stack.ts";
import { defineCommand } from "../../command-line/command.ts";

export const backup = defineCommand({
  options: withBackupDir,
  examples: [["./stack qdrant backup", "makes backups/qdrant-YYYYMMDD-HHMMSS.tgz"]],
  changes: true,
  run: async (context, { backupDir }) => {
    const { path, manifest } = await saveStack(context, ["qdrant"], {
      backupDir: backupDirOf(context.root, backupDir),
      kind: "qdrant",
      packed: true,
    });
    return { text: `Saved: ${describeSet(manifest)}.\n${path}`, data: { path, manifest } };
  },
});
