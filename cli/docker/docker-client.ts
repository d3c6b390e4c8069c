import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type Dockerode from "dockerode";
import { StackError } from "../../infra/stack-error.ts";
import { labelNames } from "../../infra/render-container.ts";
import { SshAgent } from "./host/ssh-agent.ts";
import { sshDestination } from "./host/ssh-destination.ts";
import { EngineConnectionError } from "./docker-error.ts";
import { Docker } from "./lean-dockerode.ts";

/** How an engine is reached. */
export interface EngineAddress {
  /** A value of DOCKER_HOST, such as unix:///var/run/docker.sock. */
  readonly host: string;
  /** A folder with ca.pem, cert.pem and key.pem, where the engine speaks TLS. */
  readonly certificates?: string;
}

/** A client whose failed connections say which engine does not answer. */
export function dockerClient(address: EngineAddress): Dockerode {
  const docker = clientOf(address);
  const { modem } = docker;
  const dial = modem.dial.bind(modem);
  modem.dial = (options, callback) => {
    dial(options, (error, answer) => {
      callback?.(
        isConnectionError(error) ? new EngineConnectionError(address.host, error) : error,
        answer,
      );
    });
  };
  return docker;
}

/** The system's and TLS's errors have a code; an engine that answers gives a status instead. */
function isConnectionError(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof StackError) return false;
  return error.name !== "AbortError" && typeof (error as { code?: unknown }).code === "string";
}

function clientOf({ host, certificates }: EngineAddress): Dockerode {
  if (host.startsWith("unix://")) return new Docker({ socketPath: host.slice("unix://".length) });
  if (host.startsWith("npipe://")) return new Docker({ socketPath: host.slice("npipe://".length) });
  const url = new URL(host);
  if (url.protocol === "ssh:") return overSsh(host);
  const secure = certificates !== undefined || url.port === "2376" || url.protocol === "https:";
  return new Docker({
    protocol: secure ? "https" : "http",
    host: url.hostname,
    port: Number(url.port || (secure ? 2376 : 2375)),
    ...(certificates !== undefined && readCertificates(certificates)),
  });
}

/**
 * Not with the client's own SSH: it knows no configuration of the user's, and takes any host key for the
 * right one.
 */
function overSsh(host: string): Dockerode {
  const agent = new SshAgent(sshDestination(host));
  // The name is never looked up; the types know no agent.
  const options: Dockerode.DockerOptions & { agent: SshAgent } = {
    protocol: "http",
    host: "docker",
    port: 80,
    agent,
  };
  return new Docker(options);
}

/** A file that is not there is not needed: an engine may be trusted already, or ask for none. */
function readCertificates(folder: string): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  const files = { ca: "ca.pem", cert: "cert.pem", key: "key.pem" };
  const present = Object.entries(files).filter(([, file]) => existsSync(join(folder, file)));
  return Object.fromEntries(
    present.map(([name, file]) => [name, readFileSync(join(folder, file))]),
  );
}

/** Marks of a stack's containers, networks and volumes. */
export interface StackMarks {
  readonly owner: string;
  readonly stackName: string;
  /** The owner of volumes that this clone took over: the setting ADOPT_VOLUMES_OF. */
  readonly adoptedOwner?: string;
}

export function labelFilter(marks: StackMarks): { label: string[] } {
  return {
    label: [`${labelNames.owner}=${marks.owner}`, `${labelNames.stack}=${marks.stackName}`],
  };
}

/** Runs `action`, taking "no such thing" as done: somebody else was quicker. */
export async function unlessMissing(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}
