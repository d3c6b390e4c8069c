import { createServer } from "node:net";
import type Docker from "dockerode";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import type { ContainerState } from "../containers/container-state.ts";
import { portHolder } from "./port-holder.ts";
import { takenPortsError, type TakenPort, type WantedPort, wantedPorts } from "./port-plan.ts";

/**
 * Refuses to begin where a port is taken: found out half-way, the old container would be gone and the
 * new one without a port.
 *
 * @throws StackError naming every service, port and holder, and the settings that move them.
 */
export async function requireFreePorts(
  docker: Docker,
  root: string,
  desired: DesiredStack,
  own: readonly ContainerState[],
): Promise<void> {
  const [first, ...others] = await takenPorts(docker, root, wantedPorts(desired.specs), own);
  if (first) throw takenPortsError([first, ...others], desired.identity.stackName);
}

/** Those of `wanted` that somebody else holds; ports of the stack's `own` containers are theirs. */
export async function takenPorts(
  docker: Docker | undefined,
  root: string,
  wanted: readonly WantedPort[],
  own: readonly ContainerState[],
): Promise<TakenPort[]> {
  const held = new Set(own.flatMap(({ ports }) => ports));
  const foreign = wanted.filter(({ port }) => !held.has(`127.0.0.1:${port}`));
  const tested = await Promise.all(
    foreign.map(async (each) => ((await isFree(each.port)) ? [] : [each])),
  );
  return Promise.all(
    tested.flat().map(async (each) => ({
      ...each,
      holder: await portHolder(docker, root, each.port),
    })),
  );
}

/** False only where somebody listens: low ports that are ours to ask for are Docker's to open. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "EADDRINUSE");
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
