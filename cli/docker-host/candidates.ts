import { join } from "node:path";
import type { EngineAddress } from "../containers/docker-client.ts";

export type Source = "DOCKER_HOST" | "context" | "default" | "rootless" | "colima" | "desktop";

/** A place where an engine may listen. */
export interface Candidate extends EngineAddress {
  readonly source: Source;
}

/** Where engines listen when nobody says anything else, the likeliest first. */
export function usualPlaces(
  environment: NodeJS.ProcessEnv,
  home: string,
  platform: NodeJS.Platform,
): Candidate[] {
  if (platform === "win32") return [{ host: "npipe:////./pipe/docker_engine", source: "default" }];
  const runtime = environment["XDG_RUNTIME_DIR"];
  const colima = environment["COLIMA_HOME"] ?? join(home, ".colima");
  return [
    { host: "unix:///var/run/docker.sock", source: "default" },
    ...(runtime ? [unixSocket("rootless", runtime, "docker.sock")] : []),
    unixSocket("colima", colima, "default", "docker.sock"),
    unixSocket("desktop", home, ".docker", "run", "docker.sock"),
  ];
}

function unixSocket(source: Source, ...path: string[]): Candidate {
  return { host: `unix://${join(...path)}`, source };
}
