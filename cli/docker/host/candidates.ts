import { posix } from "node:path";
import type { EngineAddress } from "../docker-client.ts";

export type Source =
  | "DOCKER_HOST"
  | "context"
  | "default"
  | "rootless"
  | "colima"
  | "orbstack"
  | "rancher"
  | "desktop";

/** A place where an engine may listen. */
export interface Candidate extends EngineAddress {
  readonly source: Source;
}

/** What of a user and a machine decides where engines listen. */
export interface Home {
  readonly environment: NodeJS.ProcessEnv;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** The user's number; undefined where users have none. */
  readonly uid: number | undefined;
  /** The names in a folder; none where there is no such folder. */
  readonly list: (folder: string) => readonly string[];
}

/** Where engines listen when nobody says anything else, the likeliest first. */
export function usualPlaces(user: Home): Candidate[] {
  const { environment, home, platform, uid } = user;
  if (platform === "win32") {
    return [
      { host: "npipe:////./pipe/docker_engine", source: "default" },
      { host: "npipe:////./pipe/dockerDesktopLinuxEngine", source: "desktop" },
    ];
  }
  // A login through `su` or cron has no XDG_RUNTIME_DIR, and the folder is there all the same.
  const runtime =
    environment["XDG_RUNTIME_DIR"] || (platform === "linux" && uid ? `/run/user/${uid}` : "");
  return [
    { host: "unix:///var/run/docker.sock", source: "default" },
    ...(runtime === "" ? [] : [unixSocket("rootless", runtime, "docker.sock")]),
    ...colimaSockets(user),
    unixSocket("orbstack", home, ".orbstack/run/docker.sock"),
    unixSocket("rancher", home, ".rd/docker.sock"),
    // Docker Desktop's on macOS, and that of a rootless engine that was started without systemd.
    unixSocket("desktop", home, ".docker/run/docker.sock"),
    unixSocket("desktop", home, ".docker/desktop/docker.sock"),
  ];
}

/** One for each profile, that of `colima start` without a name first. */
function colimaSockets({ environment, home, list }: Home): Candidate[] {
  const own = posix.join(home, ".colima");
  const shared = environment["XDG_CONFIG_HOME"];
  const folder =
    environment["COLIMA_HOME"] ||
    (shared && list(own).length === 0 ? posix.join(shared, "colima") : own);
  // Those that begin with "_" are Colima's own.
  const profiles = list(folder).filter((name) => !/^[._]/.test(name) && name !== "default");
  return ["default", ...[...profiles].sort()].map((profile) =>
    unixSocket("colima", folder, profile, "docker.sock"),
  );
}

function unixSocket(source: Source, ...path: string[]): Candidate {
  return { host: `unix://${posix.join(...path)}`, source };
}
