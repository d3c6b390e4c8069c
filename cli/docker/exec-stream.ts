import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { poll } from "../os/poll.ts";
import { dockerFrames } from "./docker-frames.ts";

/** How a command in a container ended. */
export interface ExecEnd {
  readonly exitCode: number;
  /** The end of standard error. */
  readonly stderr: string;
}

export interface ExecStream {
  /** Standard output; it must be read to its end, or destroyed. */
  readonly stdout: Readable;
  /** Waits for the command's end, after standard output has been read. */
  readonly ended: () => Promise<ExecEnd>;
}

export interface ExecInput {
  readonly stdin?: Readable;
  /** Keeps standard input open, and empty, for as long as this process is there to wait. */
  readonly attended?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const keptErrorCharacters = 256 * 1024;

/** Runs a command inside a running container, streaming in and out in constant memory. */
export async function execStream(
  docker: Docker,
  nameOrId: string,
  command: readonly string[],
  { stdin, attended = false, signal }: ExecInput = {},
): Promise<ExecStream> {
  signal?.throwIfAborted();
  const exec = await docker.getContainer(nameOrId).exec({
    Cmd: [...command],
    AttachStdin: stdin !== undefined || attended,
    AttachStdout: true,
    AttachStderr: true,
  });
  const socket = await exec.start(stdin || attended ? { hijack: true, stdin: true } : {});
  const abort = () => {
    socket.destroy(signal?.reason as Error);
  };
  signal?.addEventListener("abort", abort, { once: true });
  let inputFailure: unknown;
  const fed = stdin
    ? pipeline(stdin, socket).catch((error: unknown) => {
        // A command that ends early leaves its input unread: its own exit code says why.
        inputFailure = stdin.errored ?? undefined;
        if (inputFailure) socket.destroy(error as Error);
      })
    : Promise.resolve();
  let stderr = "";
  async function* output(): AsyncGenerator<Buffer> {
    for await (const { channel, data } of dockerFrames(socket)) {
      if (channel === "stdout") yield data;
      else stderr = (stderr + data.toString("utf8")).slice(-keptErrorCharacters);
    }
  }
  const stdout = Readable.from(output(), { objectMode: false });
  // Whoever only lets it run out must not be ended by its failure; `ended` tells of that.
  stdout.on("error", () => undefined);
  return {
    stdout,
    ended: async () => {
      await fed;
      signal?.removeEventListener("abort", abort);
      signal?.throwIfAborted();
      if (stdout.errored) throw stdout.errored;
      if (inputFailure) throw inputFailure as Error;
      return { exitCode: await exitCodeOf(exec), stderr };
    },
  };
}

/** The stream may end a moment before the engine knows the exit code. */
export async function exitCodeOf(exec: Docker.Exec): Promise<number> {
  const { ExitCode } = await poll(() => exec.inspect(), {
    every: 50,
    within: 10_000,
    until: ({ Running }) => !Running,
  });
  return ExitCode ?? -1;
}
