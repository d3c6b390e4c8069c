import type { DesiredStack } from "../../infra/desired-stack.ts";
import { StackError } from "../../infra/stack-error.ts";
import { fromClone, type Workspace } from "../os/workspace.ts";
import type { Unhealthy } from "../stack/health-gate.ts";
import type { Session } from "../stack/session.ts";
import { type Evidence, saveEvidence } from "./evidence.ts";
import { knownCauses } from "./known-causes.ts";

/** Why a service failed, from what its container left behind. */
export function serviceError(
  evidence: Evidence,
  desired: DesiredStack,
  workspace: Workspace,
  cause: unknown,
): StackError {
  const { service, reason, healthLog, lastLines, file } = evidence;
  const dependents = desired.specs.filter(({ dependsOn }) =>
    dependsOn.some((name) => name === service),
  );
  const [known] = knownCauses(evidence);
  const probes = healthLog.slice(-2).map(({ exitCode, output }) => {
    return `health check: exit ${exitCode}${output === "" ? "" : `, ${oneLine(output)}`}`;
  });
  return new StackError(`${service} ${reason}.`, {
    details: [
      ...(known ? [known.cause] : []),
      ...probes,
      ...lastLines.slice(-15).map((line) => `${service} | ${line}`),
      ...(dependents.length > 0
        ? [`needed by: ${dependents.map(({ name }) => name).join(", ")}`]
        : []),
    ],
    remedy: `${known?.remedy ?? "Fix the cause above and run ./stack up again."} All that it left behind: ${fromClone(file, workspace)}`,
    cause,
  });
}

/** The engine was content and Docker is not: the second opinion counts. */
export async function gateError(
  { docker, workspace }: Session,
  desired: DesiredStack,
  unhealthy: readonly Unhealthy[],
): Promise<StackError> {
  const [first] = unhealthy;
  if (!first?.state) {
    const names = unhealthy.map(({ service }) => service).join(", ");
    return new StackError(`Not running after the update: ${names}.`, {
      remedy: "Run ./stack up again; it starts what is missing.",
    });
  }
  const { running, paused, health } = first.state;
  const reason = paused ? "is paused" : running ? `is ${health}` : "is not running";
  const evidence = await saveEvidence(docker, first.state, reason, workspace.failures);
  return serviceError(evidence, desired, workspace, undefined);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, 160);
}
