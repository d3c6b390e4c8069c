import { randomBytes } from "node:crypto";
import type Docker from "dockerode";
import tar from "tar-stream";
import { type AppliedService, isFingerprint } from "../../infra/applied-record.ts";
import { StackError } from "../../infra/stack-error.ts";
import { execInContainer } from "../docker/container-exec.ts";
import type { EngineMachine } from "../docker/host/engine-machine.ts";
import { poll } from "../os/poll.ts";
import { checkOnce } from "../docker/check-once.ts";
import { removeLeftovers, removeOwnThrowaways, throwawayLabels } from "./throwaway-cleanup.ts";

/** A copy of a service that shares nothing with the stack: own network, own volumes, own secrets. */
export interface ThrowawayContainer {
  readonly id: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Throwaways {
  /** Starts a copy of an applied service and waits until its health check passes. */
  readonly start: (service: AppliedService) => Promise<ThrowawayContainer>;
  /** A copy with empty volumes that never runs. */
  readonly create: (service: AppliedService) => Promise<ThrowawayContainer>;
  /** Where this process can ask a port of a started copy. */
  readonly address: (container: ThrowawayContainer, port: number) => Promise<string>;
}

const patienceMilliseconds = 120_000;

/** Gives `work` throwaway containers, and removes them and all that is theirs whatever comes of it. */
export async function withThrowaways<T>(
  { docker, machine }: { readonly docker: Docker; readonly machine: EngineMachine },
  signal: AbortSignal,
  work: (throwaways: Throwaways) => Promise<T>,
): Promise<T> {
  await removeLeftovers(docker);
  const name = `agent-stack-throwaway-${randomBytes(4).toString("hex")}`;
  await docker.createNetwork({ Name: name, Labels: throwawayLabels() });
  const create = async (service: AppliedService, noCopy: boolean) => {
    const environment = ownEnvironment(service);
    const container = await docker.createContainer(
      await settingsOf(docker, service, { environment, network: name, noCopy }),
    );
    if (service.args.uploads.length > 0) {
      await container.putArchive(uploadsOf(service), { path: "/" });
    }
    return { id: container.id, environment };
  };
  try {
    return await work({
      create: (service) => create(service, true),
      start: async (service) => {
        const made = await create(service, false);
        await docker.getContainer(made.id).start();
        await untilHealthy(docker, made.id, service, signal);
        return made;
      },
      address: async ({ id }, port) => {
        const { NetworkSettings } = await docker.getContainer(id).inspect();
        const [binding] = NetworkSettings.Ports[`${port}/tcp`] ?? [];
        return machine.reach(`http://127.0.0.1:${binding?.HostPort ?? 0}`);
      },
    });
  } finally {
    await removeOwnThrowaways(docker);
  }
}

/** The service's own values, but for its secrets: nothing of the stack's opens anything here. */
function ownEnvironment({ environment }: AppliedService): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      isFingerprint(value) ? randomBytes(18).toString("hex") : value,
    ]),
  );
}

async function settingsOf(
  docker: Docker,
  { image, args }: AppliedService,
  own: { environment: Readonly<Record<string, string>>; network: string; noCopy: boolean },
): Promise<Docker.ContainerCreateOptions> {
  const mounts: Docker.MountSettings[] = [];
  for (const { containerPath, volumeName } of args.volumes) {
    if (volumeName === undefined) continue;
    const Name = `${own.network}-${mounts.length}-${randomBytes(4).toString("hex")}`;
    await docker.createVolume({ Name, Labels: throwawayLabels() });
    mounts.push({
      Type: "volume",
      Source: Name,
      Target: containerPath as string,
      VolumeOptions: {
        NoCopy: own.noCopy,
        Labels: {},
        DriverConfig: { Name: "local", Options: {} },
      },
    });
  }
  const ports = args.ports.map(({ internal }) => `${internal as number}/tcp`);
  return {
    Image: image,
    ...(args.entrypoints && { Entrypoint: [...args.entrypoints] }),
    ...(args.command && { Cmd: [...args.command] }),
    User: args.user,
    Env: Object.entries(own.environment).map(([name, value]) => `${name}=${value}`),
    Labels: throwawayLabels(),
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    HostConfig: {
      Mounts: mounts,
      Tmpfs: { ...args.tmpfs },
      PortBindings: Object.fromEntries(
        ports.map((port) => [port, [{ HostIp: "127.0.0.1", HostPort: "" }]]),
      ),
      NetworkMode: own.network,
      ReadonlyRootfs: args.readOnly,
      CapDrop: [...args.capabilities.drops],
      CapAdd: [...args.capabilities.adds],
      SecurityOpt: [...args.securityOpts],
      Memory: args.memory * 1024 * 1024,
      Init: true,
      ...(args.shmSize && { ShmSize: args.shmSize * 1024 * 1024 }),
    },
  };
}

/** The configuration that is inside the service's container. */
function uploadsOf({ args }: AppliedService): tar.Pack {
  const archive = tar.pack();
  for (const { file, content } of args.uploads) {
    archive.entry({ name: (file as string).slice(1), mode: 0o444 }, content as string);
  }
  archive.finalize();
  return archive;
}

async function untilHealthy(
  docker: Docker,
  id: string,
  { image, args }: AppliedService,
  signal: AbortSignal,
): Promise<void> {
  const [, ...command] = args.healthcheck.tests as readonly string[];
  const look = async () => {
    const { State } = await docker.getContainer(id).inspect();
    if (!State.Running) return "ended";
    return (await execInContainer(docker, id, command, checkOnce)).exitCode === 0
      ? "healthy"
      : "starting";
  };
  const condition = await poll(look, {
    every: 300,
    within: patienceMilliseconds,
    until: (found) => found !== "starting",
    signal,
  });
  if (condition === "healthy") return;
  throw new StackError(`A throwaway copy of ${image} does not start.`, {
    remedy: "See whether the stack's own does: ./stack health",
  });
}
