import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";

export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
}

export interface LeftProcess {
  readonly pid: number;
  readonly program: string;
}

/**
 * Plugins of the engine that run from one of `folders` though no engine is above them any more.
 *
 * An engine that is killed takes them along as a rule; one that did not holds Docker's connection.
 */
export function deadEngineProcesses(
  processes: readonly ListedProcess[],
  folders: readonly string[],
): LeftProcess[] {
  const byPid = new Map(processes.map((each) => [each.pid, each]));
  const isEngine = (each: ListedProcess | undefined): boolean =>
    each !== undefined && (basename(each.words[0] ?? "") === "pulumi" || isPlugin(each));
  return processes
    .filter((each) => isPlugin(each) && !isEngine(byPid.get(each.parent)))
    .filter(({ words }) => words.some((word) => folders.some((folder) => word.startsWith(folder))))
    .map((each) => ({ pid: each.pid, program: pluginOf(each) ?? "" }));
}

function isPlugin(each: ListedProcess): boolean {
  return pluginOf(each) !== undefined;
}

/** A plugin that is a script is behind the program that runs it. */
function pluginOf({ words }: ListedProcess): string | undefined {
  return words
    .slice(0, 3)
    .map((word) => basename(word))
    .find((name) => name.startsWith("pulumi-resource-"));
}

/** Every process of this machine; none on Windows, which has no such command. */
export function listProcesses(processes = "/proc"): ListedProcess[] {
  if (process.platform === "win32") return [];
  if (process.platform !== "linux") {
    return fromPs(execFileSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8" }));
  }
  return readdirSync(processes)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const words = readFileSync(join(processes, name, "cmdline"), "utf8").split("\0");
        const status = readFileSync(join(processes, name, "status"), "utf8");
        const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]);
        return [{ pid: Number(name), parent, words }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}

/** Whether a process works in a folder or below; false where the system does not tell. */
export function worksIn(pid: number, folder: string, processes = "/proc"): boolean {
  try {
    const directory = readlinkSync(join(processes, String(pid), "cwd"));
    return directory === folder || directory.startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

/** What `ps` prints of them. It puts a space between words, so that a path with one is cut in two. */
export function fromPs(text: string): ListedProcess[] {
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), words: command.split(" ") }];
  });
}
