import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { StackError } from "../../infra/stack-error.ts";
import { alsoOnExit } from "../os/also-on-exit.ts";
import { explainDiskError } from "../os/disk-error.ts";
import { makeFolder } from "../os/make-folder.ts";
import { isRunning, processMark } from "../os/process-mark.ts";
import type { Workspace } from "../os/workspace.ts";

/**
 * Takes the stack for one changing command; the returned function gives it back.
 *
 * The engine has its own lock, but only around its update: what we do before (writing `.env`,
 * removing half-made containers) must not be done by two at once either. The lock of a process that
 * is gone is taken over at once.
 *
 * @throws StackError naming the process that holds it.
 */
export function lockStack(workspace: Workspace, command: string): () => void {
  const path = lockPath(workspace);
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw explainDiskError(error, workspace.home);
  }
  const mine = JSON.stringify({ process: processMark(), command, since: new Date().toISOString() });
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      writeFileSync(path, mine, { flag: "wx" });
      return alsoOnExit(() => {
        if (readHolder(path)?.process === processMark()) rmSync(path, { force: true });
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        // What a full disk has taken of it would pass for a lock.
        if (readHolder(path) === undefined) rmSync(path, { force: true });
        throw explainDiskError(error, workspace.home);
      }
    }
    const holder = readHolder(path);
    if (holder && isRunning(holder.process)) throw heldError(workspace, holder);
    discardStale(path);
  }
  throw new StackError("The stack's lock changes hands too quickly to be taken.", {
    remedy: "Run the command again when the others have ended.",
  });
}

function lockPath({ home, stackName }: Workspace): string {
  return join(home, "locks", `${stackName}.json`);
}

/** The lock that a process which is gone has left; undefined where there is none. */
export function staleLock(workspace: Workspace): { path: string; holder: Holder } | undefined {
  const path = lockPath(workspace);
  const holder = readHolder(path);
  return holder && !isRunning(holder.process) ? { path, holder } : undefined;
}

const holderSchema = z.object({ process: z.string(), command: z.string(), since: z.string() });
type Holder = z.output<typeof holderSchema>;

function readHolder(path: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** By a rename, so that of two who find the same dead holder only one takes its file away. */
function discardStale(path: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function heldError(workspace: Workspace, holder: Holder): StackError {
  return new StackError(
    `./stack ${holder.command} (process ${Number.parseInt(holder.process)}, since ${holder.since}) is changing the ` +
      `stack ${workspace.stackName} now.`,
    { remedy: "Wait for it to end, or stop it, and run the command again." },
  );
}
