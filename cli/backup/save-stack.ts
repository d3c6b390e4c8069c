import type { CommandContext } from "../command-line/command.ts";
import { finishing } from "../os/finishing.ts";
import { requireRunningStack } from "../stack/running-stack.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { openSession } from "../stack/session.ts";
import { createSet } from "./create-set.ts";
import { interruptible } from "../os/interruptible.ts";
import type { PartName } from "./manifest.ts";
import { progressBy } from "./progress.ts";
import { findStores, imagesOf } from "./stores.ts";
import { requireNoUnfinishedRestore } from "./undo-restore.ts";
import type { SetTarget, WrittenSet } from "./write-set.ts";

/** Saves `parts` of the stack, whose lock the command has. */
export async function saveStack(
  context: CommandContext,
  parts: readonly PartName[],
  target: SetTarget,
): Promise<WrittenSet> {
  const { command, stackName, report, signal } = context;
  const whatStands = {
    message: "Interrupted: no backup was made, and nothing of it was left.",
    remedy: `Run it again: ./stack ${command}`,
  };
  return interruptible(signal, whatStands, async () => {
    const session = await openSession(context);
    const desired = desiredOf(context, await session.settings());
    await requireNoUnfinishedRestore(session, desired, report);
    const running = await requireRunningStack(session);
    const stores = await findStores(session, running, parts);
    return finishing("the removal of what the backup has begun", () =>
      createSet({
        docker: session.docker,
        stackName,
        images: imagesOf(running),
        stores,
        target,
        progress: progressBy(report),
        signal,
      }),
    );
  });
}
