import { pipeline } from "node:stream/promises";
import tar from "tar-stream";

/** Files in a tar archive, folders not counted, and their bytes. */
export interface FileCount {
  readonly files: number;
  readonly contentBytes: number;
}

export async function countFiles(archive: NodeJS.ReadableStream): Promise<FileCount> {
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
  await pipeline(archive, reader);
  return { files, contentBytes };
}
