import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { labelNames } from "../../infra/render-container.ts";
import { writeFileAtomically } from "../os/write-file-atomically.ts";
import { type ContainerState, verdict } from "../docker/container-state.ts";
import { collectSymptoms, type Symptoms } from "./symptoms.ts";
import { listFolder } from "../os/list-folder.ts";
import { readJson } from "../os/read-json.ts";
import { withoutSecrets } from "../output/without-secrets.ts";

/** What a failed container left behind, before it is removed. */
export interface Evidence extends Symptoms {
  readonly reason: string;
  /** When it was kept, as an ISO 8601 time. */
  readonly keptAt: string;
  /** Where all this and its inspection are kept. */
  readonly file: string;
}

/** Evidence as it is in its file. */
interface KeptEvidence extends Evidence {
  readonly inspect: Docker.ContainerInspectInfo;
}

/**
 * Keeps a container's inspection, health log and last lines under `folder`, with every value of its
 * environment that the stack keeps secret taken out.
 *
 * @param reason where Docker's memory of the container gives no better one.
 */
export async function saveEvidence(
  docker: Docker,
  state: ContainerState,
  reason: string,
  folder: string,
): Promise<Evidence> {
  const inspected = await docker.getContainer(state.id).inspect();
  const symptoms = await collectSymptoms(docker, state.service, inspected, 100);
  const keptAt = new Date().toISOString();
  const file = join(folder, `${keptAt.replaceAll(":", "")}-${state.service}.json`);
  const { outOfMemory, exitCode } = symptoms;
  const better = verdict({ ...state, outOfMemory, exitCode });
  const evidence: Evidence = { ...symptoms, reason: better ?? reason, keptAt, file };
  const kept = withoutSecrets({ ...evidence, inspect: inspected }, inspected.Config.Env);
  mkdirSync(folder, { recursive: true });
  writeFileAtomically(file, `${JSON.stringify(kept, undefined, 2)}\n`, 0o600);
  return evidence;
}

function isKept(value: unknown): value is KeptEvidence {
  return typeof value === "object" && value !== null && "inspect" in value && "service" in value;
}

/** The newest evidence of a service of the stack; undefined where none was kept. */
export function newestEvidence(
  folder: string,
  stackName: string,
  service: string,
): Evidence | undefined {
  // Their names begin with the time, so the order of names is the order of time.
  const names = listFolder(folder).filter((name) => name.endsWith(`-${service}.json`));
  for (const name of names.sort().reverse()) {
    const kept = readJson(join(folder, name));
    // A file that was cut short is not evidence; an older one may be.
    if (!isKept(kept)) continue;
    const { inspect, ...evidence } = kept;
    const isOurs = inspect.Config.Labels[labelNames.stack] === stackName;
    if (isOurs && evidence.service === service) return evidence;
  }
  return undefined;
}
