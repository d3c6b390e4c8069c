import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import { listFolder } from "../os/list-folder.ts";
import { type Manifest, manifestFile, parseManifest } from "./manifest.ts";
import { parseSetName, type SetName, writerOf } from "./set-name.ts";
import { peekManifest } from "./unpack-set.ts";

/** A set as it is on the disk; whether it is whole, only a check of all of it tells. */
export interface ListedSet extends SetName {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Undefined where it can't be read: `problem` says why. */
  readonly manifest: Manifest | undefined;
  readonly problem: string | undefined;
}

export interface SetList {
  /** Newest first. */
  readonly sets: readonly ListedSet[];
  /** What an interrupted command left, or one that runs now is writing. */
  readonly unfinished: readonly string[];
}

export async function listSets(backupDir: string): Promise<SetList> {
  const names = listFolder(backupDir);
  const sets = await Promise.all(
    names.flatMap((name) => {
      const parsed = parseSetName(name);
      return parsed ? [describe(join(backupDir, name), name, parsed)] : [];
    }),
  );
  return {
    sets: sets.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime()),
    unfinished: names.filter((name) => writerOf(name) !== undefined),
  };
}

async function describe(path: string, name: string, parsed: SetName): Promise<ListedSet> {
  const base = { ...parsed, name, path, bytes: sizeOf(path) };
  const text = parsed.packed ? await peekManifest(path) : readIfThere(join(path, manifestFile));
  if (text === undefined) return { ...base, manifest: undefined, problem: "it has no manifest" };
  try {
    return { ...base, manifest: parseManifest(text, name), problem: undefined };
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return { ...base, manifest: undefined, problem: error.message };
  }
}

function sizeOf(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.size;
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
