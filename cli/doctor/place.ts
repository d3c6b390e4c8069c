import type Docker from "dockerode";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { missingSecrets } from "../../infra/settings/dotenv-file.ts";
import { type ParsedSettings, settingNames } from "../../infra/settings/parse.ts";
import { pulumiName } from "../../infra/settings/pulumi-name.ts";
import { litellmVariables, loadSettings } from "../../infra/settings-sources.ts";
import { StackError } from "../../infra/stack-error.ts";
import { type ContainerState, listContainers } from "../docker/container-state.ts";
import { dockerClient } from "../docker/docker-client.ts";
import { engineMachine, type EngineMachine, thisMachine } from "../docker/host/engine-machine.ts";
import { type DockerHost, findDockerHost } from "../docker/host/find-docker-host.ts";
import { readEnvFile } from "../stack/env-file.ts";
import { inWords } from "../command-line/in-words.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { readStackSettings } from "../../infra/stack-settings.ts";
import { type Workspace, workspaceOf } from "../os/workspace.ts";

/** What several checks start from; nothing in it has to be there. */
export interface Place {
  readonly root: string;
  readonly stackName: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly workspace: Workspace;
  readonly host: DockerHost | undefined;
  readonly docker: Docker | undefined;
  /** Where the engine runs; this machine, where none is found. */
  readonly machine: EngineMachine;
  /** Why an engine that is there can't be used. */
  readonly refusal: StackError | undefined;
  /** The settings of the next `up`, or what is wrong with them. */
  readonly settings: ParsedSettings | StackError;
  readonly desired: DesiredStack | undefined;
  /** The stack's own containers. */
  readonly containers: readonly ContainerState[];
}

export interface PlaceOptions {
  readonly root: string;
  readonly stackName: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Looks and changes nothing: no engine is started, no file written. */
export async function lookAround(options: PlaceOptions): Promise<Place> {
  const { root, stackName, environment } = options;
  const found = await orRefusal(() => findDockerHost({ environment }));
  const host = found instanceof StackError ? undefined : found;
  const docker = host && dockerClient(host);
  const settings = await orRefusal(() => settingsOfNextUp(options));
  const desired = settings instanceof StackError ? settings : desiredStackOf(options, settings);
  const known = desired instanceof StackError ? undefined : desired;
  const containers =
    docker && known ? await orRefusal(() => listContainers(docker, known.identity)) : [];
  const refusal = [found, containers].find((each) => each instanceof StackError);
  return {
    root,
    stackName,
    environment,
    workspace: workspaceOf(root, stackName),
    host,
    docker,
    machine: host ? engineMachine(host) : thisMachine,
    refusal,
    settings: desired instanceof StackError ? desired : settings,
    desired: known,
    containers: containers instanceof StackError ? [] : containers,
  };
}

/** Stands for what `up` would generate or decide, and for what only the engine can decrypt. */
function standInFor(name: string): string {
  return name === "IMAGE_SOURCE" ? "build" : "stand-in-of-doctor";
}

function settingsOfNextUp({ root, stackName, environment }: PlaceOptions): ParsedSettings {
  const { plain, encrypted } = readStackSettings(root, stackName);
  const file = readEnvFile(root, stackName).values;
  const isGenerated = (name: string) =>
    name === "IMAGE_SOURCE" || missingSecrets({}).some((secret) => secret === name);
  const needsStandIn = (name: string) =>
    !environment[name] &&
    !file[name] &&
    (isGenerated(name) || encrypted.includes(pulumiName(name)));
  const standIns = Object.fromEntries(
    [...settingNames, ...litellmVariables(root)]
      .filter(needsStandIn)
      .map((name) => [pulumiName(name), standInFor(name)]),
  );
  return loadSettings({
    root,
    stackName,
    environment,
    pulumiConfig: (name) => plain[name] ?? standIns[name],
  });
}

function desiredStackOf(options: PlaceOptions, settings: ParsedSettings) {
  try {
    return desiredOf(options, settings);
  } catch (error) {
    if (error instanceof StackError) return error;
    const why = error instanceof Error ? error.message : String(error);
    return new StackError(`The services of this clone can't be read: ${why}`, {
      remedy: "Take the file back with git checkout, or correct it.",
      cause: error,
    });
  }
}

async function orRefusal<T>(look: () => T | Promise<T>): Promise<T | StackError> {
  try {
    return await look();
  } catch (thrown) {
    const error = inWords(thrown);
    if (error instanceof StackError) return error;
    throw error;
  }
}
