import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";

export interface ExecResult {
  readonly exitCode: number;
  /** Standard output and error together. */
  readonly output: string;
}

/** Runs a command inside a running container and waits for its end. */
export async function execInContainer(
  docker: Docker,
  nameOrId: string,
  command: readonly string[],
): Promise<ExecResult> {
  const exec = await docker
    .getContainer(nameOrId)
    .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const merged = new PassThrough();
  docker.modem.demuxStream(stream, merged, merged);
  stream.once("end", () => merged.end());
  stream.once("error", (error) => merged.destroy(error));
  const output = await text(merged);
  const { ExitCode } = await exec.inspect();
  return { exitCode: ExitCode ?? -1, output };
}
