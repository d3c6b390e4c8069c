import { spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { daemonFolders } from "./system.ts";

/** A dockerd by hand, on a machine without a service manager. */
export interface DaemonCommand {
  readonly dockerd: string;
  readonly words: readonly string[];
  readonly log: string;
}

export interface Daemon {
  /** How it ended, as the rest of a sentence; undefined while it runs. */
  ended(): string | undefined;
  /** The end of what it has written since it was started. */
  lastLines(): string[];
}

const logLines = 15;

/** Starts dockerd so that it outlives us: in its own session, with a file to write to. */
export function startDaemon(command: DaemonCommand, environment: NodeJS.ProcessEnv): Daemon {
  const log = openSync(command.log, "a", 0o640);
  const offset = fstatSync(log).size;
  const path = [environment["PATH"] ?? "/usr/bin:/bin", ...daemonFolders].join(":");
  const child = spawn(command.dockerd, command.words, {
    detached: true,
    // Its containers' shims keep the folder open for as long as they live.
    cwd: "/",
    // dockerd looks for containerd, runc and iptables on its own PATH.
    env: { ...environment, PATH: path },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let ended: string | undefined;
  child.once("error", (error) => (ended = `could not be started: ${error.message}`));
  child.once(
    "exit",
    (code, signal) => (ended ??= `ended with ${signal ?? `exit code ${code ?? 0}`}`),
  );
  child.unref();
  return {
    ended: () => ended,
    lastLines: () =>
      readFileSync(command.log)
        .subarray(offset)
        .toString("utf8")
        .trimEnd()
        .split("\n")
        .slice(-logLines),
  };
}

/** The process id of a dockerd that runs already, though it may not answer yet. */
export function runningDaemon(pidFile: string, processes = "/proc"): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, "utf8").trim());
    // After a crash the number may belong to anything.
    const name = readFileSync(join(processes, String(pid), "comm"), "utf8").trim();
    return name === "dockerd" ? pid : undefined;
  } catch {
    return undefined;
  }
}
