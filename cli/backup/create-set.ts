import type Docker from "dockerode";
import { saveFiles } from "./files/mount-files.ts";
import { type FilesPart, type Manifest, manifestFormat, type PostgresPart } from "./manifest.ts";
import { dumpDatabase } from "./postgres/dump-database.ts";
import { serverVersion } from "./postgres/server-version.ts";
import type { Progress } from "./progress.ts";
import { qdrantApi } from "./qdrant/qdrant-api.ts";
import { removeLeftSnapshots } from "./qdrant/snapshot-notes.ts";
import { saveQdrant } from "./qdrant/save-qdrant.ts";
import type { Stores } from "./stores.ts";
import { type SetTarget, unfinishedIn, writeSet, type WrittenSet } from "./write-set.ts";

export interface CreateJob {
  readonly docker: Docker;
  readonly stackName: string;
  /** Image tags by service. */
  readonly images: Readonly<Record<string, string>>;
  readonly stores: Stores;
  readonly target: SetTarget;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Nobody is made to wait while a set is taken: the order of the parts is what makes it fit together.
 */
const consistency =
  "Postgres is the truth, each database as of one moment. Qdrant is saved after it: a memory " +
  "that Qdrant lacks is in Postgres' outbox and is embedded again after a restore. Files come last: " +
  "a file that Postgres names is there.";

/** Saves what `stores` hold as one set. */
export async function createSet(job: CreateJob): Promise<WrittenSet> {
  const { docker, stackName, images, stores, target, progress, signal } = job;
  const api = stores.qdrant && qdrantApi(stores.qdrant, signal);
  for (const unfinished of unfinishedIn(target.backupDir)) {
    if (api) await removeLeftSnapshots(api, unfinished);
  }
  return writeSet(target, async (folder, name) => {
    const createdAt = new Date().toISOString();
    const postgres = await savePostgres(job, folder);
    const qdrant = api && (await saveQdrant(api, folder, { progress, signal }));
    const files: FilesPart[] = [];
    for (const mount of stores.mounts) {
      const step = progress(`files ${mount.service}`);
      const { part, leftOut } = await saveFiles(docker, mount, folder, {
        onBytes: step.bytes,
        signal,
      });
      step.done(`${part.files} files`);
      if (leftOut.length > 0) step.warned(describeLeftOut(leftOut));
      files.push(part);
    }
    const manifest: Manifest = {
      format: manifestFormat,
      name,
      createdAt,
      stack: stackName,
      images: { ...images },
      consistency,
      ...(postgres && { postgres }),
      ...(qdrant && { qdrant }),
      files,
    };
    return manifest;
  });
}

/** They can't be restored anywhere; whoever looks for them must not be surprised. */
function describeLeftOut(leftOut: readonly string[]): string {
  const [first = ""] = leftOut;
  const more = leftOut.length - 1;
  return `not in the set: ${first}${more > 0 ? `, and ${more} more like it` : ""}`;
}

async function savePostgres(
  { stores: { postgres }, progress, signal }: CreateJob,
  folder: string,
): Promise<PostgresPart | undefined> {
  if (!postgres) return undefined;
  const version = await serverVersion(postgres, signal);
  const databases = [];
  for (const name of postgres.databases) {
    const step = progress(`postgres ${name}`);
    step.running("counting rows");
    const dump = await dumpDatabase(postgres, name, folder, { onBytes: step.bytes, signal });
    step.done(`${Object.values(dump.rows).reduce((sum, rows) => sum + rows, 0)} rows`);
    databases.push(dump);
  }
  return { version, databases };
}
