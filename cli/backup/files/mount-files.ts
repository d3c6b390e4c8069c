import { createReadStream } from "node:fs";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { join } from "node:path";
import { createGunzip, createGzip } from "node:zlib";
import type Docker from "dockerode";
import { StackError } from "../../../infra/stack-error.ts";
import type { FilesPart } from "../manifest.ts";
import { writePart } from "../write-part.ts";
import { countFiles, type FileCount } from "./count-files.ts";
import { filterArchive } from "./filter-archive.ts";

/** A folder of a service that is in a volume. */
export interface FilesMount {
  readonly service: string;
  /** The container's id; it may be stopped. */
  readonly container: string;
  readonly path: string;
  /** The volume's name without the stack's. */
  readonly volume: string;
}

export interface SavedFiles {
  readonly part: FilesPart;
  /** What no set may hold, a line each. */
  readonly leftOut: readonly string[];
}

/** Streams a mount's files into the set, as Docker's own archive of that folder. */
export async function saveFiles(
  docker: Docker,
  mount: FilesMount,
  folder: string,
  options: { onBytes: (bytes: number) => void; signal: AbortSignal },
): Promise<SavedFiles> {
  const { service, volume } = mount;
  const path = `files/${encodeURIComponent(volume)}.tar.gz`;
  const { archive, counted, leftOut } = filterArchive(
    await archiveOf(docker, mount, mount.path),
    mount.path,
  );
  const written = await writePart(join(folder, path), archive, {
    through: [createGzip({ level: 1 })],
    ...options,
  });
  const part = { service, volume, ...counted(), file: { path, ...written } };
  return { part, leftOut: leftOut() };
}

/**
 * Unpacks an archive into a folder of the mount.
 *
 * @throws StackError where it can't be unpacked there.
 */
export async function fillFiles(
  docker: Docker,
  { service, container }: FilesMount,
  archive: string,
  folder: string,
): Promise<void> {
  // Docker would wait for the rest of an archive that breaks off.
  const broken = new AbortController();
  const unpacked = new PassThrough();
  const put = docker
    .getContainer(container)
    .putArchive(unpacked, { path: folder, abortSignal: broken.signal });
  try {
    await Promise.all([pipeline(createReadStream(archive), createGunzip(), unpacked), put]);
  } catch (error) {
    broken.abort();
    await put.catch(() => undefined);
    throw new StackError(`The files of ${service} can't be unpacked.`, {
      details: [error instanceof Error ? error.message : String(error)],
      remedy: "If there is no room left, make some; else choose another set: ./stack backup list",
      cause: error,
    });
  }
}

/** Counts what is in a folder of the mount. */
export async function countMount(
  docker: Docker,
  mount: FilesMount,
  folder: string,
): Promise<FileCount> {
  return countFiles(await archiveOf(docker, mount, folder));
}

export function filesDifferences(part: FilesPart, found: FileCount): string[] {
  if (part.files === found.files && part.contentBytes === found.contentBytes) return [];
  return [
    `${part.service}: ${part.files} files (${part.contentBytes} bytes) in the manifest, ` +
      `${found.files} (${found.contentBytes} bytes) found`,
  ];
}

async function archiveOf(
  docker: Docker,
  { container }: FilesMount,
  folder: string,
): Promise<NodeJS.ReadableStream> {
  // The dot leaves the folder's own name out, so that the archive fits wherever the mount is.
  return docker.getContainer(container).getArchive({ path: `${folder}/.` });
}
