import type { AppliedRecord, AppliedService } from "../../infra/applied-record.ts";
import type { Mount } from "../../infra/service.ts";
import { StackError } from "../../infra/stack-error.ts";
import type { RunningStack } from "../stack/running-stack.ts";
import type { Session } from "../stack/session.ts";
import type { FilesMount } from "./files/mount-files.ts";
import type { FilesPart, PartName } from "./manifest.ts";
import type { PostgresServer } from "./postgres/psql.ts";
import type { QdrantServer } from "./qdrant/qdrant-api.ts";

/** Where a running stack keeps its data. */
export interface Stores {
  readonly postgres: (PostgresServer & { readonly databases: readonly string[] }) | undefined;
  readonly qdrant: QdrantServer | undefined;
  /** Every other volume whose files can't be downloaded again: they are the data. */
  readonly mounts: readonly FilesMount[];
}

/** The services that have their own way to be saved; their files are never copied. */
const servers = { postgres: "postgres", qdrant: "qdrant" } as const;

/** Services whose data is in one of `parts`, or who write into it. */
export function touchesData(
  service: {
    readonly name: string;
    readonly dependsOn: readonly string[];
    readonly mounts: readonly Pick<Mount, "refetchable">[];
  },
  parts: readonly PartName[],
): boolean {
  if (Object.values<string>(servers).includes(service.name)) return false;
  if (parts.includes("files") && service.mounts.some((mount) => !mount.refetchable)) return true;
  return parts.some((part) => part !== "files" && service.dependsOn.includes(servers[part]));
}

/**
 * Finds the stores of the stack as it was applied: what the settings say by now may be another one.
 *
 * @throws StackError where a server that is needed for `parts` does not run.
 */
export async function findStores(
  { docker, machine }: Session,
  running: RunningStack,
  parts: readonly PartName[],
): Promise<Stores> {
  const { addresses, applied } = running.outputs;
  const containerOf = (service: string) =>
    running.containers.find((candidate) => candidate.service === service);
  const server = (service: string) => {
    if (!applied.services[service]) return undefined;
    const container = containerOf(service);
    if (container?.running) return container;
    throw new StackError(`${service} is not running: its data can't be reached.`, {
      remedy: `See why: ./stack why ${service}`,
    });
  };
  const postgres = parts.includes("postgres") ? server(servers.postgres) : undefined;
  const qdrant = parts.includes("qdrant") ? server(servers.qdrant) : undefined;
  const databases = applied.services[servers.postgres]?.environment["POSTGRES_DATABASES"] ?? "";
  return {
    postgres: postgres && {
      docker,
      container: postgres.id,
      databases: databases.split(" ").filter((name) => name !== ""),
    },
    qdrant: qdrant && {
      address: await machine.reach(addresses[servers.qdrant] ?? ""),
      apiKey: await environmentOf(docker, qdrant.id, "QDRANT__SERVICE__API_KEY"),
    },
    mounts: parts.includes("files") ? mountsOf(running) : [],
  };
}

/** Image tags by service, as they were applied. */
export function imagesOf({ outputs }: RunningStack): Record<string, string> {
  const services = Object.entries(outputs.applied.services);
  return Object.fromEntries(services.map(([service, { image }]) => [service, image]));
}

function mountsOf({ outputs, containers }: RunningStack): FilesMount[] {
  const others = Object.entries(outputs.applied.services).filter(
    ([service]) => !Object.values<string>(servers).includes(service),
  );
  return others.flatMap(([service, applied]) => {
    const container = containers.find((candidate) => candidate.service === service);
    if (!container) return [];
    return volumesOf(service, applied).map((mount) => ({ ...mount, container: container.id }));
  });
}

/**
 * The named volumes of an applied service that a backup contains: a folder of this machine is not the stack's data,
 * and what can be downloaded again would only make it large.
 */
export function volumesOf(service: string, applied: AppliedService) {
  return allVolumesOf(service, applied).filter(({ path }) => !applied.refetchable?.includes(path));
}

/** Leaves out what an older set has of a volume that is no longer saved: a restore leaves that alone. */
export function savedFiles(files: readonly FilesPart[], { services }: AppliedRecord): FilesPart[] {
  return files.filter((part) => {
    const applied = services[part.service];
    const same = ({ volume }: { volume: string }) => volume === part.volume;
    return (
      !applied ||
      !allVolumesOf(part.service, applied).some(same) ||
      volumesOf(part.service, applied).some(same)
    );
  });
}

function allVolumesOf(service: string, { args }: AppliedService) {
  const prefix = args.name.slice(0, -service.length);
  return args.volumes.flatMap(({ containerPath, volumeName }) => {
    if (typeof containerPath !== "string" || typeof volumeName !== "string") return [];
    return [{ service, path: containerPath, volume: volumeName.slice(prefix.length) }];
  });
}

/** From the container itself, so that a secret is nowhere else. */
async function environmentOf(
  docker: Session["docker"],
  container: string,
  name: string,
): Promise<string | undefined> {
  const { Config } = await docker.getContainer(container).inspect();
  const entry = Config.Env.find((candidate) => candidate.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}
