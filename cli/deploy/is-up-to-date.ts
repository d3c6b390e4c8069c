import { isDeepStrictEqual } from "node:util";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { imageName } from "../../infra/image-plan.ts";
import { isHealthy } from "../docker/container-state.ts";
import { recordedAddress } from "../pulumi/engine-address.ts";
import { type Divergence, isAgreed, type World } from "../stack/divergence.ts";
import {
  outputsOf,
  resourceName,
  resourcesOf,
  resourceTypes,
  type StackState,
} from "../pulumi/stack-state.ts";

/**
 * True when the applied record equals what is wanted and the world equals the state: an update would
 * find nothing to do, so the engine need not run (it takes three seconds to say so).
 */
export function isUpToDate(
  desired: DesiredStack,
  state: StackState,
  world: World,
  divergence: Divergence,
): boolean {
  const outputs = outputsOf(state);
  if (!outputs) return false;
  return (
    isAgreed(divergence) &&
    // One of before the explicit provider gets it.
    recordedAddress(state) !== undefined &&
    isDeepStrictEqual(outputs.applied, plain(desired.record)) &&
    hasImagesOf(desired, state) &&
    desired.specs.every(({ name }) =>
      isHealthy(world.containers.find(({ service }) => service === name)),
    )
  );
}

/**
 * False where the state has another image than the one that is wanted: after a rollback from an
 * image that is bad, the containers agree with the tree before the state's images do.
 */
function hasImagesOf({ images }: DesiredStack, state: StackState): boolean {
  if ("kept" in images) return true;
  const wanted = new Map(
    [...images.services, ...images.preparations].map(([name, image]) => [
      `image-${name}`,
      imageName(image),
    ]),
  );
  return resourcesOf(state, resourceTypes.image).every(({ urn, outputs }) => {
    const name = wanted.get(resourceName(urn));
    return name === undefined || name === outputs?.["name"];
  });
}

/** As it comes out of the state: JSON knows no undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
