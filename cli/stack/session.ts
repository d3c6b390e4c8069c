import { delimiter } from "node:path";
import type Docker from "dockerode";
import { ownerMark } from "../../infra/applied-record.ts";
import { desiredStack, type PlannedStack } from "../../infra/desired-stack.ts";
import { parseMirrors } from "../../infra/images/registry-mirror.ts";
import type { ParsedSettings } from "../../infra/settings/parse.ts";
import { pulumiName } from "../../infra/settings/pulumi-name.ts";
import { loadNetworkSettings, loadSetting, loadSettings } from "../../infra/settings-sources.ts";
import { repositorySources } from "../../infra/sources.ts";
import type { Report } from "../output/activity.ts";
import { listDataVolumes } from "./data-formats.ts";
import { dockerClient, type EngineAddress } from "../docker/docker-client.ts";
import type { Engine } from "../pulumi/deployment.ts";
import { endLostProcesses, engineMark } from "../pulumi/engine-processes.ts";
import { engineMachine, type EngineMachine } from "../docker/host/engine-machine.ts";
import { ensureDockerHost } from "../docker/host/docker-host.ts";
import { engineEnvironment } from "../docker/host/engine-environment.ts";
import { requireDockerHost } from "../docker/host/find-docker-host.ts";
import { chooseImageSource } from "./choose-image-source.ts";
import { canBuildHere } from "../docker/images/can-build.ts";
import { ensureEnvFile, setInEnvFile } from "./env-file.ts";
import { passphraseOf } from "./passphrase.ts";
import { pulumiConfig } from "../pulumi/pulumi-config.ts";
import { warnOfUnfinishedRestore } from "./restore-journal.ts";
import { ensureToolchain, type Toolchain } from "../toolchain/ensure-toolchain.ts";
import { removeTornAttributes } from "../pulumi/torn-attributes.ts";
import { type Workspace, workspaceOf } from "../os/workspace.ts";

