import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { isRunning, linuxStat, processMark, processMarkPattern } from "../os/process-mark.ts";
import type { Workspace } from "../os/workspace.ts";

/**
 * Every process of an engine has this in its environment: the engine, its plugins, and what they start.
 * It names the command that started the engine, and its stack of this clone.
 */
const variable = "AGENT_STACK_COMMAND";

/** An engine's process, or one of its plugins'. */
export interface EngineProcess {
  readonly pid: number;
  readonly parent: number;
  /** The mark of the command that it works for. */
  readonly command: string;
}

type Stack = Pick<Workspace, "home" | "stackName">;

/** What an engine is given in its environment, so that its processes are known for ours. */
export function engineMark(stack: Stack): Readonly<Record<string, string>> {
  return { [variable]: `${processMark()}/${idOf(stack)}` };
}

/** Without spaces: `ps` parts the variables of an environment by them. */
function idOf({ home, stackName }: Stack): string {
  return createHash("sha256").update(`${home}\0${stackName}`).digest("hex").slice(0, 16);
}

/**
 * Ends what has lost the command or the engine that it worked for. An engine that is killed leaves its
 * plugins, of up to 100 MB each, for ever.
 *
 * @returns how many there were.
 */
export function endLostProcesses(stack: Stack): number {
  const lost = lostProcesses(listEngineProcesses(stack), isRunning);
  end(lost);
  return lost.length;
}

/** Ends every process of one command's engines, whether it still runs or not. */
export function endProcessesOf(stack: Stack, command: string = processMark()): number {
  const own = listEngineProcesses(stack).filter((each) => each.command === command);
  end(own);
  return own.length;
}

/**
 * Those whose command is gone, and those that are below neither their command nor an engine of it: their
 * own engine was killed. Pure.
 */
export function lostProcesses(
  processes: readonly EngineProcess[],
  isCommandRunning: (mark: string) => boolean,
): EngineProcess[] {
  const byPid = new Map(processes.map((each) => [each.pid, each]));
  const isBelowCommand = (each: EngineProcess): boolean => {
    const parent = byPid.get(each.parent);
    return parent ? isBelowCommand(parent) : each.parent === Number.parseInt(each.command);
  };
  return processes.filter((each) => !isCommandRunning(each.command) || !isBelowCommand(each));
}

/** With SIGKILL: what has lost its engine has no one to answer to, and nothing to save. */
function end(processes: readonly EngineProcess[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

/** The engines' processes of this stack, on Linux and macOS; none elsewhere. */
export function listEngineProcesses(stack: Stack): EngineProcess[] {
  switch (process.platform) {
    case "linux":
      return fromProc(stack);
    case "darwin":
      return fromPs(listWithEnvironment(), stack);
    default:
      return [];
  }
}

function fromProc(stack: Stack): EngineProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const command = commandIn(readFileSync(`/proc/${pid}/environ`, "utf8"), stack);
      if (command === undefined) return [];
      const parent = linuxStat(Number(pid))?.[1];
      return parent === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    } catch {
      // It ended while we looked, or is another user's.
      return [];
    }
  });
}

/** Reads lines of "PID PARENT COMMAND ENVIRONMENT". */
export function fromPs(text: string, stack: Stack): EngineProcess[] {
  return text.split("\n").flatMap((line) => {
    const [, pid, parent] = /^\s*(\d+)\s+(\d+)\s/.exec(line) ?? [];
    const command = commandIn(line, stack);
    if (pid === undefined || command === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

function listWithEnvironment(): string {
  try {
    const words = ["-E", "-A", "-ww", "-o", "pid=,ppid=,command="];
    return execFileSync("ps", words, { encoding: "utf8", stdio: "pipe", maxBuffer: 2 ** 26 });
  } catch {
    return "";
  }
}

function commandIn(environment: string, stack: Stack): string | undefined {
  const pattern = `(?:^|[\\0 ])${variable}=(${processMarkPattern.source})/${idOf(stack)}(?:[\\0 ]|$)`;
  return new RegExp(pattern).exec(environment)?.[1];
}
