import { mkdir } from "node:fs/promises";
import { StackError } from "../../infra/stack-error.ts";
import type { Report } from "../activity.ts";
import { builtDockerPlugin, builtEngine } from "./built-parts.ts";
import { commandPluginPart } from "./command-plugin-part.ts";
import { downloadedEngine, downloadedPlugin } from "./download.ts";
import { explainFailure } from "./explain-failure.ts";
import { executableIn } from "./find-on-path.ts";
import { removeGoCompiler } from "./go-compiler.ts";
import { installedPart, installPart, type Part, removeLeftovers } from "./part.ts";
import { pins } from "./pins.ts";
import { duration } from "./progress.ts";
import { ProcessFailure } from "./run-process.ts";
import path from "node:path";
import { type Tool, type Toolchain, toolchainOf, type Tools } from "./toolchain.ts";
import { toolchainDirectory } from "./toolchain-directory.ts";
import { withToolchainLock } from "./toolchain-lock.ts";
import { usersEngine, usersPlugin } from "./users-own-tools.ts";

export type { Toolchain } from "./toolchain.ts";
export { toolchainVersions } from "./toolchain.ts";

interface ToolchainOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

/**
 * The engine and its plugins: the user's own where they are good, else a download, else built from
 * pinned Go modules. What is ours lies in the user's cache and costs nothing the second time.
 */
export async function ensureToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const { environment, report, signal } = options;
  const root = toolchainDirectory(environment);
  const present = await presentTools({ root, environment });
  if (isComplete(present)) return toolchainOf(present);
  await mkdir(root, { recursive: true });
  const onWait = (milliseconds: number) => {
    const message = `another stack command prepares it; waiting (${duration(milliseconds)})`;
    report({ phase: "toolchain", subject: "Pulumi engine", status: "waiting", message });
  };
  return withToolchainLock(root, { signal, onWait }, async () => {
    await removeLeftovers(root);
    const tools = await completeTools({ root, environment, report, signal });
    await removeGoCompiler({ root, report });
    return toolchainOf(tools);
  });
}

/** What is there already, by itself enough or not at all; builds and downloads nothing. */
export async function presentToolchain({
  environment,
}: Pick<ToolchainOptions, "environment">): Promise<Toolchain | undefined> {
  const tools = await presentTools({ root: toolchainDirectory(environment), environment });
  return isComplete(tools) ? toolchainOf(tools) : undefined;
}

interface Surroundings {
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal: AbortSignal | undefined;
}

/** Looks and changes nothing. */
async function presentTools(
  place: Pick<Surroundings, "root" | "environment">,
): Promise<Partial<Tools>> {
  const { root } = place;
  const engine = (await usersEngine(place)) ?? (await ourEngine(root));
  const plugin = async (name: "docker" | "command", built: Part) =>
    (await usersPlugin(name, place)) ??
    (await installedPart(root, downloadedPlugin(name, built.subject, ""))) ??
    (await installedPart(root, built));
  const dockerPlugin = await plugin("docker", builtDockerPlugin);
  const commandPlugin = await plugin("command", commandPluginPart);
  return {
    ...engine,
    ...(dockerPlugin && { dockerPlugin }),
    ...(commandPlugin && { commandPlugin }),
  };
}

async function ourEngine(
  root: string,
): Promise<Pick<Tools, "engine" | "languageHost"> | undefined> {
  for (const part of [downloadedEngine, builtEngine]) {
    const engine = await installedPart(root, part);
    if (engine) return { engine, languageHost: languageHostBeside(engine) };
  }
  return undefined;
}

/** Both kinds of engine of ours come with their language host in the same directory. */
function languageHostBeside(engine: Tool): Tool {
  const directory = path.dirname(engine.executable);
  const executable =
    executableIn(directory, "pulumi-language-nodejs") ??
    path.join(directory, "pulumi-language-nodejs");
  const version = engine.origin === "built" ? pins.languageHost : engine.version;
  return { version, origin: engine.origin, executable };
}

function isComplete(tools: Partial<Tools>): tools is Tools {
  return Boolean(tools.engine && tools.languageHost && tools.dockerPlugin && tools.commandPlugin);
}

async function completeTools(surroundings: Surroundings): Promise<Tools> {
  // Once more, under the lock: another process may just have made what was missing.
  const present = await presentTools(surroundings);
  let networkIsOpen = true;
  const obtain = async (download: Part, built: Part): Promise<Tool> => {
    const downloaded = networkIsOpen ? await tryDownload(download, surroundings) : undefined;
    networkIsOpen = downloaded !== undefined;
    return downloaded ?? (await build(built, surroundings));
  };
  const engine = present.engine ?? (await obtain(downloadedEngine, builtEngine));
  const plugin = (name: "docker" | "command", built: Part) =>
    obtain(downloadedPlugin(name, built.subject, engine.executable), built);
  return {
    engine,
    languageHost: present.languageHost ?? languageHostBeside(engine),
    dockerPlugin: present.dockerPlugin ?? (await plugin("docker", builtDockerPlugin)),
    commandPlugin: present.commandPlugin ?? (await plugin("command", commandPluginPart)),
  };
}

async function tryDownload(part: Part, surroundings: Surroundings): Promise<Tool | undefined> {
  // A download that is not to be had is no failure to show: the build follows.
  const quiet: Report = (activity) => {
    if (activity.status !== "failed") surroundings.report(activity);
  };
  try {
    return await installPart(part, { ...surroundings, report: quiet });
  } catch (error) {
    if (error instanceof ProcessFailure) return undefined;
    throw explainFailure(part.subject, error);
  }
}

async function build(part: Part, surroundings: Surroundings): Promise<Tool> {
  if (process.platform === "win32") {
    throw new StackError("Pulumi could not be downloaded, and on Windows it is not built here.", {
      remedy: "Install Pulumi with its docker and command plugins, or run the stack under WSL.",
    });
  }
  try {
    return await installPart(part, surroundings);
  } catch (error) {
    throw explainFailure(part.subject, error);
  }
}
