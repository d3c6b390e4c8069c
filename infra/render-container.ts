import type { types } from "@pulumi/docker";
import type { Healthcheck, LiveSource, Mount, Secret, ServiceSpec } from "./service.ts";
import { engineHost } from "./engine-host.ts";
import { projectName } from "./project-name.ts";
import type { Port } from "./services/endpoints.ts";

/** What all containers of one stack share. */
export interface StackIdentity {
  /** Starts every name: STACK_PROJECT_NAME. */
  readonly project: string;
  readonly stackName: string;
  /** Marks what belongs to this clone, so that another clone's containers are never touched. */
  readonly owner: string;
  /** The owner of volumes that this clone took over; a volume's labels never change. */
  readonly adoptedOwner: string;
  readonly healthIntervalSeconds: number;
}

export interface RenderOptions {
  /** The clone's absolute path, where services are to run from its sources: `up --bind-mounts`. */
  readonly mountFrom?: string;
}

/** A container's settings as plain data, in the provider's words, but for its image and secrets. */
export interface RenderedContainer {
  readonly service: string;
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly args: ContainerArgs;
  /** Paths of the mounts whose files can be downloaded again. */
  readonly refetchable?: readonly string[];
}

/** The part of `docker.ContainerArgs` that we use, without Pulumi's inputs and outputs. */
export interface ContainerArgs {
  readonly name: string;
  readonly entrypoints?: readonly string[];
  readonly command?: readonly string[];
  readonly user: string;
  readonly init: boolean;
  readonly readOnly: boolean;
  readonly restart: string;
  readonly wait: boolean;
  readonly waitTimeout: number;
  readonly destroyGraceSeconds: number;
  readonly memory: number;
  readonly memorySwap: number;
  readonly shmSize?: number;
  readonly ulimits: readonly {
    readonly name: string;
    readonly soft: number;
    readonly hard: number;
  }[];
  readonly capabilities: { readonly adds: readonly string[]; readonly drops: readonly string[] };
  readonly securityOpts: readonly string[];
  readonly logDriver: string;
  readonly logOpts: Readonly<Record<string, string>>;
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly ports: readonly types.input.ContainerPort[];
  readonly volumes: readonly types.input.ContainerVolume[];
  readonly uploads: readonly types.input.ContainerUpload[];
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly healthcheck: types.input.ContainerHealthcheck;
  readonly networksAdvanced: readonly types.input.ContainerNetworksAdvanced[];
  /** Names that the container resolves by itself. */
  readonly hosts?: readonly ExtraHost[];
}

interface ExtraHost {
  readonly host: string;
  readonly ip: string;
}

export const labelNames = {
  owner: `${projectName}.owner`,
  stack: `${projectName}.stack`,
  service: `${projectName}.service`,
  preparation: `${projectName}.preparation`,
  dataFormat: `${projectName}.data-format`,
} as const;

export function containerName(stack: StackIdentity, service: string): string {
  return `${stack.project}-${stack.stackName}-${service}`;
}

/** A volume's name within its stack: "postgres-18-data". */
export function volumeKey({ dataFormat, volume }: Pick<Mount, "dataFormat" | "volume">): string {
  return `${dataFormat}-${volume}`;
}

/** A volume's name for Docker: PROJECT-STACK-FORMAT-VOLUME. */
export function volumeName(
  stack: Pick<StackIdentity, "project" | "stackName">,
  mount: Pick<Mount, "dataFormat" | "volume">,
): string {
  return `${stack.project}-${stack.stackName}-${volumeKey(mount)}`;
}

export function networkName(stack: StackIdentity): string {
  return `${stack.project}-${stack.stackName}`;
}

