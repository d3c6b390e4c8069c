import { pipeline, type Duplex, type Readable } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib";
import { PageError } from "./page-error.ts";

export interface CappedBody {
  readonly bytes: Buffer;
  /** There was more. */
  readonly isCut: boolean;
}

export const acceptedEncodings = "gzip, deflate, br, zstd";

// What a server breaks off is read as far as it came, as browsers do.
const lenient = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const lenientBrotli = {
  flush: constants.BROTLI_OPERATION_FLUSH,
  finishFlush: constants.BROTLI_OPERATION_FLUSH,
};
const lenientZstd = {
  flush: constants.ZSTD_e_flush,
  finishFlush: constants.ZSTD_e_flush,
  // RFC 9659: as large as a content encoding's window may be. A frame could ask for gigabytes.
  params: { [constants.ZSTD_d_windowLogMax]: 23 },
};
const decoders: Readonly<Record<string, (start: Buffer) => Duplex>> = {
  gzip: () => createGunzip(lenient),
  "x-gzip": () => createGunzip(lenient),
  // It means zlib's format, and some servers send the bare one: the first byte tells.
  deflate: (start) =>
    ((start[0] ?? 0) & 0x0f) === 0x08 ? createInflate(lenient) : createInflateRaw(lenient),
  br: () => createBrotliDecompress(lenientBrotli),
  zstd: () => createZstdDecompress(lenientZstd),
};

/**
 * Reads a body, decompressed, and stops as soon as the limit is reached: what is not read is never
 * decompressed nor received.
 *
 * @param encoding The header `content-encoding`.
 * @param maxBytes Of the decompressed body. A compressed one may be longer, but not by much.
 */
export async function cappedBody(
  body: Readable,
  encoding: string,
  maxBytes: number,
): Promise<CappedBody> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of await decoded(body, encoding, maxBytes)) {
    const room = maxBytes - length;
    if (chunk.length > room) {
      chunks.push(chunk.subarray(0, room));
      return { bytes: Buffer.concat(chunks), isCut: true };
    }
    chunks.push(chunk);
    length += chunk.length;
  }
  return { bytes: Buffer.concat(chunks), isCut: false };
}

async function decoded(
  body: Readable,
  encoding: string,
  maxBytes: number,
): Promise<AsyncIterable<Buffer>> {
  const [name, ...others] = encoding
    .toLowerCase()
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "" && each !== "identity");
  if (name === undefined) return body;
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  // Nested, a few bytes become gigabytes in the steps between.
  if (decoder === undefined || others.length > 0) {
    throw new PageError("The page is compressed in a way that is not read.");
  }
  const chunks = atMost(body, 2 * maxBytes);
  const first = await chunks.next();
  if (first.done === true) return chunks;
  const output = decoder(first.value);
  const whole = async function* () {
    yield first.value;
    yield* chunks;
  };
  // An error of either is the output's, and whoever stops reading the output ends both.
  pipeline(whole, output, () => undefined);
  return output;
}

/** A compressed stream can go on for ever and have no content. */
async function* atMost(body: Readable, maxBytes: number): AsyncGenerator<Buffer, void> {
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new PageError("The page is too long.");
    yield chunk;
  }
}
