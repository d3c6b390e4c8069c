import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

/**
 * Names a process of this machine, and no later one that gets its number: "4711-18f3a2c0".
 *
 * A record that only holds a number would belong for ever to whoever is given that number next.
 */
export function processMark(pid: number = process.pid): string {
  const start = startOf(pid);
  return start === undefined ? String(pid) : `${pid}-${start}`;
}

export const processMarkPattern = /\d+(?:-[0-9a-f]{8})?/;

/** True while the very process that a mark names is running. */
export function isRunning(mark: string): boolean {
  const [pid = "", start] = mark.split("-");
  if (!exists(Number(pid))) return false;
  const now = start === undefined ? undefined : startOf(Number(pid));
  return now === undefined || now === start;
}

/** True while a process of this number runs whose program is called so, or cannot be told. */
export function isRunningProgram(pid: number, program: string): boolean {
  if (!exists(pid)) return false;
  const name = programOf(pid);
  return name === undefined || basename(name).startsWith(program);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** True for one that has ended, and whose parent never asks how: a container's first process may not. */
function hasEnded(pid: number): boolean {
  if (process.platform !== "linux") return false;
  return /^[ZX]$/.test(linuxStat(pid)?.[0] ?? "");
}

/** Differs for two processes that had one number; undefined where the system does not tell. */
function startOf(pid: number): string | undefined {
  const start = process.platform === "linux" ? linuxStart(pid) : psColumn(pid, "lstart");
  return start && createHash("sha256").update(start).digest("hex").slice(0, 8);
}

function linuxStart(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
    // Field 22 of all.
    const start = linuxStat(pid)?.[19];
    return start && `${boot}${start}`;
  } catch {
    return undefined;
  }
}

/**
 * The fields of a process in /proc behind its program's name, which may contain anything: its state, its
 * parent, and so on. Undefined where it has ended.
 */
export function linuxStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function programOf(pid: number): string | undefined {
  if (process.platform !== "linux") return psColumn(pid, "comm");
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined;
  }
}

function psColumn(pid: number, column: string): string | undefined {
  if (process.platform === "win32") return undefined;
  try {
    const options = { encoding: "utf8", env: { LC_ALL: "C" }, stdio: "pipe" } as const;
    return execFileSync("ps", ["-o", `${column}=`, "-p", String(pid)], options).trim() || undefined;
  } catch {
    return undefined;
  }
}
