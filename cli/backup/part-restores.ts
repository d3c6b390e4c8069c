import type Docker from "dockerode";
import { filesRestore } from "./files/restore-files.ts";
import type { Manifest } from "./manifest.ts";
import { postgresRestore } from "./postgres/restore-postgres.ts";
import type { Progress } from "./progress.ts";
import { qdrantRestore } from "./qdrant/restore-qdrant.ts";
import type { PartRestore } from "./restore-parts.ts";
import type { Stores } from "./stores.ts";
import { isSameVolume } from "./refusals.ts";
import type { WrittenSet } from "./write-set.ts";

/** How each part of a set takes its place; `saved` is what to go back to. */
export function partRestores(job: {
  docker: Docker;
  stores: Stores;
  folder: string;
  manifest: Manifest;
  saved: WrittenSet | undefined;
  progress: Progress;
  signal: AbortSignal;
}): PartRestore[] {
  const { docker, stores, folder, manifest, saved, progress, signal } = job;
  const { postgres, qdrant } = manifest;
  const parts: PartRestore[] = [];
  if (postgres && stores.postgres) {
    const options = { folder, keepFormer: saved === undefined, progress, signal };
    parts.push(postgresRestore(stores.postgres, postgres, options));
  }
  if (qdrant && stores.qdrant) {
    const former = saved?.manifest.qdrant && { part: saved.manifest.qdrant, folder: saved.path };
    const set = { part: qdrant, folder };
    parts.push(qdrantRestore(stores.qdrant, set, former, { progress, signal }));
  }
  for (const part of manifest.files) {
    const mount = stores.mounts.find((candidate) => isSameVolume(candidate, part));
    if (mount) parts.push(filesRestore(docker, mount, { part, folder }, progress));
  }
  return parts;
}
