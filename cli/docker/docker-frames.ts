/** A piece of what a command in a container printed. */
export interface DockerFrame {
  readonly channel: "stdout" | "stderr";
  readonly data: Buffer;
}

const headerBytes = 8;

/**
 * Takes Docker's stream format apart: a byte for the channel, four for the length, then the data.
 *
 * It reads no faster than its frames are taken; dockerode's own `demuxStream` fills the memory when
 * the disk is slower than the container.
 */
export async function* dockerFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<DockerFrame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = yield* framesIn(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
  }
}

/** The whole frames of what is there; returns the beginning of the next one. */
export function* framesIn(bytes: Buffer): Generator<DockerFrame, Buffer> {
  let rest = bytes;
  for (let length = frameLength(rest); length <= rest.length; length = frameLength(rest)) {
    yield {
      channel: rest[0] === 2 ? "stderr" : "stdout",
      data: rest.subarray(headerBytes, length),
    };
    rest = rest.subarray(length);
  }
  return rest;
}

/** Infinite while the header itself is not there yet. */
function frameLength(buffer: Buffer): number {
  return buffer.length < headerBytes ? Infinity : headerBytes + buffer.readUInt32BE(4);
}
