import { join, relative } from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import type { Activity } from "../output/activity.ts";
import type { CommandContext } from "../command-line/command.ts";
import { finishing } from "../os/finishing.ts";
import {
  endRestore,
  noteRestore,
  type RestorePhase,
  type RestorePlan,
} from "../stack/restore-journal.ts";
import { requireRunningStack } from "../stack/running-stack.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { openSession } from "../stack/session.ts";
import { workspaceOf } from "../os/workspace.ts";
import { checkArchive } from "./files/check-archive.ts";
import { interruptible } from "../os/interruptible.ts";
import { type Manifest, type PartName, partNames, withParts } from "./manifest.ts";
import { openSet } from "./open-set.ts";
import { partRestores } from "./part-restores.ts";
import { progressBy } from "./progress.ts";
import { restoreParts } from "./restore-parts.ts";
import { saveSafety } from "./save-safety.ts";
import { dataServices } from "./stopped-services.ts";
import { findStores, savedFiles, type Stores } from "./stores.ts";
import { storesHere } from "./stores-here.ts";
import { requireNoUnfinishedRestore } from "./undo-restore.ts";
import { isSameVolume, refusals } from "./refusals.ts";
import type { WrittenSet } from "./write-set.ts";

export interface RestoreRequest {
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
  /** Where the data from before is. */
  readonly safety: string | undefined;
}

/** Puts a set's data in the place of the present data, or changes nothing. The command has the stack's lock. */
export async function restoreStack(
  context: CommandContext,
  request: RestoreRequest,
): Promise<RestoreOutcome> {
  const { command, root, stackName, report, signal } = context;
  const { path, parts, withSafety } = request;
  const workspace = workspaceOf(root, stackName);
  const progress = progressBy(report);
  const again = (set: string) => `./stack ${command} ${relative(root, set)}`;
  const whatStands = {
    message: "Interrupted before anything was changed.",
    remedy: `Run it again: ${again(path)}`,
  };
  return interruptible(signal, whatStands, async () => {
    const session = await openSession(context);
    const desired = desiredOf(context, await session.settings());
    await requireNoUnfinishedRestore(session, desired, report, { orForget: !withSafety });
    const running = await requireRunningStack(session);
    const set = await openSet(path, join(workspace.home, "unpacked"), { progress, signal });
    try {
      const held = withParts(set.manifest, parts);
      const files = savedFiles(held.files, running.outputs.applied);
      const manifest = { ...held, files };
      const heldParts = partsOf(manifest, set.name);
      const stores = await findStores(session, running, heldParts);
      await requireRestorable(manifest, stores);
      await checkArchives(manifest, stores, set.folder, signal);
      const saved = withSafety
        ? await finishing("the removal of what the backup has begun", () =>
            saveSafety(session, running, {
              stores,
              backupDir: request.backupDir,
              without: `${again(path)} --no-safety`,
              progress,
              signal,
            }),
          )
        : undefined;
      const services = dataServices(session, running, desired, heldParts, report);
      const plan = planOf(path, manifest, saved);
      let phase: RestorePhase = "preparing";
      signal.addEventListener("abort", () => {
        report({ phase: "stack", subject: "restore", ...interrupted[phase] });
      });
      const replacement: Parameters<typeof restoreParts>[0] = {
        set: path,
        safety: saved?.path,
        again,
        parts: partRestores({
          docker: session.docker,
          stores,
          folder: set.folder,
          manifest,
          saved,
          progress,
          signal,
        }),
        ...services,
        note: (next) => {
          phase = next;
          noteRestore(workspace, plan, next);
        },
        end: () => {
          endRestore(workspace);
        },
        signal,
      };
      await finishing("what the restore has begun", () => restoreParts(replacement));
      return { manifest, safety: saved?.path };
    } finally {
      set.close();
    }
  });
}

/** What Ctrl-C is answered with, by the phase in which it comes. */
const interrupted: Readonly<Record<RestorePhase, Pick<Activity, "status" | "message">>> = {
  preparing: { status: "warning", message: "interrupted; removing what was made ready" },
  replacing: {
    status: "warning",
    message: "interrupted; putting the former data back (after a second Ctrl-C, ./stack up does)",
  },
  clearing: { status: "warning", message: "interrupted; removing what is not needed any more" },
};

/** Before anything is stopped: an archive that can't be unpacked must not be found out in the middle. */
async function checkArchives(
  manifest: Manifest,
  { mounts }: Stores,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  for (const part of manifest.files) {
    const mount = mounts.find((candidate) => isSameVolume(candidate, part));
    if (mount) await checkArchive(join(folder, part.file.path), mount, signal);
  }
}

function planOf(set: string, manifest: Manifest, saved: WrittenSet | undefined): RestorePlan {
  const { postgres, qdrant, files } = manifest;
  return {
    set,
    ...(saved && { safety: saved.path }),
    databases: (postgres?.databases ?? []).map(({ name }) => name),
    qdrant: qdrant !== undefined,
    files: files.map(({ service, volume }) => ({ service, volume })),
  };
}

/** Only the parts that the set has are saved, stopped for and replaced. */
function partsOf(manifest: Manifest, name: string): PartName[] {
  const held = partNames.filter((part) => {
    return part === "files" ? manifest.files.length > 0 : manifest[part] !== undefined;
  });
  if (held.length > 0) return held;
  throw new StackError(`${name} has nothing of what was asked for.`, {
    remedy: "See what it contains: ./stack backup list",
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
