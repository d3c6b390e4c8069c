import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import { StackError } from "../../../infra/stack-error.ts";
import { entryRules } from "./entry-rules.ts";

/** So many lines say what is wrong with an archive; more would say nothing new. */
const shownProblems = 8;

/**
 * Reads an archive of a service's files to its end, and touches nothing.
 *
 * @param archive the `.tar.gz` of a set.
 * @param folder where the service sees the files.
 * @throws StackError where it can't be unpacked, or contains what would lead out of the folder.
 */
export async function checkArchive(
  archive: string,
  { service, path }: { readonly service: string; readonly path: string },
  signal?: AbortSignal,
): Promise<void> {
  const refuse = entryRules(path);
  const problems: string[] = [];
  const reader = tar.extract();
  reader.on("entry", (header, content, next) => {
    const reason = refuse(header);
    if (reason !== undefined) problems.push(reason);
    content.on("end", next).resume();
  });
  try {
    await pipeline(createReadStream(archive), createGunzip(), reader, signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unusable(service, [error instanceof Error ? error.message : String(error)], error);
  }
  if (problems.length > 0) throw unusable(service, problems);
}

function unusable(service: string, problems: readonly string[], cause?: unknown): StackError {
  const more = problems.length - shownProblems;
  return new StackError(`The set's files of ${service} can't be restored.`, {
    details: [
      ...problems.slice(0, shownProblems),
      ...(more > 0 ? [`and ${more} more like these`] : []),
    ],
    remedy: "Choose another set: ./stack backup list",
    cause,
  });
}
