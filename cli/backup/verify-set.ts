import { join } from "node:path";
import type Docker from "dockerode";
import type { AppliedRecord, AppliedService } from "../../infra/applied-record.ts";
import type { EngineMachine } from "../docker/host/engine-machine.ts";
import { StackError } from "../../infra/stack-error.ts";
import { checkArchive } from "./files/check-archive.ts";
import { countMount, fillFiles, filesDifferences } from "./files/mount-files.ts";
import type { FilesPart, Manifest, PostgresPart, QdrantPart } from "./manifest.ts";
import { factsDifferences, readFacts } from "./postgres/database-facts.ts";
import { asideName, loadBeside } from "./postgres/replace-database.ts";
import type { Progress } from "./progress.ts";
import { loadQdrant, qdrantDifferences } from "./qdrant/load-qdrant.ts";
import { qdrantApi } from "./qdrant/qdrant-api.ts";
import { savedFiles, volumesOf } from "./stores.ts";
import { type Throwaways, withThrowaways } from "./throwaway.ts";
import { isSameVolume } from "./refusals.ts";

/** A part of a set, restored into a throwaway container and compared with the manifest. */
export interface PartCheck {
  /** "postgres agent", "qdrant", "files open-webui". */
  readonly part: string;
  /** What differs, a line each; empty where all is as the manifest says. */
  readonly differences: readonly string[];
}

interface Job {
  readonly docker: Docker;
  readonly machine: EngineMachine;
  /** What the copies are made from. */
  readonly applied: AppliedRecord;
  readonly folder: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Restores a set that has been opened, beside the stack, and compares what comes out of it. */
export async function verifySet(manifest: Manifest, job: Job): Promise<PartCheck[]> {
  const { postgres, qdrant, files } = manifest;
  return withThrowaways(job, job.signal, async (throwaways) => [
    ...(postgres ? await verifyPostgres(postgres, throwaways, job) : []),
    ...(qdrant ? await verifyQdrant(qdrant, throwaways, job) : []),
    ...(await verifyFiles(savedFiles(files, job.applied), throwaways, job)),
  ]);
}

async function verifyPostgres(
  { databases }: PostgresPart,
  throwaways: Throwaways,
  job: Job,
): Promise<PartCheck[]> {
  const { docker, folder, signal } = job;
  const { id } = await started("postgres", throwaways, job);
  const server = { docker, container: id };
  const checks: PartCheck[] = [];
  for (const wanted of databases) {
    const check = await checked(`postgres ${wanted.name}`, job, async () => {
      await loadBeside(server, wanted.name, join(folder, wanted.file.path), signal);
      const facts = await readFacts(server, asideName(wanted.name, "incoming"), signal);
      return factsDifferences(wanted, facts);
    });
    checks.push(check);
  }
  return checks;
}

async function verifyQdrant(
  part: QdrantPart,
  throwaways: Throwaways,
  job: Job,
): Promise<PartCheck[]> {
  const container = await started("qdrant", throwaways, job);
  const port = serviceOf(job.applied, "qdrant").args.ports[0]?.internal as number;
  const address = await throwaways.address(container, port);
  const apiKey = container.environment["QDRANT__SERVICE__API_KEY"];
  const api = qdrantApi({ address, apiKey }, job.signal);
  const check = await checked("qdrant", job, async () => {
    await loadQdrant(api, part, job);
    return qdrantDifferences(api, part);
  });
  return [check];
}

async function verifyFiles(
  parts: readonly FilesPart[],
  throwaways: Throwaways,
  job: Job,
): Promise<PartCheck[]> {
  const { docker, applied, folder } = job;
  const checks: PartCheck[] = [];
  for (const part of parts) {
    const { service, file } = part;
    const check = await checked(`files ${service}`, job, async () => {
      const copied = serviceOf(applied, service);
      const { id } = await throwaways.create(copied);
      const found = volumesOf(service, copied).find((candidate) => isSameVolume(candidate, part));
      if (!found) throw missingService(`${service} with a volume ${part.volume}`);
      const mount = { ...found, container: id };
      const archive = join(folder, file.path);
      await checkArchive(archive, mount, job.signal);
      await fillFiles(docker, mount, archive, mount.path);
      return filesDifferences(part, await countMount(docker, mount, mount.path));
    });
    checks.push(check);
  }
  return checks;
}

async function started(service: string, throwaways: Throwaways, job: Job) {
  const step = job.progress(service);
  step.running("starting a throwaway copy");
  const copy = await throwaways.start(serviceOf(job.applied, service));
  step.done("a throwaway copy runs");
  return copy;
}

/** A store that refuses what it is given has found the damage: that is an answer, not a failure. */
async function checked(
  part: string,
  { progress, signal }: Job,
  compare: () => Promise<string[]>,
): Promise<PartCheck> {
  const step = progress(part);
  step.running("restoring into a throwaway copy");
  const differences = await compare().catch((error: unknown) => {
    if (signal.aborted || !(error instanceof StackError)) throw error;
    return [error.message, ...error.details];
  });
  if (differences.length > 0) step.failed("differs from the manifest");
  else step.done("equals the manifest");
  return { part, differences };
}

function serviceOf(applied: AppliedRecord, service: string): AppliedService {
  const found = applied.services[service];
  if (found) return found;
  throw missingService(service);
}

function missingService(what: string): StackError {
  return new StackError(`This stack runs no ${what}: its part can't be verified here.`, {
    remedy: "Run ./stack up with that service first.",
  });
}
