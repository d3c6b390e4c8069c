import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

export interface WriteOptions {
  /** What the data goes through on its way, such as gzip. */
  readonly through?: readonly Duplex[];
  /** Told of the bytes written so far. */
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Streams `source` into a new file that only its owner reads, in constant memory, onto the disk. */
export async function writePart(
  path: string,
  source: NodeJS.ReadableStream,
  { through = [], onBytes, signal }: WriteOptions = {},
): Promise<Written> {
  const hash = createHash("sha256");
  let bytes = 0;
  async function* measured(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes?.(bytes);
      yield chunk;
    }
  }
  const file = createWriteStream(path, { flags: "wx", mode: 0o600, flush: true });
  await pipeline([source, ...through, Duplex.from(measured), file], signal ? { signal } : {});
  return { bytes, sha256: hash.digest("hex") };
}

/** Size and hash of a file that is there. */
export async function measureFile(path: string, signal?: AbortSignal): Promise<Written> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { bytes, sha256: hash.digest("hex") };
}
