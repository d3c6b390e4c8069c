import type Docker from "dockerode";
import { listContainers } from "../docker/container-state.ts";
import type { StackMarks } from "../docker/docker-client.ts";
import { finishing } from "../os/finishing.ts";
import type { LeftBehind } from "../os/interruptible.ts";
import { unlessAborted } from "../os/poll.ts";

/** A Docker that does not answer must not keep a user who wants to leave. */
const patienceMilliseconds = 2_000;

/** What a change of the stack has left after Ctrl-C, by Docker's own word. */
export async function interruptedChange(
  docker: Docker,
  marks: StackMarks,
  remedy: string,
): Promise<LeftBehind> {
  return { message: `Interrupted${await whatRuns(docker, marks)}.`, remedy };
}

async function whatRuns(docker: Docker, marks: StackMarks): Promise<string> {
  try {
    const containers = await finishing("a look at what runs", () =>
      unlessAborted(() => listContainers(docker, marks), AbortSignal.timeout(patienceMilliseconds)),
    );
    const names = containers.filter(({ running }) => running).map(({ service }) => service);
    if (names.length === 0) return ": no service of the stack is running now";
    const verb = names.length === 1 ? "is" : "are";
    return `: ${names.join(", ")} ${verb} running now, and no other service of the stack`;
  } catch {
    return "";
  }
}
