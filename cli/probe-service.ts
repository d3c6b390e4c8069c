import type Docker from "dockerode";
import { execInContainer } from "./containers/container-exec.ts";
import type { RunningStack } from "./running-stack.ts";

/** How a service answers just now. */
export interface HealthReport {
  readonly service: string;
  readonly healthy: boolean;
  /** Its own health check, run again now: "ok", or what it said. */
  readonly check: string;
  /** The status of its health page from this machine; undefined where it has none. */
  readonly http: string | undefined;
  readonly milliseconds: number;
}

const httpTimeoutMilliseconds = 5000;

/** Runs the service's own health check inside it and asks its health page from this machine. */
export async function probeService(
  docker: Docker,
  running: RunningStack,
  service: string,
): Promise<HealthReport> {
  const started = Date.now();
  const container = running.containers.find((candidate) => candidate.service === service);
  const [check, http] = await Promise.all([
    container?.running ? checkInside(docker, container.id, running, service) : "not running",
    askHealthPage(running, service),
  ]);
  const healthy = check === "ok" && (http === undefined || http === "200");
  return { service, healthy, check, http, milliseconds: Date.now() - started };
}

async function checkInside(
  docker: Docker,
  id: string,
  running: RunningStack,
  service: string,
): Promise<string> {
  const tests = running.outputs.applied.services[service]?.args.healthcheck.tests;
  const [, ...command] = (tests ?? []) as readonly string[];
  const { exitCode, output } = await execInContainer(docker, id, command);
  return exitCode === 0 ? "ok" : `exit ${exitCode}: ${output.trim().slice(0, 80)}`;
}

async function askHealthPage(running: RunningStack, service: string): Promise<string | undefined> {
  const url = running.outputs.healthPages[service];
  if (url === undefined) return undefined;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(httpTimeoutMilliseconds) });
    await response.body?.cancel();
    return String(response.status);
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError" ? "no answer" : "refused";
  }
}
