import type { KeptImages, KeptResource } from "../../infra/image-plan.ts";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { StackError } from "../../infra/stack-error.ts";
import { bringUp } from "./bring-up.ts";
import type { BringUpOptions } from "./bring-up-options.ts";
import { isHealthy } from "../docker/container-state.ts";
import { isMissing } from "../docker/docker-client.ts";
import { diverge, inspectWorld, isAgreed } from "../stack/divergence.ts";
import type { Session } from "../stack/session.ts";
import {
  outputsOf,
  resourceName,
  resourcesOf,
  resourceTypes,
  type StackState,
} from "../pulumi/stack-state.ts";
import type { Target } from "../history/choose-target.ts";
import type { GoodStack, Standing } from "../history/good-stack.ts";
import { endUp, isUpUnfinished } from "../history/history-files.ts";
import { openHistory } from "../history/open-history.ts";

export async function standingOf(
  { docker, workspace }: Session,
  state: StackState,
  marks: { owner: string; stackName: string },
): Promise<Standing> {
  const applied = outputsOf(state)?.applied;
  const world = await inspectWorld(docker, marks, state);
  const agreed = isAgreed(diverge(state, world));
  const serving = Object.keys(applied?.services ?? {}).every((name) =>
    isHealthy(world.containers.find(({ service }) => service === name)),
  );
  return { applied, healthy: agreed && serving, unfinished: isUpUnfinished(workspace) };
}

/**
 * Brings a good stack back, through the same update and health gate as `up`.
 *
 * Containers come from the very images they had; nothing is built. Data is not rolled back.
 */
export async function rollBack(
  session: Session,
  state: StackState,
  { good, leaves }: Target,
  options: Pick<BringUpOptions, "report" | "signal">,
): Promise<"unchanged" | "updated"> {
  await requireImages(session, good);
  const images: KeptImages = { kept: good.images, resources: keptResources(state, good) };
  const desired: DesiredStack = { ...good.stack, preparations: [], images };
  const outcome = await bringUp(session, desired, {
    build: false,
    again: "./stack rollback",
    ...options,
  });
  const history = openHistory(session);
  if (leaves) history.forget(leaves);
  history.markBroughtBack(good);
  endUp(session.workspace);
  return outcome;
}

/**
 * Images, and what their volumes were prepared by: for a stack that was good, that is done. Each once: of
 * an image that a failed update was replacing, the state has the old one too.
 */
export function keptResources(
  state: StackState,
  { stack }: Pick<GoodStack, "stack">,
): KeptImages["resources"] {
  const kept = (type: string): KeptResource[] => {
    const byName = resourcesOf(state, type).map(({ urn, parent }): [string, KeptResource] => {
      const name = resourceName(urn);
      return [
        name,
        { name, isCommand: type === resourceTypes.command, service: serviceOf(parent) },
      ];
    });
    return [...new Map(byName).values()];
  };
  const prepared = stack.specs.flatMap(({ preparation }) => preparation?.name ?? []);
  const scripts = ["base-image", ...prepared];
  return [
    ...kept(resourceTypes.image),
    ...kept(resourceTypes.command).filter(({ name }) => scripts.includes(name)),
  ];
}

function serviceOf(parent: string | undefined): string | undefined {
  return parent?.includes(`${resourceTypes.service}::`) ? resourceName(parent) : undefined;
}

async function requireImages(
  { docker }: Session,
  { at, images, commit }: GoodStack,
): Promise<void> {
  const gone: string[] = [];
  for (const [service, image] of Object.entries(images)) {
    try {
      await docker.getImage(image).inspect();
    } catch (error) {
      if (!isMissing(error)) throw error;
      gone.push(service);
    }
  }
  if (gone.length === 0) return;
  const commitText = commit === undefined ? "its commit" : `the commit ${commit}`;
  throw new StackError(`Images of the stack of ${at} are gone: ${gone.join(", ")}.`, {
    remedy: `Check out ${commitText} and run ./stack up: it makes them again.`,
  });
}
