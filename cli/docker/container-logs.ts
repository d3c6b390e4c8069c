import { PassThrough, Readable } from "node:stream";
import type Docker from "dockerode";

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
    yield* lines(demultiplex(raw));
    return;
  }
  const stream = await container.logs({ ...common, follow: true });
  const merged = new PassThrough();
  docker.modem.demuxStream(stream, merged, merged);
  const stop = () => {
    if (stream instanceof Readable) stream.destroy();
    merged.end();
  };
  stream.once("end", stop);
  stream.once("error", stop);
  options.signal?.addEventListener("abort", stop, { once: true });
  let rest = "";
  for await (const chunk of merged) {
    const parts = (rest + (chunk as Buffer).toString("utf8")).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
}

/** Takes the frames of Docker's stream format apart: a byte for the stream, four for the length. */
function demultiplex(raw: Buffer): string {
  const pieces: Buffer[] = [];
  for (let offset = 0; offset + 8 <= raw.length;) {
    const length = raw.readUInt32BE(offset + 4);
    pieces.push(raw.subarray(offset + 8, offset + 8 + length));
    offset += 8 + length;
  }
  return Buffer.concat(pieces).toString("utf8");
}

function lines(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
