import type Docker from "dockerode";
import type { EngineMachine } from "../docker/host/engine-machine.ts";
import type { ContainerState } from "../docker/container-state.ts";
import { checkOnce } from "../docker/check-once.ts";
import { execInContainer } from "../docker/container-exec.ts";
import type { RunningStack } from "./running-stack.ts";

/** How a service answers just now. */
export interface HealthReport {
  readonly service: string;
  readonly healthy: boolean;
  /** Its own health check, run again now: "ok", or what it said. */
  readonly check: string;
  /** The status of its health page; undefined where it has none, or this process has no way to it. */
  readonly http: string | undefined;
  readonly milliseconds: number;
}

const httpTimeoutMilliseconds = 5000;

/** Runs the service's own health check inside it and asks its health page from outside. */
export async function probeService(
  { docker, machine }: { readonly docker: Docker; readonly machine: EngineMachine },
  running: RunningStack,
  service: string,
): Promise<HealthReport> {
  const started = Date.now();
  const container = running.containers.find((candidate) => candidate.service === service);
  const [check, http] = await Promise.all([
    askInside(docker, container, running, service),
    askHealthPage(machine, running, service),
  ]);
  const healthy = check === "ok" && (http === undefined || http === "200");
  return { service, healthy, check, http, milliseconds: Date.now() - started };
}

/** Docker runs nothing in a container that is paused. */
function askInside(
  docker: Docker,
  container: ContainerState | undefined,
  running: RunningStack,
  service: string,
): Promise<string> | string {
  if (!container?.running) return "not running";
  return container.paused ? "paused" : checkInside(docker, container.id, running, service);
}

async function checkInside(
  docker: Docker,
  id: string,
  running: RunningStack,
  service: string,
): Promise<string> {
  const tests = running.outputs.applied.services[service]?.args.healthcheck.tests;
  const [, ...command] = (tests ?? []) as readonly string[];
  const { exitCode, output } = await execInContainer(docker, id, command, checkOnce);
  return exitCode === 0 ? "ok" : `exit ${exitCode}: ${output.trim().slice(0, 80)}`;
}

async function askHealthPage(
  machine: EngineMachine,
  running: RunningStack,
  service: string,
): Promise<string | undefined> {
  const page = running.outputs.healthPages[service];
  if (page === undefined || !machine.reachable) return undefined;
  const url = await machine.reach(page);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(httpTimeoutMilliseconds) });
    await response.body?.cancel();
    return String(response.status);
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError" ? "no answer" : "refused";
  }
}
