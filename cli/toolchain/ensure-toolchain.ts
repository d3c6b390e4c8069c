import { mkdir } from "node:fs/promises";
import { StackError } from "../../infra/stack-error.ts";
import type { Report } from "../output/activity.ts";
import { builtDockerPlugin, builtEngine } from "./built-parts.ts";
import { commandPluginPart } from "./command-plugin-part.ts";
import { type DownloadOptions, officialPart } from "./download.ts";
import { type OfficialTool, thisPlatform } from "./official-release.ts";
import { explainFailure } from "./explain-failure.ts";
import { findExecutable } from "../os/find-executable.ts";
import { removeGoCompiler } from "./go-compiler.ts";
import { installedPart, installPart, type Part, removeLeftovers } from "./part.ts";
import { pins } from "./pins.ts";
import { duration } from "../output/duration.ts";
import { DownloadUnavailable } from "./transfer-failure.ts";
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
  /** For tests: another platform, other limits. */
  readonly download?: Partial<DownloadOptions>;
}

/**
 * The engine and its plugins: the user's own where they are good, else a download, else built from
 * pinned Go modules. What is ours is in the user's cache and costs nothing the second time.
 */
export async function ensureToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const { environment, report, signal, download = {} } = options;
  const root = toolchainDirectory(environment);
  const present = await presentTools({ root, environment });
  if (isComplete(present)) return toolchainOf(present);
  await mkdir(root, { recursive: true });
  const onWait = (milliseconds: number) => {
    const message = `another stack command prepares it; waiting (${duration(milliseconds, 2)})`;
    report({ phase: "toolchain", subject: "Pulumi engine", status: "waiting", message });
  };
  return withToolchainLock(root, { signal, onWait }, async () => {
    await removeLeftovers(root);
    const tools = await completeTools({ root, environment, report, signal, download });
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
  readonly download: Partial<DownloadOptions>;
}

/** Looks and changes nothing. */
async function presentTools(
  place: Pick<Surroundings, "root" | "environment">,
): Promise<Partial<Tools>> {
  const { root } = place;
  const engine = (await usersEngine(place)) ?? (await ourEngine(root));
  const plugin = async (name: "docker" | "command", built: Part) =>
    (await usersPlugin(name, place)) ??
    (await installedPart(root, officialPart(name))) ??
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
  for (const part of [officialPart("engine"), builtEngine]) {
    const engine = await installedPart(root, part);
    if (engine) return { engine, languageHost: languageHostBeside(engine) };
  }
  return undefined;
}

/** Both kinds of engine of ours come with their language host in the same directory. */
function languageHostBeside(engine: Tool): Tool {
  const directory = path.dirname(engine.executable);
  const executable =
    findExecutable("pulumi-language-nodejs", [directory]) ??
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
  const obtain = async (tool: OfficialTool, built: Part): Promise<Tool> => {
    if (!networkIsOpen) return build(built, surroundings);
    const result = await tryDownload(tool, surroundings);
    if (!(result instanceof DownloadUnavailable)) return result;
    networkIsOpen = !result.closed;
    return build(built, surroundings, result);
  };
  const engine = present.engine ?? (await obtain("engine", builtEngine));
  return {
    engine,
    languageHost: present.languageHost ?? languageHostBeside(engine),
    dockerPlugin: present.dockerPlugin ?? (await obtain("docker", builtDockerPlugin)),
    commandPlugin: present.commandPlugin ?? (await obtain("command", commandPluginPart)),
  };
}

async function tryDownload(
  tool: OfficialTool,
  surroundings: Surroundings,
): Promise<Tool | DownloadUnavailable> {
  const part = officialPart(tool, surroundings.download);
  // Where nothing can be downloaded nothing has failed: the build follows.
  const quiet: Report = (activity) => {
    if (activity.status !== "failed") surroundings.report(activity);
  };
  try {
    return await installPart(part, { ...surroundings, report: quiet });
  } catch (error) {
    if (error instanceof DownloadUnavailable) return error;
    throw explainFailure(part.subject, error);
  }
}

async function build(
  part: Part,
  surroundings: Surroundings,
  unavailable?: DownloadUnavailable,
): Promise<Tool> {
  const { platform = thisPlatform } = surroundings.download;
  const why = unavailable?.message ?? "this network is closed";
  if (platform.os === "win32") {
    throw new StackError(`The ${part.subject} could not be downloaded: ${why}.`, {
      remedy:
        "On Windows it is not built. Set HTTPS_PROXY or PULUMI_RELEASES_URL (a mirror) if you have " +
        "one, install Pulumi with its docker and command plugins, or run the stack under WSL.",
    });
  }
  if (unavailable) {
    const message = `no download, it is made here instead: ${why}`;
    surroundings.report({ phase: "toolchain", subject: part.subject, status: "warning", message });
  }
  try {
    return await installPart(part, surroundings);
  } catch (error) {
    throw explainFailure(part.subject, error);
  }
}