/** What the process was started with. Only `main.ts` reads it from the process. */
export interface Surroundings {
  /** The repository's root. */
  readonly root: string;
  readonly stackName: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  /** Asks on a terminal; says yes by itself with `--yes` or in CI. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A stack with its tools at hand. */
export interface Session {
  readonly workspace: Workspace;
  readonly engine: Engine;
  readonly docker: Docker;
  /** Where the engine runs, and so the stack's ports are. */
  readonly machine: EngineMachine;
  /** Every setting as it is now; rejects where one is wrong or a secret is missing. */
  readonly settings: () => Promise<ParsedSettings>;
}

/** Tools and engine for any command that works on the stack; installs and starts nothing. */
export async function openSession(surroundings: Surroundings): Promise<Session> {
  const { environment } = surroundings;
  return session(surroundings, await requireDockerHost({ environment }));
}

/** The same for `up`: what is missing is installed and started, after saying so. */
export async function prepareSession(surroundings: Surroundings): Promise<Session> {
  const { environment, report, confirm, signal } = surroundings;
  const host = await ensureDockerHost({ environment, report, confirm, signal });
  return session(surroundings, host);
}

async function session(surroundings: Surroundings, address: EngineAddress): Promise<Session> {
  const { root, stackName, environment } = surroundings;
  const workspace = workspaceOf(root, stackName);
  warnOfUnfinishedRestore(workspace, surroundings.report);
  endLostProcesses(workspace);
  removeTornAttributes(workspace);
  const toolchain = await ensureToolchain({
    ...surroundings,
    environment: {
      ...environment,
      PULUMI_RELEASES_URL: loadSetting("PULUMI_RELEASES_URL", { root, stackName, environment }),
    },
  });
  const engine = engineOf(surroundings, workspace, toolchain, address);
  return {
    workspace,
    engine,
    docker: dockerClient(address),
    machine: engineMachine(address),
    settings: () => currentSettings(surroundings, engine),
  };
}

/** The environment in which the engine, its plugins and our own commands run. */
function engineOf(
  surroundings: Surroundings,
  workspace: Workspace,
  toolchain: Toolchain,
  address: EngineAddress,
): Engine {
  const { environment } = surroundings;
  const path = [...toolchain.path, environment["PATH"] ?? ""].join(delimiter);
  return {
    executable: toolchain.engine.executable,
    network: loadNetworkSettings(surroundings),
    environment: {
      ...engineEnvironment(environment, address),
      ...passphraseOf(environment, workspace),
      PATH: path,
      ...engineMark(workspace),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Built without C, the engine can't look up a user and gives up where cron or `su` set none.
      USER: environment["USER"] ?? environment["LOGNAME"] ?? "stack",
    },
  };
}

/** The settings of an `up`, and what it still has to write down. */
export interface PreparedSettings {
  readonly parsed: ParsedSettings;
  /** Every setting once more, after something has changed them. */
  readonly readAgain: () => Promise<ParsedSettings>;
  /** To be called when every image is here: a registry has proved then that it can be pulled from. */
  readonly imagesAreHere: () => void;
}

/** Writes what the stack's `.env` file lacks, then reads every setting. */
export async function prepareSettings(
  surroundings: Surroundings,
  { engine, docker }: Session,
): Promise<PreparedSettings> {
  const { root, stackName, environment, report } = surroundings;
  const config = await pulumiConfig(root, stackName, engine);
  const change = ensureEnvFile(
    root,
    stackName,
    (name) => Boolean(environment[name]) || config[pulumiName(name)] !== undefined,
  );
  if (change.created || change.generated.length > 0) {
    const what = change.created ? "written" : "completed";
    const count = `${change.generated.length} generated secrets`;
    report({
      phase: "prepare",
      subject: change.file,
      status: "done",
      message: `${what}, with ${count}`,
    });
  }
  const parsed = readSettings(surroundings, config);
  if (parsed.settings.IMAGE_SOURCE !== "") {
    return {
      parsed,
      readAgain: () => currentSettings(surroundings, engine),
      imagesAreHere: () => undefined,
    };
  }
  const { source, writeDown } = await decideImageSource(surroundings, docker, parsed);
  const decided = {
    ...surroundings,
    environment: { ...environment, IMAGE_SOURCE: source },
    report: () => undefined,
  };
  return {
    parsed: readSettings(decided, config),
    readAgain: () => currentSettings(decided, engine),
    imagesAreHere: writeDown,
  };
}

/**
 * Finds out where images come from. It is written down once, so that it never flips by itself: at
 * once where data or a closed network decides, after the pulls where a registry does.
 */
async function decideImageSource(
  { root, stackName, environment, report, signal }: Surroundings,
  docker: Docker,
  { settings }: ParsedSettings,
): Promise<{ readonly source: string; readonly writeDown: () => void }> {
  const say = (status: "running" | "done", message: string) => {
    report({ phase: "prepare", subject: "images", status, message });
  };
  say("running", "asking the registries");
  const marks = {
    owner: ownerMark(settings.STACK_RECORD_KEY),
    stackName,
    adoptedOwner: settings.ADOPT_VOLUMES_OF,
  };
  const { source, reason, isFromData } = await chooseImageSource({
    ...{ docker, environment, signal },
    volumes: await listDataVolumes(docker, marks),
    mirrors: parseMirrors(settings.IMAGE_REGISTRY_MIRROR) ?? new Map<string, string>(),
    canBuild: canBuildHere(environment),
  });
  const how = source === "build" ? "built here" : "pulled";
  const writeDown = () => {
    const file = setInEnvFile(root, stackName, { IMAGE_SOURCE: source });
    say("done", `${how} (${reason}); IMAGE_SOURCE=${source} is now in ${file}`);
  };
  say("done", `${how} (${reason})`);
  if (source === "registry" && !isFromData) return { source, writeDown };
  writeDown();
  return { source, writeDown: () => undefined };
}

/** Reads every setting and changes nothing. */
async function currentSettings(
  surroundings: Surroundings,
  engine: Engine,
): Promise<ParsedSettings> {
  const { root, stackName } = surroundings;
  return readSettings(surroundings, await pulumiConfig(root, stackName, engine));
}

function readSettings(
  { root, stackName, environment, report }: Surroundings,
  config: Readonly<Record<string, string>>,
): ParsedSettings {
  const parsed = loadSettings({
    root,
    stackName,
    environment,
    pulumiConfig: (name) => config[name],
  });
  for (const message of parsed.warnings) {
    report({ phase: "prepare", subject: "settings", status: "warning", message });
  }
  return parsed;
}

export function desiredOf(
  surroundings: Pick<Surroundings, "root" | "stackName">,
  { settings }: Pick<ParsedSettings, "settings">,
  { bindMounts = false }: { readonly bindMounts?: boolean } = {},
): PlannedStack {
  const { root, stackName } = surroundings;
  const mountFrom = bindMounts ? { mountFrom: root } : {};
  return desiredStack(settings, stackName, repositorySources(root), mountFrom);
}
