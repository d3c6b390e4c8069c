import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import { explainDiskError, isDiskError } from "../os/disk-error.ts";
import { makeFolder } from "../os/make-folder.ts";
import { type Manifest, manifestFile, parseManifest, storedFiles } from "./manifest.ts";
import { measureFile } from "./write-part.ts";
import type { Progress } from "./progress.ts";
import { partialName } from "./set-name.ts";
import { unpackSet } from "./unpack-set.ts";
import { removeUnfinished } from "./write-set.ts";

/** A set that has been checked from its first byte to its last. */
export interface OpenSet {
  readonly name: string;
  readonly path: string;
  /** Where its files are; somewhere else than `path` where that is an archive. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly close: () => void;
}

/**
 * Opens a set and checks all of it against its manifest; an archive is unpacked under `scratch`.
 *
 * @throws StackError naming every file that is missing, cut short or changed.
 */
export async function openSet(
  path: string,
  scratch: string,
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<OpenSet> {
  const name = basename(path);
  if (!existsSync(path)) {
    throw new StackError(`There is no set at ${path}.`, {
      remedy: "See which there are: ./stack backup list",
    });
  }
  const step = progress(`check ${name}`);
  step.running("checking");
  const { folder, close } = statSync(path).isDirectory()
    ? { folder: path, close: () => undefined }
    : await unpacked(path, scratch, signal);
  try {
    const manifest = parseManifest(readManifest(folder, name), name);
    const damages = await findDamages(folder, manifest, step.bytes, signal);
    if (damages.length > 0) throw damagedError(name, damages);
    step.done("whole");
    return { name, path, folder, manifest, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function unpacked(path: string, scratch: string, signal: AbortSignal) {
  const folder = join(scratch, partialName(basename(path)));
  try {
    makeFolder(scratch);
    removeUnfinished(scratch);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    throw explainDiskError(error, scratch);
  }
  const close = () => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await unpackSet(path, folder, signal);
    return { folder, close };
  } catch (error) {
    close();
    if (signal.aborted) throw error;
    if (isDiskError(error)) throw explainDiskError(error, scratch);
    const why = error instanceof Error ? error.message : String(error);
    throw damagedError(basename(path), [`the archive can't be unpacked: ${why}`], error);
  }
}

function readManifest(folder: string, name: string): string {
  const path = join(folder, manifestFile);
  if (existsSync(path)) return readFileSync(path, "utf8");
  throw damagedError(name, ["it has no manifest"]);
}

async function findDamages(
  folder: string,
  manifest: Manifest,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const damages: string[] = [];
  let checked = 0;
  for (const { path, bytes, sha256 } of storedFiles(manifest)) {
    const file = join(folder, path);
    if (!existsSync(file)) {
      damages.push(`${path} is missing`);
      continue;
    }
    const found = await measureFile(file, signal);
    if (found.bytes !== bytes) damages.push(`${path} has ${found.bytes} bytes of ${bytes}`);
    else if (found.sha256 !== sha256) damages.push(`${path} has been changed: its sha256 differs`);
    checked += bytes;
    onBytes(checked);
  }
  return damages;
}

function damagedError(name: string, details: readonly string[], cause?: unknown): StackError {
  return new StackError(`${name} is damaged; nothing was touched.`, {
    details,
    remedy: "Take another set: ./stack backup list",
    cause,
  });
}
