import type Docker from "dockerode";
import {
  type ContainerState,
  isHealthy,
  listContainers,
  verdict,
} from "../docker/container-state.ts";
import type { StackMarks } from "../docker/docker-client.ts";
import { poll } from "../os/poll.ts";

/** A service that an update should have brought up, and what is wrong with it. */
export interface Unhealthy {
  readonly service: string;
  readonly state: ContainerState | undefined;
}

/**
 * The last word on an update: what Docker itself says of each service, whatever the engine returned.
 *
 * A container may still be "starting" when its check has not run since a restart of the daemon; it is
 * waited for, at most `patienceMilliseconds`, or until `signal` is aborted: then it throws.
 */
export async function healthGate(
  docker: Docker,
  marks: StackMarks,
  services: readonly string[],
  { patienceMilliseconds, signal }: { patienceMilliseconds: number; signal: AbortSignal },
): Promise<Unhealthy[]> {
  return poll(() => unhealthyNow(docker, marks, services), {
    every: 500,
    within: patienceMilliseconds,
    until: (unhealthy) => !unhealthy.some(({ state }) => state && mayTurnHealthy(state)),
    signal,
  });
}

/** A limit that was lowered while a service ran ends it again and again, "starting" all the while. */
function mayTurnHealthy(state: ContainerState): boolean {
  if (state.health !== "starting") return false;
  return state.running || verdict(state) === undefined;
}

/** Those of `services` that Docker does not call healthy at this moment. */
export async function unhealthyNow(
  docker: Docker,
  marks: StackMarks,
  services: readonly string[],
): Promise<Unhealthy[]> {
  const states = await listContainers(docker, marks);
  return services
    .map((service) => ({ service, state: states.find((state) => state.service === service) }))
    .filter(({ state }) => !isHealthy(state));
}
