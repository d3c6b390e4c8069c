import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { writeFileAtomically } from "../atomic-file.ts";
import type { Workspace } from "../workspace.ts";
import type { GoodStack } from "./good-stack.ts";

/** How many good stacks are kept; each is some 50 kB. */
const keep = 10;

/** The good stacks of this clone, the newest first. */
export function readHistory(workspace: Workspace): GoodStack[] {
  const folder = folderOf(workspace);
  return fileNames(folder)
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as GoodStack)
    .filter(({ format }) => (format as number) === 1);
}

/** Adds a good stack, unless the newest is the same, and forgets the oldest beyond ten. */
export function remember(workspace: Workspace, good: GoodStack): void {
  const [newest] = readHistory(workspace);
  const { record } = good.stack;
  if (newest && isDeepStrictEqual(newest.stack.record, JSON.parse(JSON.stringify(record)))) return;
  write(workspace, good);
  const folder = folderOf(workspace);
  for (const name of fileNames(folder).slice(keep)) rmSync(join(folder, name), { force: true });
}

export function markBroughtBack(workspace: Workspace, good: GoodStack): void {
  write(workspace, { ...good, broughtBack: true });
}

/** A stack that was rolled back from is no longer one to go back to. */
export function forget(workspace: Workspace, { at }: GoodStack): void {
  rmSync(join(folderOf(workspace), fileName(at)), { force: true });
}

/** Marks that an `up` has begun; the returned function says that it ended well. */
export function beginUp(workspace: Workspace): () => void {
  mkdirSync(folderOf(workspace), { recursive: true, mode: 0o700 });
  const path = unfinishedPath(workspace);
  writeFileSync(path, "");
  return () => {
    rmSync(path, { force: true });
  };
}

/** True where the last `up` failed, was interrupted or killed. */
export function isUpUnfinished(workspace: Workspace): boolean {
  return readdirIfThere(folderOf(workspace)).includes("unfinished");
}

export function endUp(workspace: Workspace): void {
  rmSync(unfinishedPath(workspace), { force: true });
}

function write(workspace: Workspace, good: GoodStack): void {
  const folder = folderOf(workspace);
  // They hold the containers' environments, secrets included: as closed as `.env` is.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileAtomically(join(folder, fileName(good.at)), `${JSON.stringify(good)}\n`, 0o600);
}

function folderOf({ home, stackName }: Workspace): string {
  return join(home, "history", stackName);
}

function unfinishedPath(workspace: Workspace): string {
  return join(folderOf(workspace), "unfinished");
}

function fileName(at: string): string {
  return `${at.replaceAll(":", "")}.json`;
}

/** Their names are times, so the order of names is the order of time. */
function fileNames(folder: string): string[] {
  const names = readdirIfThere(folder).filter((name) => name.endsWith(".json"));
  return names.sort().reverse();
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
