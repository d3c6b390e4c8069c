import type { DesiredStack } from "../../infra/desired-stack.ts";
import { listContainers } from "../docker/container-state.ts";
import { newestEvidence } from "./evidence.ts";
import type { Session } from "../stack/session.ts";
import { conditionOf, type Dependency, dependencyChain } from "./dependency-chain.ts";
import { type KnownCause, knownCauses } from "./known-causes.ts";
import { collectSymptoms, type Symptoms } from "./symptoms.ts";

/** Why a service is as it is. */
export interface Explanation {
  readonly service: string;
  /** "healthy", "unhealthy", "starting", "paused", "exited (1)", "missing". */
  readonly condition: string;
  readonly causes: readonly KnownCause[];
  readonly dependencies: readonly Dependency[];
  /** Services that wait for this one. */
  readonly waiting: readonly string[];
  /** Of the container, or of the last one that a failed `up` removed; undefined where neither is. */
  readonly symptoms: Symptoms | undefined;
  /** When the removed container failed; undefined where the symptoms are those of now. */
  readonly keptAt: string | undefined;
}

/** Looks at the container, or at the evidence of the last one that failed, and at what it needs. */
export async function explainService(
  { docker, workspace }: Session,
  desired: DesiredStack,
  service: string,
  tail: number,
): Promise<Explanation> {
  const containers = await listContainers(docker, desired.identity);
  const container = containers.find((candidate) => candidate.service === service);
  const kept = container
    ? undefined
    : newestEvidence(workspace.failures, workspace.stackName, service);
  const symptoms = container
    ? await collectSymptoms(
        docker,
        service,
        await docker.getContainer(container.id).inspect(),
        tail,
      )
    : kept;
  return {
    service,
    condition: conditionOf(container),
    causes: symptoms ? knownCauses(symptoms) : [],
    dependencies: dependencyChain(service, desired.specs, containers),
    waiting: desired.specs
      .filter((spec) => spec.dependsOn.some((name) => name === service))
      .map(({ name }) => name),
    symptoms: symptoms && withoutKeeping(symptoms, tail),
    keptAt: kept?.keptAt,
  };
}

/** The symptoms alone, of evidence that has more. */
function withoutKeeping(symptoms: Symptoms, tail: number): Symptoms {
  const { service, running, paused, restarting, health, exitCode } = symptoms;
  const { outOfMemory, restarts, startError, healthLog } = symptoms;
  const lastLines = tail === 0 ? [] : symptoms.lastLines.slice(-tail);
  return {
    ...{ service, running, paused, restarting, health, exitCode },
    ...{ outOfMemory, restarts, startError, healthLog, lastLines },
  };
}
