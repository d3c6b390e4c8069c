import type Docker from "dockerode";
import { type ContainerState, toState } from "../containers/container-state.ts";
import { containerLogs } from "../containers/container-logs.ts";
import { withoutSecrets } from "../redact.ts";

/** What Docker and the log say of one container; no secret of its environment is in it. */
export interface Symptoms extends Pick<
  ContainerState,
  "service" | "running" | "health" | "exitCode" | "outOfMemory" | "restarts"
> {
  /** Why Docker could not start it; empty where it could. */
  readonly startError: string;
  /** Its last health checks, the newest last. */
  readonly healthLog: readonly { readonly exitCode: number; readonly output: string }[];
  /** The last lines of its log. */
  readonly lastLines: readonly string[];
}

export async function collectSymptoms(
  docker: Docker,
  service: string,
  inspected: Docker.ContainerInspectInfo,
  tail: number,
): Promise<Symptoms> {
  const { State, Config, Id } = inspected;
  const { running, health, exitCode, outOfMemory, restarts } = toState(inspected);
  const lastLines: string[] = [];
  for await (const line of containerLogs(docker, Id, { tail })) lastLines.push(line);
  const symptoms: Symptoms = {
    service,
    running,
    health,
    exitCode,
    outOfMemory,
    restarts,
    startError: State.Error,
    healthLog: (State.Health?.Log ?? []).map(({ ExitCode, Output }) => ({
      exitCode: ExitCode,
      output: Output.trim(),
    })),
    lastLines,
  };
  return withoutSecrets(symptoms, Config.Env);
}
