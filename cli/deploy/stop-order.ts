import { calledToTheEnd } from "../../infra/services/called-to-the-end.ts";
import type { ContainerState } from "../docker/container-state.ts";
import { resourcesOf, resourceTypes, type StackState } from "../pulumi/stack-state.ts";

/** A container that is to be stopped and removed. */
export interface Leaving {
  readonly id: string;
  readonly service: string;
  /** How long it may take to end after its stop signal, before it is killed. */
  readonly graceSeconds: number;
  /** Ids of the containers that still call it while they end: they have to be gone first. */
  readonly after: readonly string[];
}

/** For one that the state has lost: the longest that a service of ours has, but for an agent's streams. */
const usualGraceSeconds = 60;

/** In which order containers may end, by their services alone: nothing else of them has to be known. Pure. */
export function stopOrder(
  containers: readonly Pick<ContainerState, "id" | "service">[],
  state: StackState,
): Leaving[] {
  const callers: Readonly<Record<string, readonly string[]>> = calledToTheEnd;
  const known = resourcesOf(state, resourceTypes.container);
  return containers.map(({ id, service }) => {
    const grace = known.find((resource) => resource.id === id)?.inputs?.["destroyGraceSeconds"];
    return {
      id,
      service,
      graceSeconds: typeof grace === "number" ? grace : usualGraceSeconds,
      after: containers
        .filter((other) => callers[other.service]?.includes(service))
        .map((other) => other.id),
    };
  });
}