/** Labels by which the CLI finds what belongs to a stack, the state being lost or not. */
export function stackLabels(stack: StackIdentity, extra: Readonly<Record<string, string>> = {}) {
  const labels = {
    [labelNames.owner]: stack.owner,
    [labelNames.stack]: stack.stackName,
    ...extra,
  };
  return Object.entries(labels)
    .map(([label, value]) => ({ label, value }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/**
 * Turns a service into container settings.
 *
 * Only forms that the provider reads back unchanged are used (durations as Go prints them, CAP_
 * names, sorted ports, memory with its swap), so that a second `up` finds nothing to do.
 */
export function renderContainer(
  spec: ServiceSpec,
  stack: StackIdentity,
  { mountFrom }: RenderOptions = {},
): RenderedContainer {
  const megabyte = spec.memoryMegabytes;
  const live = mountFrom === undefined ? undefined : spec.liveSource;
  const command = live?.command ?? spec.command;
  const refetchable = spec.mounts.filter((mount) => mount.refetchable).map(({ path }) => path);
  return {
    service: spec.name,
    ...(refetchable.length > 0 && { refetchable }),
    environment: spec.environment,
    args: {
      name: containerName(stack, spec.name),
      ...(spec.entrypoint && { entrypoints: spec.entrypoint }),
      ...(command && { command }),
      user: spec.user,
      // PID 1 takes SIGTERM at once; a shell in its place would wait out the whole grace period.
      init: true,
      readOnly: spec.files.length === 0,
      restart: "unless-stopped",
      wait: true,
      waitTimeout: waitTimeout(spec.healthcheck, stack.healthIntervalSeconds),
      destroyGraceSeconds: spec.stopGraceSeconds,
      // Without the swap limit beside it, Docker sets its own and every `up` sees a difference.
      memory: megabyte,
      memorySwap: megabyte,
      ...(spec.sharedMemoryMegabytes && { shmSize: spec.sharedMemoryMegabytes }),
      ulimits: [openFiles],
      capabilities: { adds: [], drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      logDriver: "json-file",
      logOpts: { "max-file": "3", "max-size": "10m" },
      tmpfs: spec.tmpfs,
      ports: renderPorts(spec.ports),
      volumes: [
        ...spec.mounts.map((mount) => ({
          containerPath: mount.path,
          volumeName: volumeName(stack, mount),
        })),
        ...(live ? [renderSource(live, mountFrom ?? "")] : []),
      ],
      uploads: spec.files.map((file) => ({
        file: file.path,
        content: file.content,
        permissions: "0444",
      })),
      labels: stackLabels(stack, { [labelNames.service]: spec.name }),
      healthcheck: renderHealthcheck(spec.healthcheck, stack.healthIntervalSeconds),
      networksAdvanced: [{ name: networkName(stack), aliases: [spec.name] }],
      ...(spec.reachesHost && { hosts: [engineHost] }),
    },
  };
}

/**
 * How many files a process may have open. The engine's own default depends on who started it: 1024
 * with containerd 2.1 under systemd, which a vector database and Postgres outgrow. No higher: an engine
 * without privileges starts no container that may open more than itself, and 20,000 has been seen.
 */
const openFiles = { name: "nofile", soft: 16_384, hard: 16_384 } as const;

function renderSource({ folder, path }: LiveSource, root: string) {
  return {
    containerPath: path,
    hostPath: hostPath(root, folder),
    readOnly: true,
    // With SELinux a container reads only what is labelled for it; without, it says nothing.
    selinuxRelabel: "z",
  };
}

/** Docker takes C:/clone/agent on Windows, where a path with both kinds of separator is none. */
export function hostPath(root: string, folder: string): string {
  const isWindows = /^[A-Za-z]:[\\/]/.test(root);
  const base = isWindows ? root.replaceAll("\\", "/") : root;
  return `${base.replace(/\/$/, "")}/${folder}`;
}

function renderPorts(ports: readonly Port[]): types.input.ContainerPort[] {
  return ports
    .map((port) => ({
      internal: port.internal,
      external: port.external,
      // Loopback only: the stack holds API keys and has no reverse proxy in front of it.
      ip: "127.0.0.1",
      protocol: "tcp",
    }))
    .sort((a, b) => a.internal - b.internal);
}

function renderHealthcheck(check: Healthcheck, intervalSeconds: number) {
  const { command, timeoutSeconds, retries, startPeriodSeconds } = check;
  if (check.isProbe) {
    const longest = Math.max(probeLifeSeconds, startPeriodSeconds) + intervalSeconds;
    return {
      tests: ["CMD", ...command, String(intervalSeconds), String(startPeriodSeconds)],
      interval: goDuration(probePauseSeconds),
      timeout: goDuration(longest + 2 * timeoutSeconds),
      retries,
      // Docker 25 and later would first wait 5 s, unless told otherwise in words that 20.10 refuses: the
      // probe keeps the start period itself.
      startPeriod: goDuration(0),
    };
  }
  return {
    tests: ["CMD", ...command],
    interval: goDuration(intervalSeconds),
    timeout: goDuration(timeoutSeconds),
    retries,
    startPeriod: goDuration(startPeriodSeconds),
  };
}

/** As in images/python/probe: how long a probe watches a healthy service. */
const probeLifeSeconds = 180;

/** Docker waits so long before the first probe of a container, and between two. */
const probePauseSeconds = 0.5;

/** The longest a container may honestly take to turn healthy or unhealthy, in seconds. */
function waitTimeout(check: Healthcheck, intervalSeconds: number): number {
  const rounds = check.retries + 2;
  return check.startPeriodSeconds + rounds * (intervalSeconds + check.timeoutSeconds);
}

/** A duration as Go prints it: 90 is "1m30s". The provider stores this form and compares texts. */
export function goDuration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}
