import type Docker from "dockerode";
import { labelNames } from "../../infra/render-container.ts";
import { stacksOfClone } from "../stacks-of-clone.ts";
import { listeningProcess } from "./listening-process.ts";
import type { PortHolder } from "./port-plan.ts";

/** Who listens on a port of this machine, as far as can be told. */
export async function portHolder(
  docker: Docker | undefined,
  root: string,
  port: number,
): Promise<PortHolder> {
  // Docker first: the process behind a published port is only its proxy.
  const container = docker && (await containerOn(docker, root, port));
  return container ?? (await listeningProcess(port)) ?? { kind: "unknown" };
}

async function containerOn(
  docker: Docker,
  root: string,
  port: number,
): Promise<PortHolder | undefined> {
  const containers = await docker.listContainers();
  const found = containers.find(({ Ports }) => Ports.some((each) => each.PublicPort === port));
  if (!found) return undefined;
  const name = found.Names[0]?.replace(/^\//, "") ?? found.Id;
  const owner = found.Labels[labelNames.owner];
  const stack = stacksOfClone(root).find((each) => owner !== undefined && each.owner === owner);
  return { kind: "container", name, ...(stack && { stack: stack.stackName }) };
}
