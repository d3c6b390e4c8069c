import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { writeFileAtomically } from "../os/write-file-atomically.ts";
import { listFolder } from "../os/list-folder.ts";
import type { Workspace } from "../os/workspace.ts";
import type { GoodStack } from "./good-stack.ts";
import type { Seal } from "./seal.ts";

/** How many good stacks are kept; each is some 50 kB. */
const keep = 10;

const ending = ".sealed";

/** The good stacks of one stack, in files that only its passphrase opens. */
export interface History {
  /** The newest first. */
  readonly read: () => GoodStack[];
  /** Adds a good stack, unless the newest is the same, and forgets the oldest beyond ten. */
  readonly remember: (good: GoodStack) => void;
  readonly markBroughtBack: (good: GoodStack) => void;
  /** A stack that was rolled back from is no longer one to go back to. */
  readonly forget: (good: GoodStack) => void;
}

export function historyOf(workspace: Workspace, seal: Seal): History {
  const folder = folderOf(workspace);
  const pathOf = ({ at }: GoodStack) => join(folder, `${at.replaceAll(":", "")}${ending}`);
  // Their names are times, so the order of names is the order of time.
  const names = () =>
    listFolder(folder)
      .filter((name) => name.endsWith(ending))
      .sort()
      .reverse();
  const read = () =>
    names().flatMap((name): GoodStack[] => {
      const text = seal.open(readFileSync(join(folder, name), "utf8"));
      if (text === undefined) return [];
      const good = JSON.parse(text) as GoodStack;
      return (good.format as number) === 2 ? [good] : [];
    });
  const write = (good: GoodStack) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileAtomically(pathOf(good), seal.close(JSON.stringify(good)), 0o600);
  };
  return {
    read,
    remember(good) {
      const [newest] = read();
      const record: unknown = JSON.parse(JSON.stringify(good.stack.record));
      if (newest && isDeepStrictEqual(newest.stack.record, record)) return;
      write(good);
      for (const name of names().slice(keep)) rmSync(join(folder, name), { force: true });
    },
    markBroughtBack(good) {
      write({ ...good, broughtBack: true });
    },
    forget(good) {
      rmSync(pathOf(good), { force: true });
    },
  };
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
  return listFolder(folderOf(workspace)).includes("unfinished");
}

export function endUp(workspace: Workspace): void {
  rmSync(unfinishedPath(workspace), { force: true });
}

function folderOf({ home, stackName }: Workspace): string {
  return join(home, "history", stackName);
}

function unfinishedPath(workspace: Workspace): string {
  return join(folderOf(workspace), "unfinished");
}
