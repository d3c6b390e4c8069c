import type Docker from "dockerode";
import { poll } from "../os/poll.ts";
import { inspectContainer } from "./container-state.ts";
import { unlessMissing } from "./docker-client.ts";

/** Docker gives a container that is being removed its whole stop grace first. */
const patienceMilliseconds = 120_000;

/** Lets a container end as it wants to, and kills it where that takes longer than `graceSeconds`. */
export async function stopContainer(
  docker: Docker,
  id: string,
  graceSeconds: number,
): Promise<void> {
  try {
    await unlessMissing(() => docker.getContainer(id).stop({ t: graceSeconds }));
  } catch (error) {
    if (!isStopped(error) && !isGoing(error)) throw error;
  }
}

/** Docker's way to say that it did not run. */
function isStopped(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 304;
}

/**
 * Removes a container, running or not, and the nameless volumes that its image declares: no one could
 * tell later whose they were. Volumes with a name stay. One that is being removed already, as after a
 * command that was killed, is waited for.
 */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  try {
    await unlessMissing(() => docker.getContainer(id).remove({ force: true, v: true }));
  } catch (error) {
    if (!isGoing(error)) throw error;
    const still = await poll(() => inspectContainer(docker, id), {
      every: 200,
      within: patienceMilliseconds,
      until: (found) => found === undefined,
    });
    if (still) throw error;
  }
}

/** Somebody else removes it: a command that was killed, or Docker by itself where it was started so. */
function isGoing(error: unknown): boolean {
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  return (
    statusCode === 409 && /removal of container \S+ is already in progress/.test(message ?? "")
  );
}
