import type { Activity } from "../output/activity.ts";
import { registryImages } from "../../infra/images/registry-images.ts";
import { StackError } from "../../infra/stack-error.ts";
import { dockerClient } from "../docker/docker-client.ts";
import { requireDockerHost } from "../docker/host/find-docker-host.ts";
import { depsExitCodes } from "../os/exit-codes.ts";
import type { Surroundings } from "../stack/surroundings.ts";
import { checkAudit } from "./check-audit.ts";
import { checkImages } from "./check-images.ts";
import { checkModels } from "./check-models.ts";
import { checkNpm } from "./check-npm.ts";
import { checkPython } from "./check-python.ts";
import { checkToolchain } from "./check-toolchain.ts";
import { type Area, type Dependency, needsWork } from "./dependency.ts";

/**
 * Asks each area's registry, one area after the other.
 *
 * @throws StackError with `depsExitCodes.toolFailure` where a client is missing or pins can't be read.
 */
export async function checkDependencies(
  wanted: readonly Area[],
  surroundings: Surroundings,
): Promise<Dependency[]> {
  const rows: Dependency[] = [];
  for (const area of wanted) {
    surroundings.report({ phase: "prepare", subject: area, status: "running", message: "asking" });
    try {
      const found = await checks[area](surroundings);
      surroundings.report(outcomeOf(area, found));
      rows.push(...found);
    } catch (error) {
      throw surroundings.signal.aborted ? error : asToolFailure(area, error);
    }
  }
  return rows;
}

const checks: Readonly<Record<Area, (surroundings: Surroundings) => Promise<Dependency[]>>> = {
  npm: checkNpm,
  audit: checkAudit,
  images: async ({ environment, signal }) =>
    checkImages(registryImages, { mirrors: await engineMirrors(environment), signal }),
  python: checkPython,
  toolchain: checkToolchain,
  models: (surroundings) => Promise.resolve(checkModels(surroundings)),
};

/** What the Docker engine asks before Docker Hub; nothing where no engine runs. */
async function engineMirrors(environment: NodeJS.ProcessEnv): Promise<string[]> {
  try {
    const docker = dockerClient(await requireDockerHost({ environment }));
    const info = (await docker.info()) as { RegistryConfig?: { Mirrors?: string[] | null } };
    return (info.RegistryConfig?.Mirrors ?? []).map((mirror) => new URL(mirror).origin);
  } catch {
    return [];
  }
}

/** How the check of an area went; what gave no answer gets no tick. */
export function outcomeOf(area: Area, rows: readonly Dependency[]): Activity {
  const work = rows.filter(needsWork).length;
  const silent = rows.filter(({ state }) => state === "unanswered").length;
  const activity = { phase: "prepare", subject: area } as const;
  const updates = `${work} ${work === 1 ? "update" : "updates"} available`;
  if (silent === 0) return { ...activity, status: "done", message: updates };
  if (silent === rows.length) {
    return { ...activity, status: "unchanged", message: "no registry answered" };
  }
  return { ...activity, status: "unchanged", message: `${updates}, ${silent} without an answer` };
}

/** An exit code of 1 would say that runtime dependencies are behind. */
function asToolFailure(area: Area, error: unknown): StackError {
  if (error instanceof StackError && error.exitCode === depsExitCodes.toolFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StackError(`The check of ${area} failed: ${message}`, {
    remedy: `Fix the cause, or leave it out: ./stack deps check --only …; --debug shows more.`,
    exitCode: depsExitCodes.toolFailure,
    cause: error,
  });
}

/** 0 none, 1 runtime, 2 dev, 3 both. */
export function depsExitCodeOf(rows: readonly Dependency[]): number {
  const work = rows.filter(needsWork);
  const runtime = work.some(({ scope }) => scope === "runtime") ? depsExitCodes.runtime : 0;
  const dev = work.some(({ scope }) => scope === "dev") ? depsExitCodes.dev : 0;
  return runtime + dev;
}
