import type Docker from "dockerode";
import { unlessMissing } from "../docker/docker-client.ts";
import { removeContainer } from "../docker/remove-container.ts";
import type { Deployment } from "../pulumi/deployment.ts";
import type { Divergence } from "../stack/divergence.ts";

/** Makes the state true to the world, and the world free of half-made things. Volumes stay. */
export async function reconcile(
  docker: Docker,
  deployment: Deployment,
  divergence: Divergence,
  signal: AbortSignal,
): Promise<void> {
  for (const { id } of divergence.discard) {
    signal.throwIfAborted();
    await removeContainer(docker, id);
  }
  for (const id of divergence.discardNetworks) {
    await unlessMissing(() => docker.getNetwork(id).remove());
  }
  signal.throwIfAborted();
  if (divergence.clearPending) await deployment.refresh(undefined, signal);
  else if (divergence.missing.length > 0) {
    await deployment.refresh([...divergence.missing], signal);
  }
}
