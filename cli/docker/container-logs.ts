import { PassThrough, Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type Docker from "dockerode";
import { type DockerFrame, dockerFrames } from "./docker-frames.ts";

export interface LogOptions {
  /** How many lines from the end. */
  readonly tail: number;
  /** Only newer than, in seconds since 1970. */
  readonly since?: number;
  readonly follow?: boolean;
  /** Each line begins with the time at which Docker got it, in nanoseconds, and a space. */
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
}

/** The lines of a container's log, standard output and error together in order of arrival. */
export async function* containerLogs(
  docker: Docker,
  nameOrId: string,
  options: LogOptions,
): AsyncGenerator<string> {
  const container = docker.getContainer(nameOrId);
  const common = {
    stdout: true,
    stderr: true,
    tail: options.tail,
    timestamps: options.timestamps === true,
    ...(options.since !== undefined && { since: options.since }),
  };
  if (options.follow !== true) {
    const raw = await container.logs({ ...common, follow: false });
    yield* linesOf(dockerFrames(Readable.from([raw])));
    return;
  }
  const stream = await container.logs({ ...common, follow: true });
  yield* linesOf(dockerFrames(untilStopped(stream, options.signal)));
}

/** What comes of a stream until it ends, breaks off, or nobody wants more. */
async function* untilStopped(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const taken = new PassThrough();
  const stop = () => {
    if (stream instanceof Readable) stream.destroy();
    taken.end();
  };
  stream.once("error", stop);
  signal?.addEventListener("abort", stop, { once: true });
  for await (const chunk of stream.pipe(taken)) yield chunk as Buffer;
}

/** Each channel's own lines: a frame may end within a line, and within a character. */
async function* linesOf(frames: AsyncIterable<DockerFrame>): AsyncGenerator<string> {
  const channels = { stdout: openLine(), stderr: openLine() };
  for await (const { channel, data } of frames) {
    const open = channels[channel];
    const parts = (open.text + open.decoder.write(data)).split("\n");
    open.text = parts.pop() ?? "";
    yield* parts;
  }
  for (const { text } of Object.values(channels)) if (text !== "") yield text;
}

function openLine() {
  return { text: "", decoder: new StringDecoder("utf8") };
}
