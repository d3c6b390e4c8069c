import { join } from "node:path";
import { StackError } from "../../../infra/stack-error.ts";
import { backupDirOf, withBackupDir } from "../../backup/backup-options.ts";
import { describeSet } from "../../backup/describe-set.ts";
import { interruptible } from "../../os/interruptible.ts";
import { locateSet } from "../../backup/locate-set.ts";
import { openSet } from "../../backup/open-set.ts";
import { progressBy } from "../../backup/progress.ts";
import { verifySet } from "../../backup/verify-set.ts";
import { defineCommand } from "../../command-line/command.ts";
import { requireRunningStack } from "../../stack/running-stack.ts";
import { finishing } from "../../os/finishing.ts";
import { openSession } from "../../stack/session.ts";
import { workspaceOf } from "../../os/workspace.ts";

const whatStands = {
  message: "Interrupted: the throwaway containers are removed, and nothing was found out.",
  remedy: "Run ./stack backup verify again.",
};

export const verify = defineCommand({
  options: (parser) =>
    withBackupDir(parser).positional("set", {
      type: "string",
      demandOption: true,
      describe: "A name from ./stack backup list, a path, or latest",
    }),
  examples: [["./stack backup verify latest", "exit 0 when it can be relied upon"]],
  run: async (context, { set: given, backupDir }) => {
    const { root, stackName, report, signal } = context;
    const folder = backupDirOf(root, backupDir);
    const path = await locateSet(given, { backupDir: folder, stackName, root });
    const progress = progressBy(report);
    const { manifest, checks } = await interruptible(signal, whatStands, async () => {
      const session = await openSession(context);
      const { outputs } = await requireRunningStack(session);
      const scratch = join(workspaceOf(root, stackName).home, "unpacked");
      const set = await openSet(path, scratch, { progress, signal });
      try {
        const { docker, machine } = session;
        const job = { docker, machine, applied: outputs.applied, progress, signal };
        return {
          manifest: set.manifest,
          checks: await finishing("the removal of the throwaway containers", () =>
            verifySet(set.manifest, { ...job, folder: set.folder }),
          ),
        };
      } finally {
        set.close();
      }
    });
    const bad = checks.filter(({ differences }) => differences.length > 0);
    if (bad.length > 0) {
      throw new StackError(`${manifest.name} can't be relied upon.`, {
        details: bad.flatMap(({ part, differences }) => {
          return differences.map((difference) => `${part}: ${difference}`);
        }),
        remedy: "Make another set: ./stack backup create",
      });
    }
    return {
      text: `${manifest.name} can be restored: ${describeSet(manifest)}.`,
      data: { set: path, checks, manifest },
    };
  },
});
