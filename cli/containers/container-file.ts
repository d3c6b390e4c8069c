import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
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
    const archive = await docker.getContainer(id).getArchive({ path });
    return firstFile(await buffer(archive));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const block = 512;

/** The first regular file of a tar archive; headers of other kinds are passed over. */
export function firstFile(archive: Buffer): Buffer | undefined {
  for (let offset = 0; offset + block <= archive.length;) {
    const size = parseInt(archive.toString("latin1", offset + 124, offset + 136), 8) || 0;
    const kind = archive.toString("latin1", offset + 156, offset + 157);
    const start = offset + block;
    if (kind === "0" || kind === "\0") {
      // Two blocks of zeros end an archive.
      return archive[offset] === 0 ? undefined : archive.subarray(start, start + size);
    }
    offset = start + Math.ceil(size / block) * block;
  }
  return undefined;
}
