import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import type { Report } from "../output/activity.ts";
import { buildStep } from "../docker/build-log.ts";
import { lastLines } from "../docker/container-logs.ts";
import { type ContainerState, listContainers, verdict } from "../docker/container-state.ts";
import type { StackMarks } from "../docker/docker-client.ts";
import { removeContainer } from "../docker/remove-container.ts";
import { spoken } from "../pulumi/engine-events.ts";
import { type Evidence, saveEvidence } from "../diagnosis/evidence.ts";
import type { Workspace } from "../os/workspace.ts";

/** A container that can't become healthy any more, and what it left behind. */
export interface Failure {
  readonly service: string;
  readonly reason: string;
  readonly evidence: Evidence;
}

/** What an update is busy with, by subject; the watch says how each is doing. */
export interface WorkInProgress {
  /** Services that the engine waits for, and since when (milliseconds). */
  readonly services: ReadonlyMap<string, number>;
  readonly images: ReadonlyMap<string, number>;
}

export interface UpdateWatch {
  readonly failures: readonly Failure[];
  /** Removes what the engine waits for, which ends its wait at once; a failure only prolongs that. */
  readonly releaseWaiting: () => Promise<void>;
  /** Ends the watch and waits for its last round. */
  readonly stop: () => Promise<void>;
}

const pollMilliseconds = 500;
const reportEveryMilliseconds = 1000;

/**
 * Watches the stack's containers beside the engine, which would sit out its whole wait on a container
 * that Docker has given up on, and then not say why.
 */
export function watchUpdate(options: {
  docker: Docker;
  marks: StackMarks;
  workspace: Workspace;
  work: WorkInProgress;
  /** Ids of the containers before the update: what they went through says nothing of what will run. */
  before: readonly string[];
  report: Report;
}): UpdateWatch {
  const { docker, marks, workspace, work, before, report } = options;
  const failures: Failure[] = [];
  const stopped = new AbortController();
  let lastReport = 0;
  let released = false;

  const round = async (): Promise<void> => {
    const states = work.services.size > 0 ? await listContainers(docker, marks) : [];
    const begun = states.filter(({ id }) => !before.includes(id));
    for (const state of begun.filter(({ service }) => work.services.has(service))) {
      const seen = verdict(state);
      if (seen === undefined || failures.some(({ service }) => service === state.service)) continue;
      const evidence = await saveEvidence(docker, state, seen, workspace.failures);
      const { reason } = evidence;
      failures.push({ service: state.service, reason, evidence });
      report({ phase: "services", subject: state.service, status: "failed", message: reason });
      await removeContainer(docker, state.id);
    }
    if (Date.now() - lastReport < reportEveryMilliseconds) return;
    lastReport = Date.now();
    const said = await wordsOfPreparations(docker, states, work);
    const leaving = states.filter(({ id }) => before.includes(id)).map(({ service }) => service);
    reportProgress({ begun, leaving, said, released }, work, workspace, report);
  };

  const loop = (async () => {
    while (!stopped.signal.aborted) {
      // The engine's own failure says more than a daemon that went away in the middle.
      await round().catch(() => undefined);
      await delay(pollMilliseconds, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();

  return {
    failures,
    releaseWaiting: async () => {
      released = true;
      const states = await listContainers(docker, marks).catch(() => []);
      const release = async ({ id, service }: ContainerState): Promise<void> => {
        if (work.services.has(service)) await removeContainer(docker, id);
        // Its own process may be ending at this moment, and Docker removes it by itself.
        else if (work.services.has(spoken(service))) await docker.getContainer(id).stop({ t: 5 });
      };
      await Promise.allSettled(states.map(release));
    },
    stop: async () => {
      stopped.abort();
      await loop;
    },
  };
}

/** What each preparation that runs now said last, by its subject. */
async function wordsOfPreparations(
  docker: Docker,
  states: readonly ContainerState[],
  { services }: WorkInProgress,
): Promise<ReadonlyMap<string, string>> {
  const said = new Map<string, string>();
  for (const { id, service, running } of states) {
    const subject = spoken(service);
    if (!running || services.has(service) || !services.has(subject)) continue;
    for (const line of await lastLines(docker, id, { tail: 1 })) said.set(subject, line);
  }
  return said;
}

/** What a round has seen. */
interface Sight {
  readonly begun: readonly ContainerState[];
  /** Services whose container is still that of before. */
  readonly leaving: readonly string[];
  readonly said: ReadonlyMap<string, string>;
  /** True once what is waited for is being removed, after Ctrl-C. */
  readonly released: boolean;
}

function reportProgress(
  { begun, leaving, said, released }: Sight,
  work: WorkInProgress,
  workspace: Workspace,
  report: Report,
): void {
  for (const [service, since] of work.services) {
    const state = begun.find((candidate) => candidate.service === service);
    const isEnding = released || (!state && leaving.includes(service));
    const waiting = isEnding ? "stopping" : waitingFor(state);
    report({
      phase: "services",
      subject: service,
      status: "running",
      message: `${said.get(service) ?? waiting}, ${seconds(since)}`,
    });
  }
  for (const [image, since] of work.images) {
    const step = buildStep(workspace.logs, image);
    report({
      phase: "images",
      subject: image,
      status: "running",
      message: `${step ?? "building"}, ${seconds(since)}`,
    });
  }
}

function waitingFor(state: ContainerState | undefined): string {
  if (!state) return "creating";
  if (!state.running)
    return state.restarts > 0 ? `restarting after exit ${state.exitCode}` : "starting";
  return state.health === "healthy" ? "healthy" : "waiting for its health check";
}

function seconds(since: number): string {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}
