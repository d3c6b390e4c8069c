import type Docker from "dockerode";
import { type ContainerState, isBroken, listContainers } from "../docker/container-state.ts";
import { isMissing, labelFilter, type StackMarks } from "../docker/docker-client.ts";
import {
  brokenResources,
  resourceName,
  resourcesOf,
  resourceTypes,
  type StackState,
  type StateResource,
} from "../pulumi/stack-state.ts";

/** What the world and the state disagree on, before an update. */
export interface Divergence {
  /** Containers to remove: half-made by an interrupted update, or unknown to the state. */
  readonly discard: readonly ContainerState[];
  /** Ids of networks to remove: the state was lost and does not know them. */
  readonly discardNetworks: readonly string[];
  /** The engine must forget creations that never finished. */
  readonly clearPending: boolean;
  /** URNs whose resource is gone: read again, so that the update makes them. */
  readonly missing: readonly string[];
  /** URNs that exist but are wrong: stopped, unhealthy, cut off, or from an image that is gone. */
  readonly replace: readonly string[];
}

/** What there is in the world, by inspection. */
export interface World {
  readonly containers: readonly ContainerState[];
  /** Ids of the networks that have the stack's mark. */
  readonly networks: readonly string[];
  /** Ids and tags of images, names of networks and volumes that exist. */
  readonly exists: (resource: StateResource) => boolean;
}

/**
 * Compares the state with the world; pure.
 *
 * A resource with `initErrors` must never be refreshed while it is still there: that clears its mark,
 * and the next update exits 0 on a broken container.
 */
export function diverge(state: StackState, world: World): Divergence {
  const broken = brokenResources(state);
  const brokenServices = new Set(
    broken
      .filter(({ type }) => type === resourceTypes.container)
      .map(({ urn }) => resourceName(urn)),
  );
  const known = resourcesOf(state, resourceTypes.container).filter(
    ({ urn }) => !brokenServices.has(resourceName(urn)),
  );
  const knownIds = new Set(known.map(({ id }) => id));
  const discard = world.containers.filter(({ id }) => !knownIds.has(id));

  const knownNetworks = resourcesOf(state, resourceTypes.network).map(({ id }) => id);
  const discardNetworks = world.networks.filter((id) => !knownNetworks.includes(id));

  const missing = state.resources.filter(
    (resource) => !broken.includes(resource) && !world.exists(resource),
  );
  const wrong = known.filter(({ id }) => {
    const container = world.containers.find((candidate) => candidate.id === id);
    return container !== undefined && (isBroken(container) || isCutOff(container, state));
  });
  // A script made the base image, and reading it again can't tell that it is gone.
  const [scripted, readable] = partition(missing, ({ type }) => type === resourceTypes.command);
  const gone = missing.map(({ urn }) => urn);
  // What a script did in a volume that is gone has to be done in the new one.
  const undone = resourcesOf(state, resourceTypes.command).filter(
    (script) => !missing.includes(script) && script.dependencies?.some((urn) => gone.includes(urn)),
  );
  return {
    discard,
    discardNetworks,
    clearPending: broken.length > 0,
    missing: readable.map(({ urn }) => urn),
    replace: [...wrong, ...scripted, ...undone].map(({ urn }) => urn),
  };
}

/**
 * True for one that was disconnected from the stack's network by hand. Its health check asks only itself,
 * so Docker may call it healthy for ever.
 */
export function isCutOff({ networks }: ContainerState, state: StackState): boolean {
  const own = resourcesOf(state, resourceTypes.network).map(({ id }) => id);
  return own.length > 0 && !networks.some((id) => own.includes(id));
}

/** True where state and world agree on everything. */
export function isAgreed(divergence: Divergence): boolean {
  const { clearPending, discard, discardNetworks, missing, replace } = divergence;
  return !clearPending && [discard, discardNetworks, missing, replace].every(isEmpty);
}

function isEmpty({ length }: { readonly length: number }): boolean {
  return length === 0;
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

export async function inspectWorld(
  docker: Docker,
  marks: StackMarks,
  state: StackState,
): Promise<World> {
  const containers = await listContainers(docker, marks);
  const networks = await docker.listNetworks({ filters: labelFilter(marks) });
  const present = new Map<string, boolean>();
  await Promise.all(
    state.resources.map(async (resource) => {
      present.set(resource.urn, await isPresent(docker, containers, resource));
    }),
  );
  return {
    containers,
    networks: networks.map(({ Id }) => Id),
    exists: ({ urn }) => present.get(urn) ?? true,
  };
}

async function isPresent(
  docker: Docker,
  containers: readonly ContainerState[],
  resource: StateResource,
): Promise<boolean> {
  const name = textOf(resource.outputs?.["name"]);
  switch (resource.type) {
    case resourceTypes.container:
      return containers.some(({ id }) => id === resource.id);
    case resourceTypes.image:
      return answers(() => docker.getImage(name).inspect());
    case resourceTypes.network:
      return answers(() => docker.getNetwork(resource.id ?? "").inspect());
    case resourceTypes.volume:
      return answers(() => docker.getVolume(name).inspect());
    case resourceTypes.command:
      if (resourceName(resource.urn) !== "base-image") return true;
      return answers(() => docker.getImage(baseTag(resource)).inspect());
    default:
      return true;
  }
}

function baseTag(resource: StateResource): string {
  return textOf((resource.outputs?.["triggers"] as unknown[] | undefined)?.[0]);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

async function answers(question: () => Promise<unknown>): Promise<boolean> {
  try {
    await question();
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
