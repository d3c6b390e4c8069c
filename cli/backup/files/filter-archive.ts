import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import { type FileCount, fileCounter } from "./count-files.ts";
import { entryRules, stagingFolder } from "./entry-rules.ts";

export interface FilteredArchive {
  readonly archive: Readable;
  /** What is in it, once it has been read to its end. */
  readonly counted: () => FileCount;
  /** What was left out, and why, a line each. */
  readonly leftOut: () => readonly string[];
}

/**
 * The archive of a folder without what no set may hold, so that every set can be restored.
 *
 * What is left out is not data of the folder: it leads elsewhere, or is a machine's.
 */
export function filterArchive(source: NodeJS.ReadableStream, folder: string): FilteredArchive {
  const refuse = entryRules(folder);
  const leftOut: string[] = [];
  const { add, counted } = fileCounter();
  const reader = tar.extract();
  const writer = tar.pack();
  reader.on("entry", (header, content, next) => {
    const reason = refuse(header);
    if (reason !== undefined) {
      if (!isStaging(header.name)) leftOut.push(reason);
      content.on("end", next).resume();
      return;
    }
    add(header);
    const entry = writer.entry(header, next);
    // What is not a file has no content, and its entry takes none.
    if (header.type === "file") content.pipe(entry);
    else content.resume();
  });
  const unwanted = new AbortController();
  writer.once("close", () => {
    unwanted.abort();
  });
  pipeline(source, reader, { signal: unwanted.signal }).then(
    () => {
      writer.finalize();
    },
    (error: unknown) => {
      writer.destroy(error as Error);
    },
  );
  return {
    archive: writer,
    counted,
    leftOut: () => leftOut,
  };
}

function isStaging(name: string): boolean {
  return name.replace(/^\.\//, "").split("/")[0] === stagingFolder;
}
