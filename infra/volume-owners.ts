import { spawnSync } from "node:child_process";
import { labelNames } from "./render-container.ts";

interface InspectedVolume {
  readonly Name: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/**
 * The owners of those of `names` that exist, "" where one has none. Asked with the `docker` command, which
 * finds the engine by itself; where it finds none there is nothing to tell, and no update either.
 */
export function volumeOwners(names: readonly string[]): Map<string, string> {
  if (names.length === 0) return new Map();
  // It fails for each that is not there, and prints the others all the same.
  const { stdout } = spawnSync("docker", ["volume", "inspect", ...names], { encoding: "utf8" });
  const volumes = JSON.parse((stdout as string | null)?.trim() || "[]") as InspectedVolume[];
  return new Map(volumes.map(({ Name, Labels }) => [Name, Labels?.[labelNames.owner] ?? ""]));
}
