import type { DesiredStack } from "../../infra/desired-stack.ts";
import { removeLeftovers } from "../backup/throwaway-cleanup.ts";
import { interruptible } from "../os/interruptible.ts";
import { releaseDeadLock } from "../pulumi/engine-lock.ts";
import { readState } from "../pulumi/read-state.ts";
import { diverge, inspectWorld } from "../stack/divergence.ts";
import { requireRightPassphrase } from "../stack/passphrase.ts";
import { hasRestoreFile } from "../stack/restore-file.ts";
import type { Session } from "../stack/session.ts";
import type { BringUpOptions } from "./bring-up-options.ts";
import { isUpToDate } from "./is-up-to-date.ts";

/**
 * Makes the world equal `desired`: repairs what was interrupted or changed by hand, updates, and
 * believes only Docker's own word that every service is healthy.
 *
 * @returns "unchanged" where there was nothing to do.
 * @throws StackError with the cause shown, when a service can't be brought up, and with what runs then
 *   when it is interrupted.
 */
export async function bringUp(
  session: Session,
  desired: DesiredStack,
  options: BringUpOptions,
): Promise<"unchanged" | "updated"> {
  const remedy = `Run ${options.again ?? "./stack up"} again to finish; it continues from here.`;
  const left = async () => {
    const { interruptedChange } = await import("./interrupted-change.ts");
    return interruptedChange(session.docker, desired.identity, remedy);
  };
  return interruptible(options.signal, left, () => makeEqual(session, desired, options));
}

async function makeEqual(
  session: Session,
  desired: DesiredStack,
  options: BringUpOptions,
): Promise<"unchanged" | "updated"> {
  const { workspace, engine, docker } = session;
  await releaseDeadLock(workspace, options.signal);
  const isDataWhole = await settleRestore(session, desired, options);
  const state = await readState(workspace, engine);
  const [world] = await Promise.all([
    inspectWorld(docker, desired.identity, state),
    requireRightPassphrase(state, engine.environment, workspace),
  ]);
  const divergence = diverge(state, world);
  const isForced = options.build || (options.replace ?? []).length > 0;
  if (isDataWhole && !isForced && isUpToDate(desired, state, world, divergence)) return "unchanged";

  // Loaded only here: most of this program is for what is to be changed.
  const { changeWorld } = await import("./change-world.ts");
  await changeWorld(session, desired, { state, world, divergence, isDataWhole }, options);
  return "updated";
}

/** Removes what killed commands left in Docker, and undoes a restore that was cut short; false where it can't yet. */
async function settleRestore(
  session: Session,
  desired: DesiredStack,
  { report }: BringUpOptions,
): Promise<boolean> {
  if (!hasRestoreFile(session.workspace)) {
    await removeLeftovers(session.docker);
    return true;
  }
  const { undoUnfinishedRestore } = await import("../backup/undo-restore.ts");
  return undoUnfinishedRestore(session, desired, report);
}
