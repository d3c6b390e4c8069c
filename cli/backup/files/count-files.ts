import { pipeline } from "node:stream/promises";
import tar, { type Headers } from "tar-stream";

/** Files in a tar archive, folders not counted, and their bytes. */
export interface FileCount {
  readonly files: number;
  readonly contentBytes: number;
}

/** Counts the files among the entries that it is shown. */
export function fileCounter() {
  let files = 0;
  let contentBytes = 0;
  return {
    add: ({ type, size = 0 }: Headers): void => {
      if (type !== "file") return;
      files += 1;
      contentBytes += size;
    },
    counted: (): FileCount => ({ files, contentBytes }),
  };
}

export async function countFiles(archive: NodeJS.ReadableStream): Promise<FileCount> {
  const { add, counted } = fileCounter();
  const reader = tar.extract();
  reader.on("entry", (header, content, next) => {
    add(header);
    content.on("end", next).resume();
  });
  await pipeline(archive, reader);
  return counted();
}
