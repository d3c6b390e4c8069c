import { once } from "node:events";
import tar from "tar-stream";

/** Sees every piece that passes. */
type Tap = (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>;

/** Files in a tar archive, folders not counted, and their bytes. */
export interface FileCount {
  readonly files: number;
  readonly contentBytes: number;
}

/** Counts the files of the archive that passes through `tap`. */
export function fileCounter(): { readonly tap: Tap; readonly counted: () => FileCount } {
  let files = 0;
  let contentBytes = 0;
  const reader = tar.extract();
  reader.on("entry", (header, content, next) => {
    if (header.type === "file") {
      files += 1;
      contentBytes += header.size ?? 0;
    }
    content.on("end", next).resume();
  });
  async function* tap(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      if (!reader.write(chunk)) await once(reader, "drain");
      yield chunk;
    }
    const finished = once(reader, "finish");
    reader.end();
    await finished;
  }
  return { tap, counted: () => ({ files, contentBytes }) };
}

export async function countFiles(archive: AsyncIterable<Buffer>): Promise<FileCount> {
  const { tap, counted } = fileCounter();
  const passing = tap(archive);
  while (!(await passing.next()).done);
  return counted();
}
