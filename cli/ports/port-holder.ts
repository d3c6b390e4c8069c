import type Docker from "dockerode";
import { labelNames } from "../../infra/render-container.ts";
import type { EngineMachine } from "../docker/host/engine-machine.ts";
import { stacksOfClone } from "../stack/stacks-of-clone.ts";
import type { PortHolder } from "../os/listening-process.ts";

/** Who has a port of the engine's machine, as far as can be told; undefined where it is free. */
export async function portHolder(
  docker: Docker | undefined,
  machine: EngineMachine,
  root: string,
  port: number,
): Promise<PortHolder | undefined> {
  const isFree = await machine.isFree(port);
  // Docker first: the process behind a published port is only its proxy.
  const container = docker && (await containerOn(docker, root, port));
  return container ?? (isFree ? undefined : await machine.holder(port));
}

/** Addresses on which a published port takes that of the loopback; one of another interface does not. */
const onLoopback = ["127.0.0.1", "0.0.0.0", "::", ""];

async function containerOn(
  docker: Docker,
  root: string,
  port: number,
): Promise<PortHolder | undefined> {
  const containers = await docker.listContainers();
  const found = containers.find(({ Ports }) =>
    Ports.some(({ PublicPort, IP }) => PublicPort === port && onLoopback.includes(IP || "")),
  );
  if (!found) return undefined;
  const name = found.Names[0]?.replace(/^\//, "") ?? found.Id;
  const owner = found.Labels[labelNames.owner];
  if (owner === undefined) return { kind: "container", name };
  const own = stacksOfClone(root).find((each) => each.owner === owner);
  const stack = own?.stackName ?? found.Labels[labelNames.stack] ?? "";
  return { kind: "container", name, stack: { name: stack, ofThisClone: own !== undefined } };
}
