import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";

/** Who listens on a port. */
export type PortHolder =
  | { readonly kind: "process"; readonly pid: number; readonly command: string }
  /** `stack` is its stack's name where it belongs to another stack, `ofThisClone` or of another one. */
  | {
      readonly kind: "container";
      readonly name: string;
      readonly stack?: { readonly name: string; readonly ofThisClone: boolean };
    }
  /** `machine` is named where it is not this one. */
  | { readonly kind: "unknown"; readonly machine?: string };

/** The process that listens on a TCP port; undefined where this user may not know. */
export async function listeningProcess(port: number): Promise<PortHolder | undefined> {
  if (process.platform === "linux") return fromProc(port, "/proc");
  return process.platform === "darwin" ? fromLsof(port) : undefined;
}

function fromProc(port: number, processes: string): PortHolder | undefined {
  const inodes = ["tcp", "tcp6"].flatMap((table) =>
    listeningInodes(readOr(join(processes, "net", table), ""), port),
  );
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  const pid = listOr(processes)
    .filter((name) => /^\d+$/.test(name))
    .find((name) => holdsOneOf(join(processes, name, "fd"), sockets));
  if (pid === undefined) return undefined;
  const words = readOr(join(processes, pid, "cmdline"), "").split("\0");
  return { kind: "process", pid: Number(pid), command: programOf(words) };
}

/** The sockets that listen on `port`, from the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): string[] {
  return listeningSockets(table).flatMap((socket) => (socket.port === port ? [socket.inode] : []));
}

/** All ports that something listens on, from the same text. */
export function listeningPorts(table: string): ReadonlySet<number> {
  return new Set(listeningSockets(table).map(({ port }) => port));
}

function listeningSockets(table: string): { port: number; inode: string }[] {
  const listening = "0A";
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const port = Number.parseInt(local.split(":")[1] ?? "", 16);
    return state === listening && inode !== undefined ? [{ port, inode }] : [];
  });
}

/** "node server.js": other words of a command line may be secrets. */
export function programOf(words: readonly string[]): string {
  const [program = "unknown", script = ""] = words;
  const isFile = script.includes("/") || /^[^-].*\.[a-z]+$/.test(script);
  return isFile ? `${basename(program)} ${basename(script)}` : basename(program);
}

function holdsOneOf(folder: string, sockets: ReadonlySet<string>): boolean {
  return listOr(folder).some((descriptor) => {
    try {
      return sockets.has(readlinkSync(join(folder, descriptor)));
    } catch {
      // It was closed while we looked.
      return false;
    }
  });
}

async function fromLsof(port: number): Promise<PortHolder | undefined> {
  try {
    const words = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"];
    const { stdout } = await promisify(execFile)("lsof", words);
    const [, pid, command] = /^p(\d+)\nc(.*)$/m.exec(stdout) ?? [];
    return pid && command ? { kind: "process", pid: Number(pid), command } : undefined;
  } catch {
    // No lsof, or none that it may show.
    return undefined;
  }
}

/** Other users' processes are closed to us, and any may end meanwhile. */
function listOr(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}
