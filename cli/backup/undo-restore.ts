import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { StackError } from "../../infra/stack-error.ts";
import type { Report } from "../output/activity.ts";
import { finishing } from "../os/finishing.ts";
import {
  endRestore,
  noteRestore,
  type RestoreJournal,
  unfinishedRestore,
} from "../stack/restore-journal.ts";
import { findRunningStack, type RunningStack } from "../stack/running-stack.ts";
import type { Session } from "../stack/session.ts";
import { filesUndo } from "./files/restore-files.ts";
import { manifestFile, type PartName, parseManifest, type QdrantPart } from "./manifest.ts";
import { postgresUndo } from "./postgres/restore-postgres.ts";
import { progressBy } from "./progress.ts";
import { qdrantUndo, type Stored } from "./qdrant/restore-qdrant.ts";
import { finishAll, type PartUndo, undoParts } from "./restore-parts.ts";
import { dataServices, unhealthyOnes } from "./stopped-services.ts";
import { findStores, type Stores } from "./stores.ts";
import { removeLeftovers } from "./throwaway-cleanup.ts";
import { isSameVolume } from "./refusals.ts";

/**
 * Puts the former data back where a restore was cut short while it replaced data, and removes what it
 * left beside; removes what a killed command left in Docker, too.
 *
 * @param options `orForget` goes on where the former data can't be put back.
 * @returns false where the stores are away: it can be done when they are up.
 * @throws StackError where the former data can't be put back, or its users do not turn healthy.
 */
export async function undoUnfinishedRestore(
  session: Session,
  desired: DesiredStack,
  report: Report,
  { orForget = false } = {},
): Promise<boolean> {
  await removeLeftovers(session.docker);
  const journal = unfinishedRestore(session.workspace);
  if (!journal) return true;
  return finishing("the return of the former data", () =>
    undo(session, desired, report, journal, orForget),
  );
}

async function undo(
  session: Session,
  desired: DesiredStack,
  report: Report,
  journal: RestoreJournal,
  orForget: boolean,
): Promise<boolean> {
  const { workspace } = session;
  const running = await findRunningStack(session);
  if (!running || !(await hasStores(session, running, journal))) return false;
  if (journal.phase === "replacing" && journal.qdrant) await settleQdrant(session, running, report);
  const parts = partUndos(
    session,
    await findStores(session, running, partsOf(journal)),
    journal,
    report,
  );
  const { set, phase } = journal;
  const say = (status: "running" | "done", message: string) => {
    report({ phase: "stack", subject: "restore", status, message });
  };
  const end = () => {
    endRestore(workspace);
  };
  const clear = async () => {
    say("running", "removing what the one that was cut short left");
    await finishAll(parts);
    end();
    say("done", "what the one that was cut short left is removed");
  };
  if (phase !== "replacing") {
    await clear();
    return true;
  }
  say("running", "putting the former data back");
  try {
    await undoParts(parts, {
      ...dataServices(session, running, desired, partsOf(journal), report),
      note: (next) => {
        noteRestore(workspace, journal, next);
      },
      end,
    });
    say("done", `the data is as it was before the restore of ${basename(set)}`);
  } catch (error) {
    if (!orForget) throw error;
    const why = error instanceof Error ? error.message : String(error);
    report({ phase: "stack", subject: "restore", status: "warning", message: `given up: ${why}` });
    await clear();
  }
  return true;
}

/** @throws StackError where a restore was cut short and can't be undone now. */
export async function requireNoUnfinishedRestore(
  session: Session,
  desired: DesiredStack,
  report: Report,
  options: { readonly orForget?: boolean } = {},
): Promise<void> {
  if (await undoUnfinishedRestore(session, desired, report, options)) return;
  throw new StackError("A restore was cut short, and its stores do not run now.", {
    remedy: "Start them; that puts the former data back: ./stack up",
  });
}

function partsOf({ databases, qdrant, files }: RestoreJournal): PartName[] {
  return [
    ...(databases.length > 0 ? (["postgres"] as const) : []),
    ...(qdrant ? (["qdrant"] as const) : []),
    ...(files.length > 0 ? (["files"] as const) : []),
  ];
}

/** True where every store that the restore touched can be reached. */
async function hasStores(
  session: Session,
  running: RunningStack,
  journal: RestoreJournal,
): Promise<boolean> {
  const there = (service: string) =>
    running.containers.some((container) => container.service === service);
  const servers = partsOf(journal).filter((part) => part !== "files");
  if (!journal.files.every(({ service }) => there(service))) return false;
  const runs = running.containers.filter((container) => container.running);
  if (!servers.every((server) => runs.some(({ service }) => service === server))) return false;
  return (await unhealthyOnes(session, running, servers)).length === 0;
}

/** The server may be at work still on what the one that was killed had sent. */
async function settleQdrant(session: Session, running: RunningStack, report: Report) {
  const qdrant = running.containers.find(({ service }) => service === "qdrant");
  if (!qdrant) return;
  report({ phase: "services", subject: "qdrant", status: "running", message: "restarting" });
  await session.docker.getContainer(qdrant.id).restart({ t: 30 });
  await unhealthyOnes(session, running, ["qdrant"]);
  report({ phase: "services", subject: "qdrant", status: "done", message: "healthy" });
}

function partUndos(
  { docker }: Session,
  { postgres, qdrant, mounts }: Stores,
  { databases, safety, files }: RestoreJournal,
  report: Report,
): PartUndo[] {
  const progress = progressBy(report);
  const touched = mounts.filter((mount) => files.some((part) => isSameVolume(mount, part)));
  return [
    ...(postgres ? [postgresUndo(postgres, databases, { keepFormer: safety === undefined })] : []),
    ...(qdrant ? [qdrantUndo(qdrant, savedQdrant(safety), progress)] : []),
    ...touched.map((mount) => filesUndo(docker, mount)),
  ];
}

function savedQdrant(safety: string | undefined): Stored<QdrantPart> | undefined {
  const manifest = safety === undefined ? "" : join(safety, manifestFile);
  if (safety === undefined || !existsSync(manifest)) return undefined;
  const { qdrant } = parseManifest(readFileSync(manifest, "utf8"), basename(safety));
  return qdrant && { part: qdrant, folder: safety };
}
