import type Docker from "dockerode";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import type { ContainerState } from "../docker/container-state.ts";
import type { EngineMachine } from "../docker/host/engine-machine.ts";
import type { Session } from "../stack/session.ts";
import { portHolder } from "./port-holder.ts";
import { takenPortsError, type TakenPort, type WantedPort, wantedPorts } from "./port-plan.ts";

/**
 * Refuses to begin where a port is taken: found out half-way, the old container would be gone and the
 * new one without a port.
 *
 * @throws StackError naming every service, port and holder, and the settings that move them.
 */
export async function requireFreePorts(
  { docker, machine, workspace }: Pick<Session, "docker" | "machine" | "workspace">,
  desired: DesiredStack,
  own: readonly ContainerState[],
): Promise<void> {
  const wanted = wantedPorts(desired.specs);
  const [first, ...others] = await takenPorts(docker, machine, workspace.root, wanted, own);
  if (first) throw takenPortsError([first, ...others], desired.identity.stackName);
}

/** Those of `wanted` that somebody else holds; ports of the stack's `own` containers are theirs. */
export async function takenPorts(
  docker: Docker | undefined,
  machine: EngineMachine,
  root: string,
  wanted: readonly WantedPort[],
  own: readonly ContainerState[],
): Promise<TakenPort[]> {
  const held = new Set(own.flatMap(({ ports }) => ports));
  const foreign = wanted.filter(({ port }) => !held.has(`127.0.0.1:${port}`));
  const tested = await Promise.all(
    foreign.map(async (each) => {
      const holder = await portHolder(docker, machine, root, each.port);
      return holder ? [{ ...each, holder }] : [];
    }),
  );
  return tested.flat();
}
