import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import tar from "tar-stream";
import { isMissing } from "./docker-client.ts";

/**
 * The content of one file of a container, running or not.
 *
 * @returns undefined where there is no such file.
 */
export async function readContainerFile(
  docker: Docker,
  id: string,
  path: string,
): Promise<Buffer | undefined> {
  try {
    return await firstFile(await docker.getContainer(id).getArchive({ path }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The first regular file of a tar archive; entries of other kinds are passed over. */
export async function firstFile(archive: NodeJS.ReadableStream): Promise<Buffer | undefined> {
  let found: Buffer | undefined;
  const reader = tar.extract();
  reader.on("entry", ({ type }, content, next) => {
    buffer(content).then((data) => {
      if (type === "file") found ??= data;
      next();
    }, next);
  });
  await pipeline(archive, reader);
  return found;
}
