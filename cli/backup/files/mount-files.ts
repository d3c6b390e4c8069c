import { createReadStream } from "node:fs";
import { Duplex, PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { join } from "node:path";
import { createGunzip, createGzip } from "node:zlib";
import type Docker from "dockerode";
import { StackError } from "../../../infra/stack-error.ts";
import { removeContainer } from "../../containers/remove-container.ts";
import type { FilesPart } from "../manifest.ts";
import { writePart } from "../part-file.ts";
import { throwawayLabels } from "../throwaway-cleanup.ts";
import { countFiles, type FileCount, fileCounter } from "./count-files.ts";

/** A folder of a service that lies in a volume. */
export interface FilesMount {
  readonly service: string;
  /** The container's id; it may be stopped. */
  readonly container: string;
  readonly path: string;
  /** The volume's name without the stack's. */
  readonly volume: string;
}

/** Streams a mount's files into the set, as Docker's own archive of that folder. */
export async function saveFiles(
  docker: Docker,
  mount: FilesMount,
  folder: string,
  options: { onBytes: (bytes: number) => void; signal: AbortSignal },
): Promise<FilesPart> {
  const { service, volume } = mount;
  const path = `files/${encodeURIComponent(volume)}.tar.gz`;
  const { tap, counted } = fileCounter();
  const written = await writePart(join(folder, path), await archiveOf(docker, mount), {
    through: [Duplex.from(tap), createGzip({ level: 1 })],
    ...options,
  });
  return { service, volume, ...counted(), file: { path, ...written } };
}

/** Makes the mount hold the files of the archive, and no other. The service must not run. */
export async function replaceFiles(
  docker: Docker,
  mount: FilesMount,
  archive: string,
): Promise<void> {
  await clear(docker, mount);
  await fillFiles(docker, mount, archive);
}

/** @throws StackError where the archive can't be unpacked. */
export async function fillFiles(
  docker: Docker,
  { service, container, path }: FilesMount,
  archive: string,
): Promise<void> {
  // Docker would wait for the rest of an archive that breaks off.
  const broken = new AbortController();
  const unpacked = new PassThrough();
  const put = docker
    .getContainer(container)
    .putArchive(unpacked, { path, abortSignal: broken.signal });
  try {
    await Promise.all([pipeline(createReadStream(archive), createGunzip(), unpacked), put]);
  } catch (error) {
    broken.abort();
    await put.catch(() => undefined);
    throw new StackError(`The files of ${service} can't be unpacked.`, {
      details: [error instanceof Error ? error.message : String(error)],
      remedy: "Take another set: ./stack backup list",
      cause: error,
    });
  }
}

export async function countMount(docker: Docker, mount: FilesMount): Promise<FileCount> {
  return countFiles((await archiveOf(docker, mount)) as AsyncIterable<Buffer>);
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
  { container, path }: FilesMount,
): Promise<NodeJS.ReadableStream> {
  // The dot leaves the folder's own name out, so that the archive fits wherever the mount lies.
  return docker.getContainer(container).getArchive({ path: `${path}/.` });
}

/** Docker can't delete files: a container of the service's own image and user does. */
async function clear(docker: Docker, { service, container, path }: FilesMount): Promise<void> {
  const { Image, Config } = await docker.getContainer(container).inspect();
  const helper = await docker.createContainer({
    Image,
    User: Config.User,
    Labels: throwawayLabels(),
    Entrypoint: ["find"],
    Cmd: [path, "-mindepth", "1", "-delete"],
    HostConfig: { VolumesFrom: [container], NetworkMode: "none", CapDrop: ["ALL"] },
  });
  try {
    await helper.start();
    const { StatusCode } = (await helper.wait()) as { StatusCode: number };
    if (StatusCode !== 0) {
      throw new StackError(`The present files of ${service} could not be removed.`, {
        remedy: `See whose they are; ${service} runs as ${Config.User}, and so did the removal.`,
      });
    }
  } finally {
    await removeContainer(docker, helper.id);
  }
}
