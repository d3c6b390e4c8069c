import type Docker from "dockerode";
import { labelNames } from "../../infra/render-container.ts";
import { isMissing, labelFilter, type StackMarks } from "./docker-client.ts";

/** What Docker says of one of the stack's containers. */
export interface ContainerState {
  readonly id: string;
  readonly name: string;
  /** The service's name, or the preparation's. */
  readonly service: string;
  /** False between two starts, too. */
  readonly running: boolean;
  /** True while somebody has frozen it; it counts as running. */
  readonly paused: boolean;
  /** True while it waits to be started again after it ended by itself. */
  readonly restarting: boolean;
  /** "starting", "healthy", "unhealthy", or "none" without a healthcheck or while stopped. */
  readonly health: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly restarts: number;
  readonly startedAt: string;
  readonly image: string;
  readonly imageId: string;
  readonly ports: readonly string[];
  /** Ids of the networks that it is connected to. */
  readonly networks: readonly string[];
}

/** The stack's containers, found by label: those that the state has lost too. */
export async function listContainers(docker: Docker, marks: StackMarks): Promise<ContainerState[]> {
  const found = await docker.listContainers({ all: true, filters: labelFilter(marks) });
  const states = await Promise.all(found.map(({ Id }) => inspectContainer(docker, Id)));
  return states
    .filter((state) => state !== undefined)
    .sort((a, b) => a.service.localeCompare(b.service));
}

/** Undefined where there is no such container. */
export async function inspectContainer(
  docker: Docker,
  nameOrId: string,
): Promise<ContainerState | undefined> {
  try {
    return toState(await docker.getContainer(nameOrId).inspect());
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The part of an inspection that every report speaks of. */
export function toState(inspected: Docker.ContainerInspectInfo): ContainerState {
  const { State, Config, NetworkSettings } = inspected;
  const labels: Readonly<Record<string, string | undefined>> = Config.Labels;
  // A port that is exposed and not published has null in place of its bindings.
  const published: Readonly<Record<string, { HostIp: string; HostPort: string }[] | null>> =
    NetworkSettings.Ports;
  const bindings = Object.values(published).flatMap((list) => list ?? []);
  return {
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ""),
    service: labels[labelNames.service] ?? labels[labelNames.preparation] ?? "",
    running: State.Running && !State.Restarting,
    paused: State.Paused,
    restarting: State.Restarting,
    health: State.Health?.Status ?? "none",
    exitCode: State.ExitCode,
    outOfMemory: State.OOMKilled,
    restarts: inspected.RestartCount,
    startedAt: State.StartedAt,
    image: Config.Image,
    imageId: inspected.Image,
    ports: bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`),
    networks: Object.values(NetworkSettings.Networks).map(({ NetworkID }) => NetworkID),
  };
}

export function isHealthy(state: ContainerState | undefined): boolean {
  return state?.running === true && !state.paused && state.health === "healthy";
}

/**
 * True for one that an update has to replace: stopped, paused, unhealthy, or ending again and again,
 * "starting" though Docker calls it each time.
 */
export function isBroken(state: ContainerState): boolean {
  if (isHealthy(state)) return false;
  return !state.running || state.paused || state.health !== "starting" || state.restarts > 0;
}

/**
 * Why a container can't become healthy any more, in a few words; undefined while it still may.
 *
 * Two restarts are forgiven: a service may come up before what it talks to.
 */
export function verdict(state: ContainerState): string | undefined {
  // Docker marks one so too where a process of it was killed and the service went on.
  const wasKilled = state.outOfMemory && !state.running;
  const seen = wasKilled ? undefined : condition(state);
  const isMemory = wasKilled || (seen !== undefined && state.outOfMemory);
  return isMemory ? "ran out of its memory limit and was killed" : seen;
}

function condition(state: ContainerState): string | undefined {
  if (state.paused) return "is paused";
  if (state.health === "unhealthy") return "turned unhealthy";
  if (state.restarts >= 3) return `keeps exiting${lastExitCode(state)}`;
  if (!state.running && state.restarts === 0 && state.startedAt.startsWith("0001"))
    return undefined;
  if (!state.running && state.restarts === 0) return `exited with code ${state.exitCode}`;
  return undefined;
}

/** Docker forgets the code at each start. */
function lastExitCode({ running, exitCode }: ContainerState): string {
  return running && exitCode === 0 ? "" : ` (last exit code ${exitCode})`;
}
