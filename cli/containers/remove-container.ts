import type Docker from "dockerode";
import { unlessMissing } from "./docker-client.ts";

/**
 * Removes a container, running or not, and the nameless volumes that its image declares: nobody could
 * tell later whose they were. Volumes with a name stay.
 */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  await unlessMissing(() => docker.getContainer(id).remove({ force: true, v: true }));
}
