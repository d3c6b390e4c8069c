import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { findExecutable, findOnPath } from "../os/find-executable.ts";
import { versionOf } from "./known-versions.ts";
import { pins } from "./pins.ts";
import type { Tool } from "./toolchain.ts";
import { isInRange, type VersionRange } from "./version.ts";

interface Place {
  /** Where versions are remembered. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** The user's own engine with the language host that came with it, if both are good for us. */
export async function usersEngine(
  place: Place,
): Promise<{ engine: Tool; languageHost: Tool } | undefined> {
  const engine = await onPath("pulumi", ["version"], pins.engine.supported, place);
  if (!engine) return undefined;
  // The engine looks on PATH first and then beside itself, behind any symlink.
  const host =
    findOnPath("pulumi-language-nodejs", place.environment) ??
    findExecutable("pulumi-language-nodejs", [path.dirname(realpathSync(engine.executable))]);
  return host === undefined ? undefined : { engine, languageHost: { ...engine, executable: host } };
}

/** A plugin that the user has on PATH or installed into Pulumi's home; the engine finds both. */
export async function usersPlugin(
  name: "docker" | "command",
  place: Place,
): Promise<Tool | undefined> {
  const pin = name === "docker" ? pins.dockerPlugin : pins.commandPlugin;
  const ambient = await onPath(`pulumi-resource-${name}`, ["--version"], pin.supported, place);
  return ambient ?? inPulumiHome(name, pin.version, place.environment);
}

async function onPath(
  name: string,
  args: readonly string[],
  supported: VersionRange,
  place: Place,
): Promise<Tool | undefined> {
  const executable = findOnPath(name, place.environment);
  if (executable === undefined) return undefined;
  const version = await versionOf(executable, args, place);
  if (version === undefined || !isInRange(version, supported)) return undefined;
  return { version, origin: "path", executable };
}

/** The place and the names are Pulumi's, as `pulumi plugin ls` shows them; asking it costs a second. */
function inPulumiHome(
  name: string,
  version: string,
  environment: NodeJS.ProcessEnv,
): Tool | undefined {
  // A program on PATH would win over it, and that one is not good.
  if (findOnPath(`pulumi-resource-${name}`, environment) !== undefined) return undefined;
  const home = environment["PULUMI_HOME"] ?? path.join(environment["HOME"] ?? homedir(), ".pulumi");
  // Programs ask for exactly the version of the npm package.
  const directory = path.join(home, "plugins", `resource-${name}-v${version}`);
  // The engine's mark of an installation that did not come to its end.
  if (existsSync(`${directory}.partial`)) return undefined;
  const executable = findExecutable(`pulumi-resource-${name}`, [directory]);
  return executable === undefined ? undefined : { version, origin: "path", executable };
}
