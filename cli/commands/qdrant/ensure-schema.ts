import { finishing } from "../../os/finishing.ts";
import { interruptible } from "../../os/interruptible.ts";
import { requireNoUnfinishedRestore } from "../../backup/undo-restore.ts";
import { defineCommand } from "../../command-line/command.ts";
import { describeSchema, ensureSchemaOf } from "../../agent/memory-schema.ts";
import { requireRunningStack } from "../../stack/running-stack.ts";
import { desiredOf } from "../../stack/desired-of.ts";
import { openSession } from "../../stack/session.ts";

const whatStands = {
  message: "Interrupted: the memory is whole. A new collection that was not full yet is removed.",
  remedy: "Run it again: ./stack qdrant ensure-schema",
};

export const ensureSchema = defineCommand({
  options: (parser) =>
    parser
      .option("recreate", {
        type: "boolean",
        default: false,
        describe: "Fill a new collection from Postgres, then swap the alias; the old one stays",
      })
      .option("prune", {
        type: "boolean",
        default: false,
        describe: "Remove collections that an earlier --recreate left",
      })
      .option("dry-run", { type: "boolean", default: false, describe: "Only say what differs" }),
  examples: [
    ["./stack qdrant ensure-schema", "does nothing where all is right"],
    ["./stack qdrant ensure-schema --recreate", "after a change of the embedding model"],
  ],
  // A dry run too: it undoes a restore that was cut short.
  changes: true,
  run: async (context, { recreate, prune, dryRun }) => {
    const { signal, report } = context;
    const { exitCode, outcome } = await interruptible(signal, whatStands, async () => {
      const session = await openSession(context);
      const desired = desiredOf(context, await session.settings());
      await requireNoUnfinishedRestore(session, desired, report);
      const running = await requireRunningStack(session);
      return finishing("the removal of a collection that is not full", () =>
        ensureSchemaOf(session, running, { recreate, prune, dryRun, signal, report }),
      );
    });
    return { text: describeSchema(outcome), data: outcome, exitCode };
  },
});
