import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { writeFileAtomically } from "./atomic-file.ts";
import { containerLogs } from "./containers/container-logs.ts";
import type { ContainerState } from "./containers/container-state.ts";
import { withoutSecrets } from "./redact.ts";

/** What a failed container left behind, before it is removed. */
export interface Evidence {
  readonly service: string;
  readonly reason: string;
  readonly exitCode: number;
  readonly restarts: number;
  /** The output of its last health checks, the newest last. */
  readonly healthLog: readonly { readonly exitCode: number; readonly output: string }[];
  /** The last lines of its log. */
  readonly lastLines: readonly string[];
  /** Where all this and its inspection are kept. */
  readonly file: string;
}

/**
 * Keeps a container's inspection, health log and last lines under `folder`, with every value of its
 * environment that the stack holds secret taken out.
 */
export async function saveEvidence(
  docker: Docker,
  state: ContainerState,
  reason: string,
  folder: string,
): Promise<Evidence> {
  const inspected = await docker.getContainer(state.id).inspect();
  const lines: string[] = [];
  for await (const line of containerLogs(docker, state.id, { tail: 100 })) lines.push(line);
  const health = inspected.State.Health?.Log ?? [];
  const file = join(
    folder,
    `${new Date().toISOString().replaceAll(":", "")}-${state.service}.json`,
  );
  const evidence: Evidence = {
    service: state.service,
    reason,
    exitCode: state.exitCode,
    restarts: state.restarts,
    healthLog: health.map(({ ExitCode, Output }) => ({
      exitCode: ExitCode,
      output: Output.trim(),
    })),
    lastLines: lines,
    file,
  };
  const kept = withoutSecrets({ ...evidence, inspect: inspected }, inspected.Config.Env);
  mkdirSync(folder, { recursive: true });
  writeFileAtomically(file, `${JSON.stringify(kept, undefined, 2)}\n`, 0o600);
  return withoutSecrets(evidence, inspected.Config.Env);
}
