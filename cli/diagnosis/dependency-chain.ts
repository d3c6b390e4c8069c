import { type ContainerState, isHealthy } from "../docker/container-state.ts";

/** A service that another one needs, directly or not. */
export interface Dependency {
  readonly service: string;
  readonly healthy: boolean;
  /** "healthy", "unhealthy", "starting", "paused", "exited (1)", "missing". */
  readonly condition: string;
  /** Who in the chain needs it. */
  readonly neededBy: readonly string[];
}

interface Node {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** All that `service` waits for, what must be up first standing first. */
export function dependencyChain(
  service: string,
  nodes: readonly Node[],
  containers: readonly ContainerState[],
): Dependency[] {
  const needed = withAllNeeds(service, nodes);
  // `nodes` are in start order already.
  return nodes
    .filter(({ name }) => name !== service && needed.has(name))
    .map(({ name }) => {
      const container = containers.find((candidate) => candidate.service === name);
      const neededBy = nodes
        .filter((node) => needed.has(node.name) && node.dependsOn.includes(name))
        .map((node) => node.name);
      const healthy = isHealthy(container);
      return { service: name, healthy, condition: conditionOf(container), neededBy };
    });
}

function withAllNeeds(service: string, nodes: readonly Node[]): Set<string> {
  const needed = new Set<string>();
  const visit = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    nodes.find((node) => node.name === name)?.dependsOn.forEach(visit);
  };
  visit(service);
  return needed;
}

/** A container's condition in a word or two. */
export function conditionOf(container: ContainerState | undefined): string {
  if (!container) return "missing";
  if (!container.running) return `exited (${container.exitCode})`;
  if (container.paused) return "paused";
  return container.health === "none" ? "running" : container.health;
}
