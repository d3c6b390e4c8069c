import { PassThrough, Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type Docker from "dockerode";
import { type DockerFrame, dockerFrames, framesIn } from "./docker-frames.ts";

export interface LogOptions {
  /** How many lines from the end. */
  readonly tail: number;
  /** Only newer than, in seconds since 1970. */
  readonly since?: number;
  /** Each line begins with the time at which Docker got it, in nanoseconds, and a space. */
  readonly timestamps?: boolean;
}

/** The last lines of a container's log, standard output and error together in order of arrival. */
export async function lastLines(
  docker: Docker,
  nameOrId: string,
  options: LogOptions,
): Promise<string[]> {
  const request = { ...requestOf(options), follow: false } as const;
  const raw = await docker.getContainer(nameOrId).logs(request);
  const open = openLines();
  // All is here: thousands of lines are not waited for one by one.
  return [...[...framesIn(raw)].flatMap(open.linesOf), ...open.rest()];
}

/** The same lines, and then each new one, until the container or `signal` ends them. */
export async function* followedLines(
  docker: Docker,
  nameOrId: string,
  options: LogOptions & { readonly signal?: AbortSignal },
): AsyncGenerator<string> {
  const request = { ...requestOf(options), follow: true } as const;
  const stream = await docker.getContainer(nameOrId).logs(request);
  const open = openLines();
  for await (const frame of dockerFrames(untilStopped(stream, options.signal))) {
    yield* open.linesOf(frame);
  }
  yield* open.rest();
}

function requestOf({ tail, since, timestamps = false }: LogOptions) {
  const always = { stdout: true, stderr: true } as const;
  return { ...always, tail, timestamps, ...(since !== undefined && { since }) };
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
function openLines() {
  const channels = { stdout: openLine(), stderr: openLine() };
  return {
    linesOf: ({ channel, data }: DockerFrame): string[] => {
      const open = channels[channel];
      const parts = (open.text + open.decoder.write(data)).split("\n");
      open.text = parts.pop() ?? "";
      return parts;
    },
    rest: () => Object.values(channels).flatMap(({ text }) => (text === "" ? [] : [text])),
  };
}

function openLine() {
  return { text: "", decoder: new StringDecoder("utf8") };
}
