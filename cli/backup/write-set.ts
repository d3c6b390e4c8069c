import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import tar from "tar-stream";
import { writeFileAtomically } from "../os/write-file-atomically.ts";
import { explainDiskError } from "../os/disk-error.ts";
import { listFolder } from "../os/list-folder.ts";
import { makeFolder } from "../os/make-folder.ts";
import { isRunning } from "../os/process-mark.ts";
import { type Manifest, manifestFile, partNames, storedFiles } from "./manifest.ts";
import { writePart } from "./write-part.ts";
import { freshSetName, packedEnding, partialName, type SetKind, writerOf } from "./set-name.ts";

export interface SetTarget {
  readonly backupDir: string;
  readonly kind: SetKind;
  /** One file in place of a folder. */
  readonly packed: boolean;
}

export interface WrittenSet {
  readonly path: string;
  readonly manifest: Manifest;
}

/**
 * Writes a set so that an interrupted one is never taken for a good one: parts first, then the
 * manifest, all of it synced, then the rename that makes it count.
 *
 * @throws StackError where the disk refuses it.
 */
export async function writeSet(
  target: SetTarget,
  fill: (folder: string, name: string) => Promise<Manifest>,
): Promise<WrittenSet> {
  try {
    return await writtenSet(target, fill);
  } catch (error) {
    const otherwise = "choose another folder: --backup-dir FOLDER";
    throw explainDiskError(error, target.backupDir, otherwise);
  }
}

async function writtenSet(
  { backupDir, kind, packed }: SetTarget,
  fill: (folder: string, name: string) => Promise<Manifest>,
): Promise<WrittenSet> {
  makeFolder(backupDir, 0o700);
  removeUnfinished(backupDir);
  const ending = packed ? packedEnding : "";
  const name = freshSetName(kind, new Date(), (taken) =>
    existsSync(join(backupDir, taken + ending)),
  );
  const path = join(backupDir, name + ending);
  const folder = join(backupDir, partialName(name));
  try {
    for (const part of partNames) {
      makeFolder(join(folder, part), 0o700);
    }
    const manifest = await fill(folder, name);
    writeFileAtomically(join(folder, manifestFile), JSON.stringify(manifest, null, 2), 0o600);
    for (const inner of readdirSync(folder, { withFileTypes: true })) {
      if (inner.isDirectory()) syncFolder(join(folder, inner.name));
    }
    syncFolder(folder);
    if (packed) await pack(folder, manifest, path);
    else renameSync(folder, path);
    syncFolder(backupDir);
    return { path, manifest };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The manifest comes first, so that a list of sets need not read them whole. */
async function pack(folder: string, manifest: Manifest, path: string): Promise<void> {
  const partial = partialName(path);
  const archive = tar.pack();
  const files = [manifestFile, ...storedFiles(manifest).map((file) => file.path)];
  const filled = fillArchive(archive, folder, files);
  try {
    // Snapshots are compressed already where they can be.
    await Promise.all([
      writePart(partial, archive, { through: [createGzip({ level: 1 })] }),
      filled,
    ]);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
}

async function fillArchive(
  archive: tar.Pack,
  folder: string,
  files: readonly string[],
): Promise<void> {
  for (const name of files) {
    const path = join(folder, name);
    const { size } = statSync(path);
    await pipeline(createReadStream(path), archive.entry({ name, size, mode: 0o600 }));
  }
  archive.finalize();
}

/** Removes what dead processes were still writing. */
export function removeUnfinished(folder: string): void {
  for (const path of unfinishedIn(folder)) rmSync(path, { recursive: true, force: true });
}

/** Paths of what dead processes were still writing. */
export function unfinishedIn(folder: string): string[] {
  const dead = listFolder(folder).filter((name) => {
    const writer = writerOf(name);
    return writer !== undefined && !isRunning(writer);
  });
  return dead.map((name) => join(folder, name));
}

/** Entries of a folder are on the disk only once the folder itself is. */
function syncFolder(path: string): void {
  // Windows can't open a folder; its file systems write entries through.
  if (process.platform === "win32") return;
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
