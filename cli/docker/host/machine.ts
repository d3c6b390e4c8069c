import { type Daemon, runningDaemon, startDaemon } from "./daemon.ts";
import { type DockerHost, findDockerHost } from "./find-docker-host.ts";
import { type RunCommand, runCommand } from "./run-command.ts";
import type { System } from "./start-plan.ts";
import { thisSystem } from "./system.ts";

/** What getting an engine needs of the machine. */
export interface Machine {
  find(): Promise<DockerHost | undefined>;
  system(): System;
  readonly run: RunCommand;
  /** Whether a dockerd runs, answering or not. */
  daemonRuns(): boolean;
  startDaemon(dockerd: string): Daemon;
}

// dockerd's own default; /var/log is where an administrator looks for a daemon's words.
const pidFile = "/var/run/docker.pid";
export const daemonLog = "/var/log/agent-stack-dockerd.log";

export function thisMachine(environment: NodeJS.ProcessEnv): Machine {
  return {
    find: () => findDockerHost({ environment }),
    system: () => thisSystem(environment),
    run: runCommand,
    daemonRuns: () => runningDaemon(pidFile) !== undefined,
    startDaemon: (dockerd) => startDaemon({ dockerd, words: [], log: daemonLog }, environment),
  };
}
