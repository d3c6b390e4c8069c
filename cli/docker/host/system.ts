import { existsSync, readFileSync } from "node:fs";
import { findExecutable, foldersOnPath } from "../../os/find-executable.ts";
import type { System } from "./start-plan.ts";

/** Where daemons are; a user's PATH, and root's after `su`, often lacks these. */
export const daemonFolders: readonly string[] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Looks at the machine we run on. */
export function thisSystem(environment: NodeJS.ProcessEnv): System {
  const dockerd = findExecutable("dockerd", [...foldersOnPath(environment), ...daemonFolders]);
  return {
    platform: process.platform,
    distribution: distributionOf(readIfThere("/etc/os-release")),
    isRoot: process.getuid?.() === 0,
    // The folder exists exactly when systemd is the running init; sd_booted(3) looks at it too.
    systemd: existsSync("/run/systemd/system"),
    ...(dockerd ? { dockerd } : {}),
  };
}

/** The ID and ID_LIKE of an os-release file. */
export function distributionOf(osRelease: string): string[] {
  const value = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\\n]*)`, "m").exec(osRelease)?.[1] ?? "";
  return `${value("ID")} ${value("ID_LIKE")}`.split(/\s+/).filter(Boolean);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
