import type Docker from "dockerode";
import { dockerFrames } from "./docker-frames.ts";
import { exitCodeOf } from "./exec-stream.ts";

export interface ExecResult {
  readonly exitCode: number;
  /** Standard output and error together. */
  readonly output: string;
}

/**
 * Runs a command inside a running container and waits for its end.
 *
 * @param environment besides the container's own: "NAME=value".
 */
export async function execInContainer(
  docker: Docker,
  nameOrId: string,
  command: readonly string[],
  environment: readonly string[] = [],
): Promise<ExecResult> {
  const exec = await docker.getContainer(nameOrId).exec({
    Cmd: [...command],
    Env: [...environment],
    AttachStdout: true,
    AttachStderr: true,
  });
  const pieces: Buffer[] = [];
  for await (const { data } of dockerFrames(await exec.start({}))) pieces.push(data);
  // Together, for a character may be cut between two pieces.
  const output = Buffer.concat(pieces).toString("utf8");
  return { exitCode: await exitCodeOf(exec), output };
}
