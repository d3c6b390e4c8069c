import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { StackError } from "../../infra/stack-error.ts";
import { type DockerHost, findDockerHost } from "./find-docker-host.ts";
import { daemonFolders } from "./system.ts";

export const daemonLog = "/var/log/agent-stack-dockerd.log";

const limitSeconds = 60;

/**
 * Starts `dockerd` by hand, where no service manager does, and waits until the engine answers.
 *
 * The daemon gets a session of its own and outlives us. Without `dockerd` it only waits, for an engine
 * that something else has started.
 *
 * @throws StackError with the end of its log when it dies or does not answer in time.
 */
export async function startDaemon(options: {
  readonly dockerd: string | undefined;
  readonly words?: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}): Promise<DockerHost> {
  const { dockerd, words = [], environment, signal } = options;
  const daemon = dockerd === undefined ? undefined : launch(dockerd, words, environment);
  const deadline = Date.now() + limitSeconds * 1000;
  while (Date.now() < deadline) {
    const host = await findDockerHost({ environment });
    if (host) return host;
    if (daemon?.exitCode !== undefined && daemon.exitCode !== null) {
      throw failed(`dockerd ended with exit code ${daemon.exitCode}.`);
    }
    await delay(200, undefined, { signal });
  }
  throw failed(`The Docker engine did not answer within ${limitSeconds} s.`);
}

function launch(dockerd: string, words: readonly string[], environment: NodeJS.ProcessEnv) {
  const log = openSync(daemonLog, "a");
  const path = [environment["PATH"] ?? "/usr/bin:/bin", ...daemonFolders].join(":");
  const daemon = spawn(dockerd, words, {
    env: { ...environment, PATH: path },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  daemon.unref();
  return daemon;
}

function failed(message: string): StackError {
  return new StackError(message, {
    details: endOfLog(),
    remedy: `Mend what its log names (${daemonLog}), and run this again.`,
  });
}

function endOfLog(): string[] {
  try {
    return readFileSync(daemonLog, "utf8").trimEnd().split("\n").slice(-15);
  } catch {
    return [];
  }
}
