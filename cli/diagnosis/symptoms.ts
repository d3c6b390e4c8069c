import type Docker from "dockerode";
import { type ContainerState, toState } from "../docker/container-state.ts";
import { lastEnd } from "../docker/last-end.ts";
import { pastLines } from "../docker/past-lines.ts";
import { withoutSecrets } from "../output/without-secrets.ts";

/** What Docker and the log say of one container; no secret of its environment is in it. */
export interface Symptoms extends Pick<
  ContainerState,
  | "service"
  | "running"
  | "paused"
  | "restarting"
  | "health"
  | "exitCode"
  | "outOfMemory"
  | "restarts"
> {
  /** Why Docker could not start it; empty where it could. */
  readonly startError: string;
  /** Its last health checks, the newest last. */
  readonly healthLog: readonly { readonly exitCode: number; readonly output: string }[];
  /** The last lines of its log. */
  readonly lastLines: readonly string[];
  /** Where it has volumes; unknown in evidence of earlier versions. */
  readonly volumePaths?: readonly string[];
}

export async function collectSymptoms(
  docker: Docker,
  service: string,
  inspected: Docker.ContainerInspectInfo,
  tail: number,
): Promise<Symptoms> {
  const { State, Config, Id, Mounts } = inspected;
  const state = toState(inspected);
  const { running, paused, restarting, health, restarts } = state;
  const { exitCode, outOfMemory } = restarts > 0 ? await endOf(docker, state) : state;
  const lines = await pastLines(docker, Id, service, { tail });
  const symptoms: Symptoms = {
    service,
    running,
    paused,
    restarting,
    health,
    exitCode,
    outOfMemory,
    restarts,
    startError: State.Error,
    healthLog: (State.Health?.Log ?? []).map(({ ExitCode, Output }) => ({
      exitCode: ExitCode,
      output: Output.trim(),
    })),
    lastLines: lines.map(({ text }) => text),
    volumePaths: Mounts.filter(({ Type }) => Type === "volume").map((mount) => mount.Destination),
  };
  return withoutSecrets(symptoms, Config.Env);
}

/** How a container that was started again ended before: its inspection tells it between two starts only. */
async function endOf(docker: Docker, state: ContainerState) {
  const last = await lastEnd(docker, state.id);
  return {
    exitCode: state.running ? (last.exitCode ?? state.exitCode) : state.exitCode,
    outOfMemory: state.outOfMemory || last.outOfMemory,
  };
}
