import { readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import { listFolder } from "../os/list-folder.ts";
import { poll } from "../os/poll.ts";
import { isRunningProgram } from "../os/process-mark.ts";
import type { Workspace } from "../os/workspace.ts";
import { projectName } from "../../infra/project-name.ts";

export interface EngineLock {
  readonly path: string;
  readonly pid: number;
  readonly hostname: string;
  readonly username: string;
  readonly timestamp: string;
}

/** How long the engine of a killed command may take to notice and end. */
const dyingMilliseconds = 10_000;

/**
 * Removes the engine's lock where its holder is a process of this machine that is gone, and the files that
 * it was writing when it was killed: among the locks, the engine takes them for one more.
 *
 * @throws StackError where the holder is running, or is on another machine.
 */
export async function releaseDeadLock(workspace: Workspace, signal: AbortSignal): Promise<void> {
  const holders = await poll(() => readLocks(workspace), {
    every: 200,
    within: dyingMilliseconds,
    until: (locks) => !locks.some(isLiveHere),
    signal,
  });
  const holder = holders.find((lock) => isLiveHere(lock) || lock.hostname !== hostname());
  if (holder) {
    throw new StackError(
      `Another update of the stack ${workspace.stackName} is running: process ${holder.pid} of ` +
        `${holder.username}@${holder.hostname}, since ${holder.timestamp}.`,
      {
        remedy: "Wait for it to end. If that machine is gone for good: ./stack pulumi cancel --yes",
      },
    );
  }
  const stacks = join(workspace.state, ".pulumi/stacks", projectName);
  const isHalfWritten = (name: string) =>
    name.startsWith(`${workspace.stackName}.json.`) && name.endsWith(".tmp");
  const left = [
    ...pathsIn(lockFolder(workspace)),
    ...pathsIn(stacks).filter((path) => isHalfWritten(basename(path))),
  ];
  for (const path of left) rmSync(path, { force: true });
}

/** True where the holder was a process of this machine that is gone. */
export function isDeadHere(lock: EngineLock): boolean {
  return lock.hostname === hostname() && !isEngine(lock.pid);
}

function isLiveHere(lock: EngineLock): boolean {
  return lock.hostname === hostname() && isEngine(lock.pid);
}

/** The engine writes only a number, which may be another program's by now. */
function isEngine(pid: number): boolean {
  return isRunningProgram(pid, "pulumi");
}

/** The locks in our own local backend; a team's remote backend answers with its own error. */
export function readLocks(workspace: Workspace): EngineLock[] {
  const files = pathsIn(lockFolder(workspace)).filter((path) => path.endsWith(".json"));
  return files.flatMap((path) => {
    try {
      const lock = JSON.parse(readFileSync(path, "utf8")) as Omit<EngineLock, "path">;
      return [{ ...lock, path }];
    } catch {
      // It was released while we looked.
      return [];
    }
  });
}

function lockFolder({ state, stackName }: Workspace): string {
  return join(state, ".pulumi/locks/organization", projectName, stackName);
}

function pathsIn(folder: string): string[] {
  return listFolder(folder).map((name) => join(folder, name));
}
