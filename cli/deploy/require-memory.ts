import type Docker from "dockerode";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { isPulled } from "../../infra/image-plan.ts";
import type { ServiceSpec } from "../../infra/service.ts";
import { StackError } from "../../infra/stack-error.ts";
import type { Report } from "../output/activity.ts";
import { gibibyte, mebibyte, memorySize } from "../output/memory-size.ts";

/** What the engine has for all containers, and what a stack usually takes of it, in bytes. */
export interface MemoryRoom {
  /** The virtual machine's, where Docker is in one. */
  readonly total: number;
  readonly needed: number;
  /** How much of it is the local model's, where a published image serves it: that can be saved. */
  readonly savable: number;
}

export interface MemoryShortage {
  /** True where some service would be killed because there is too little memory before all of them are up. */
  readonly hopeless: boolean;
  readonly what: string;
  readonly remedy: string;
}

/** For the engine itself, its kernel and a build or two. */
const besides = 0.5 * gibibyte;

/** Undefined where there is room. The figures are not exact, so that a little less is only a warning. */
export function memoryShortage({ total, needed, savable }: MemoryRoom): MemoryShortage | undefined {
  if (total >= needed + besides) return undefined;
  const save =
    savable > 0
      ? ` The local model takes ${memorySize(savable)} of it: choose a smaller one in LOCAL_MODEL, or ` +
        "let a provider answer alone (OPENROUTER_API_KEY and FALLBACK_MODEL=none)."
      : "";
  return {
    hopeless: total < 0.75 * needed,
    what: `The services use about ${memorySize(needed)} of memory, and Docker has ${memorySize(total)}.`,
    remedy:
      "Give Docker more: in Docker Desktop under Settings, Resources; with Colima by " +
      `\`colima start --memory 8\`.${save}`,
  };
}

export function memoryRoom(total: number, specs: readonly ServiceSpec[]): MemoryRoom {
  const bytes = (some: readonly ServiceSpec[]) =>
    some.reduce((sum, { usualMegabytes }) => sum + usualMegabytes, 0) * mebibyte;
  const model = specs.filter(({ name, image }) => name === "model" && isPulled(image));
  return { total, needed: bytes(specs), savable: bytes(model) };
}

/**
 * Says before anything is pulled, built or started that memory will not be enough.
 *
 * @throws StackError where it can't work.
 */
export async function requireMemory(
  docker: Pick<Docker, "info">,
  { specs }: Pick<DesiredStack, "specs">,
  report: Report,
): Promise<void> {
  const { MemTotal } = (await docker.info()) as { MemTotal: number };
  const shortage = memoryShortage(memoryRoom(MemTotal, specs));
  if (!shortage) return;
  const { hopeless, what, remedy } = shortage;
  if (hopeless) throw new StackError(what, { remedy });
  report({ phase: "prepare", subject: "memory", status: "warning", message: `${what} ${remedy}` });
}
