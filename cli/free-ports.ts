import { createServer } from "node:net";
import type Docker from "dockerode";
import type { DesiredStack } from "../infra/desired-stack.ts";
import { StackError } from "../infra/stack-error.ts";
import type { ContainerState } from "./containers/container-state.ts";

/**
 * Refuses to begin where a port is taken: found out half-way, the old container would be gone and the
 * new one without a port.
 *
 * Ports that the stack's own containers hold are theirs.
 *
 * @throws StackError naming the service, the port and, where it is a container, who holds it.
 */
export async function requireFreePorts(
  docker: Docker,
  desired: DesiredStack,
  own: readonly ContainerState[],
): Promise<void> {
  const held = new Set(own.flatMap(({ ports }) => ports));
  const wanted = desired.specs.flatMap(({ name, ports }) =>
    ports.map(({ external }) => ({ service: name, port: external })),
  );
  for (const { service, port } of wanted) {
    if (held.has(`127.0.0.1:${port}`) || (await isFree(port))) continue;
    const holder = await containerOn(docker, port);
    throw new StackError(
      `${service} can't have port ${port}: ${holder ?? "another program"} listens there.`,
      {
        remedy:
          `Stop it, or set ${portSetting(service)} in the stack's .env file to a free port, and ` +
          "run ./stack up again.",
      },
    );
  }
}

export function portSetting(service: string): string {
  return `${service.toUpperCase().replaceAll("-", "")}_PORT`;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

async function containerOn(docker: Docker, port: number): Promise<string | undefined> {
  const containers = await docker.listContainers();
  const found = containers.find(({ Ports }) => Ports.some((each) => each.PublicPort === port));
  return found && `the container ${found.Names[0]?.replace(/^\//, "") ?? found.Id}`;
}
