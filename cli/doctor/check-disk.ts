import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { bytes } from "../output/bytes.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, ok, warning } from "./finding.ts";

const gigabyte = 1e9;

export interface DiskFacts {
  /** What is there, in the user's words. */
  readonly place: string;
  readonly path: string;
  readonly free: number;
  /** Below this an `up` fails, and below that it may not reach its end; in bytes. */
  readonly least: number;
  readonly enough: number;
}

export const checkDisk = defineCheck(
  "disk",
  async ({ root, docker, machine }): Promise<DiskFacts[]> => {
    const info = docker && ((await docker.info()) as { DockerRootDir: string });
    const clone = {
      place: "the clone",
      path: root,
      least: 0.2 * gigabyte,
      enough: gigabyte,
    };
    const images = { place: "Docker's images and volumes", least: gigabyte, enough: 6 * gigabyte };
    // In a virtual machine, or on another one, Docker's folder is out of our sight.
    const seen = info && machine.name === undefined && existsSync(info.DockerRootDir);
    const places = seen ? [{ ...images, path: info.DockerRootDir }, clone] : [clone];
    return Promise.all(
      places.map(async (place) => ({ ...place, free: await freeBytes(place.path) })),
    );
  },
  (disks) => disks.map(judgeDisk),
);

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

export function judgeDisk({ place, path, free, least, enough }: DiskFacts): Judgement {
  const what = `${bytes(free)} free for ${place} (${path})`;
  const remedy =
    "Free some: `docker system df` shows what Docker holds, and `docker image prune` removes " +
    "images that nothing uses.";
  if (free < least) return failure(what, remedy);
  return free < enough ? warning(what, remedy) : ok(what);
}
