import { qdrant } from "../../infra/services/qdrant/service.ts";
import { freePorts } from "../support/free-ports.ts";
import { settingsWith } from "../support/settings.ts";
import { docker, stackImage, untilItAnswers } from "./stack-container.ts";

export interface ScratchQdrant extends AsyncDisposable {
  readonly url: string;
  /** What it uses of what it may, as `docker stats` has it: files that are mapped count, too. */
  readonly memory: () => string;
}

/**
 * The stack's own Qdrant, as its last `up` built it, within the memory that the stack gives it; its data
 * is on the disk of the container, and gone with it.
 */
export async function startScratchQdrant(): Promise<ScratchQdrant> {
  const [port] = await freePorts(1);
  const memory = `${qdrant(settingsWith(), () => "").memoryMegabytes}m`;
  const id = docker(
    ...["run", "--detach", "--rm", "--publish", `127.0.0.1:${port}:6333`],
    ...["--memory", memory, "--memory-swap", memory],
    ...["--volume", "/qdrant/storage", "--volume", "/qdrant/snapshots"],
    stackImage("qdrant"),
  );
  const remove = () => docker("rm", "--force", "--volumes", id);
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(id, `${url}/readyz`, 90_000);
  return {
    url,
    memory: () => docker("stats", "--no-stream", "--format", "{{.MemUsage}}", id),
    [Symbol.asyncDispose]: () => {
      remove();
      return Promise.resolve();
    },
  };
}
