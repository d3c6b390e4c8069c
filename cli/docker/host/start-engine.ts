import { StackError } from "../../../infra/stack-error.ts";
import type { Daemon } from "./daemon.ts";
import type { DockerHost } from "./find-docker-host.ts";
import { daemonLog, type Machine } from "./machine.ts";
import { poll } from "../../os/poll.ts";
import type { Progress } from "./progress.ts";

export interface StartOptions {
  readonly machine: Machine;
  readonly environment: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** How long the engine may take until it answers, in milliseconds. */
  readonly limitMs: number;
}

const pollMs = 250;
/** An engine without containers answers long before. */
const slowMs = 15_000;
const serviceLines = 15;

/** `systemctl start docker`; nothing happens to one that runs already. */
export async function startService(options: StartOptions): Promise<DockerHost> {
  const { machine, environment, progress, signal } = options;
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  progress.say("starting with systemctl");
  const words = ["start", "docker"];
  const code = await machine.run("systemctl", words, { environment, signal, onLine });
  if (code !== 0) {
    throw new StackError("systemd could not start Docker.", {
      remedy: "See `journalctl -u docker -n 50`, then run `systemctl start docker`.",
      details: lines.slice(-serviceLines),
    });
  }
  return untilItAnswers(options);
}

/** Starts dockerd by hand, or waits for one that has been started but does not answer yet. */
export async function startByHand(options: StartOptions, dockerd: string): Promise<DockerHost> {
  const { machine, progress } = options;
  if (machine.daemonRuns()) {
    progress.say("waiting for the dockerd that runs already");
    return untilItAnswers(options);
  }
  progress.say(`starting dockerd, which writes to ${daemonLog}`);
  return untilItAnswers(options, machine.startDaemon(dockerd));
}

/** @throws StackError with the end of the daemon's log when it dies or takes too long. */
export async function untilItAnswers(
  { machine, progress, signal, limitMs }: StartOptions,
  daemon?: Daemon,
): Promise<DockerHost> {
  const began = Date.now();
  let reason: unknown;
  const look = async (): Promise<DockerHost | undefined> => {
    const ended = daemon?.ended();
    if (ended !== undefined) throw died(ended, daemon?.lastLines() ?? []);
    try {
      return await machine.find();
    } catch (error) {
      // A daemon that is still starting takes connections before it can answer them.
      reason = error;
    }
    if (Date.now() - began >= slowMs) {
      progress.say("waiting for Docker, which may be bringing back the containers that ran before");
    }
    return undefined;
  };
  const host = await poll(look, {
    every: pollMs,
    within: limitMs,
    until: (found) => found !== undefined,
    signal,
  });
  if (host) return host;
  throw tooSlow(limitMs, reason, daemon?.lastLines() ?? []);
}

function died(how: string, details: readonly string[]): StackError {
  return new StackError(`The Docker engine ${how}.`, {
    remedy:
      `Fix what the end of ${daemonLog} names, then run this again. In a container or a ` +
      "restricted machine the engine may not be allowed to run at all: set DOCKER_HOST to another.",
    details,
  });
}

function tooSlow(limitMs: number, cause: unknown, details: readonly string[]): StackError {
  return new StackError(`The Docker engine does not answer within ${limitMs / 60_000} min.`, {
    remedy: "It may need longer: see whether `docker info` works, then run this again.",
    cause,
    details,
  });
}
