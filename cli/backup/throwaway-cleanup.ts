import { hostname } from "node:os";
import type Docker from "dockerode";
import { unlessMissing } from "../docker/docker-client.ts";
import { removeContainer } from "../docker/remove-container.ts";
import { isRunning, processMark } from "../os/process-mark.ts";

/** Marks what lives no longer than one command; the value names the process that it belongs to. */
const label = "agent-stack.throwaway";

export function throwawayLabels(): Record<string, string> {
  return { [label]: `${hostname()}:${processMark()}` };
}

export async function removeOwnThrowaways(docker: Docker): Promise<void> {
  await removeAll(docker, (owner) => owner === throwawayLabels()[label]);
}

/** What a killed command of this machine could not remove. */
export async function removeLeftovers(docker: Docker): Promise<void> {
  await removeAll(docker, (owner) => {
    const [host, mark = ""] = owner.split(":");
    return host === hostname() && !isRunning(mark);
  });
}

async function removeAll(docker: Docker, isMine: (owner: string) => boolean): Promise<void> {
  const filters = { label: [label] };
  const containers = await docker.listContainers({ all: true, filters });
  for (const { Id } of containers.filter((found) => isMine(found.Labels[label] ?? ""))) {
    await removeContainer(docker, Id);
  }
  const { Volumes } = await docker.listVolumes({ filters });
  for (const { Name } of Volumes.filter((found) => isMine(found.Labels[label] ?? ""))) {
    await unlessMissing(() => docker.getVolume(Name).remove());
  }
  const networks = await docker.listNetworks({ filters });
  for (const { Id } of networks.filter((found) => isMine(found.Labels?.[label] ?? ""))) {
    await unlessMissing(() => docker.getNetwork(Id).remove());
  }
}
