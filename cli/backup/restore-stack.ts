import { join } from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import type { CommandContext } from "../command.ts";
import { beginRestore, endRestore } from "../restore-journal.ts";
import { requireRunningStack, type RunningStack } from "../running-stack.ts";
import { currentSettings, desiredOf, openSession, type Session } from "../session.ts";
import { lockStack } from "../stack-lock.ts";
import { workspaceOf } from "../workspace.ts";
import { createSet } from "./create-set.ts";
import { filesRestore } from "./files/restore-files.ts";
import { interruptible } from "./interruptible.ts";
import { type Manifest, type PartName, partNames, withParts } from "./manifest.ts";
import { openSet } from "./open-set.ts";
import { postgresRestore } from "./postgres/restore-postgres.ts";
import { type Progress, progressBy } from "./progress.ts";
import { qdrantRestore } from "./qdrant/restore-qdrant.ts";
import { type PartRestore, restoreParts } from "./restore-parts.ts";
import { dataServices } from "./stopped-services.ts";
import { findStores, type Stores } from "./stores.ts";
import { storesHere } from "./stores-here.ts";
import { refusals } from "./version-rules.ts";
import type { WrittenSet } from "./write-set.ts";

export interface RestoreRequest {
  readonly command: string;
  /** The set's path. */
  readonly path: string;
  readonly backupDir: string;
  readonly parts: readonly PartName[];
  /** Saves the present data first, to go back to. */
  readonly withSafety: boolean;
}

export interface RestoreOutcome {
  /** What was restored. */
  readonly manifest: Manifest;
  /** Where the data from before lies. */
  readonly safety: string | undefined;
}

/** Takes the stack and puts a set's data in the place of the present data, or changes nothing. */
export async function restoreStack(
  context: CommandContext,
  request: RestoreRequest,
): Promise<RestoreOutcome> {
  const { root, stackName, report, signal } = context;
  const { command, path, parts, withSafety } = request;
  const workspace = workspaceOf(root, stackName);
  const unlock = lockStack(workspace, command);
  const progress = progressBy(report);
  const whatStands = {
    message: "Interrupted before anything was changed.",
    remedy: `Run it again: ./stack ${command} ${path}`,
  };
  try {
    return await interruptible(signal, whatStands, async () => {
      const session = await openSession(context);
      const running = await requireRunningStack(session);
      const desired = desiredOf(context, await currentSettings(context, session.engine));
      const set = await openSet(path, join(workspace.home, "unpacked"), { progress, signal });
      try {
        const manifest = withParts(set.manifest, parts);
        const held = partsOf(manifest, set.name);
        const stores = await findStores(session, running, held);
        await requireRestorable(manifest, stores);
        const saved = withSafety
          ? await saveSafety(context, session, { running, stores, request, progress })
          : undefined;
        const services = dataServices(session, running, desired, held, report);
        await restoreParts({
          set: path,
          safety: saved?.path,
          parts: partRestores({
            session,
            stores,
            folder: set.folder,
            manifest,
            saved,
            progress,
            signal,
          }),
          ...services,
          begin: () => {
            beginRestore(workspace, { set: path, ...(saved && { safety: saved.path }) });
          },
          end: () => {
            endRestore(workspace);
          },
          signal,
        });
        return { manifest, safety: saved?.path };
      } finally {
        set.close();
      }
    });
  } finally {
    unlock();
  }
}

/** Only the parts that the set holds are saved, stopped for and replaced. */
function partsOf(manifest: Manifest, name: string): PartName[] {
  const held = partNames.filter((part) => {
    return part === "files" ? manifest.files.length > 0 : manifest[part] !== undefined;
  });
  if (held.length > 0) return held;
  throw new StackError(`${name} holds nothing of what was asked for.`, {
    remedy: "See what it holds: ./stack backup list",
  });
}

async function requireRestorable(manifest: Manifest, stores: Stores): Promise<void> {
  const [first, ...more] = refusals(manifest, await storesHere(stores));
  if (!first) return;
  throw new StackError(`${manifest.name} can't be restored here; nothing was touched.`, {
    details: [first, ...more].map(({ why }) => why),
    remedy: first.way,
  });
}

async function saveSafety(
  { root, stackName, signal }: CommandContext,
  { docker }: Session,
  job: { running: RunningStack; stores: Stores; request: RestoreRequest; progress: Progress },
): Promise<WrittenSet> {
  const { running, stores, request, progress } = job;
  const services = Object.entries(running.outputs.applied.services);
  try {
    return await createSet({
      docker,
      stackName,
      images: Object.fromEntries(services.map(([service, { image }]) => [service, image])),
      stores,
      target: { backupDir: request.backupDir, kind: "safety", packed: false },
      progress,
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const reason =
      error instanceof StackError ? [error.message, ...error.details] : [String(error)];
    throw new StackError("The present data could not be saved first; nothing was touched.", {
      details: reason,
      cause: error,
      remedy:
        "If it is broken beyond saving, restore over it: " +
        `./stack ${request.command} ${relativeTo(root, request.path)} --no-safety`,
    });
  }
}

function relativeTo(root: string, path: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

function partRestores(job: {
  session: Session;
  stores: Stores;
  folder: string;
  manifest: Manifest;
  saved: WrittenSet | undefined;
  progress: Progress;
  signal: AbortSignal;
}): PartRestore[] {
  const { session, stores, folder, manifest, saved, progress, signal } = job;
  const { postgres, qdrant } = manifest;
  const parts: PartRestore[] = [];
  if (postgres && stores.postgres) {
    const options = { folder, keepFormer: saved === undefined, progress, signal };
    parts.push(postgresRestore(stores.postgres, postgres, options));
  }
  if (qdrant && stores.qdrant) {
    const former = saved?.manifest.qdrant && { part: saved.manifest.qdrant, folder: saved.path };
    const set = { part: qdrant, folder };
    parts.push(qdrantRestore(stores.qdrant, set, former, { progress, signal }));
  }
  for (const part of manifest.files) {
    const isSame = (other: { service: string }, path: string) =>
      other.service === part.service && path === part.mount;
    const mount = stores.mounts.find((candidate) => isSame(candidate, candidate.path));
    const before = saved?.manifest.files.find((candidate) => isSame(candidate, candidate.mount));
    if (!mount) continue;
    const former = before && saved && { part: before, folder: saved.path };
    parts.push(filesRestore(session.docker, mount, { part, folder }, former, { progress, signal }));
  }
  return parts;
}
