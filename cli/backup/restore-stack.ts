import { join, relative } from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import type { CommandContext } from "../command.ts";
import { beginRestore, endRestore } from "../restore-journal.ts";
import { requireRunningStack } from "../running-stack.ts";
import { desiredOf, openSession } from "../session.ts";
import { lockStack } from "../stack-lock.ts";
import { workspaceOf } from "../workspace.ts";
import { interruptible } from "./interruptible.ts";
import { type Manifest, type PartName, partNames, withParts } from "./manifest.ts";
import { openSet } from "./open-set.ts";
import { partRestores } from "./part-restores.ts";
import { progressBy } from "./progress.ts";
import { restoreParts } from "./restore-parts.ts";
import { saveSafety } from "./save-safety.ts";
import { dataServices } from "./stopped-services.ts";
import { findStores, savedFiles, type Stores } from "./stores.ts";
import { storesHere } from "./stores-here.ts";
import { refusals } from "./version-rules.ts";

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
  const again = (set: string) => `./stack ${command} ${relative(root, set)}`;
  const whatStands = {
    message: "Interrupted before anything was changed.",
    remedy: `Run it again: ${again(path)}`,
  };
  try {
    return await interruptible(signal, whatStands, async () => {
      const session = await openSession(context);
      const running = await requireRunningStack(session);
      const desired = desiredOf(context, await session.settings());
      const set = await openSet(path, join(workspace.home, "unpacked"), { progress, signal });
      try {
        const held = withParts(set.manifest, parts);
        const files = savedFiles(held.files, running.outputs.applied);
        const manifest = { ...held, files };
        const heldParts = partsOf(manifest, set.name);
        const stores = await findStores(session, running, heldParts);
        await requireRestorable(manifest, stores);
        const saved = withSafety
          ? await saveSafety(session, running, {
              stores,
              backupDir: request.backupDir,
              without: `${again(path)} --no-safety`,
              progress,
              signal,
            })
          : undefined;
        const services = dataServices(session, running, desired, heldParts, report);
        await restoreParts({
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
