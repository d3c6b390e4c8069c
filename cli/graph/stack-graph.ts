import type { DesiredStack } from "../../infra/desired-stack.ts";
import { volumeKey } from "../../infra/render-container.ts";

/** The stack as a drawing knows it: who needs whom, what is published, and where data is. */
export interface StackGraph {
  readonly services: readonly GraphService[];
  readonly dependencies: readonly Dependency[];
}

export interface GraphService {
  readonly name: string;
  readonly summary: string;
  /** 0 is needed by nobody; each service is in a later layer than all that need it. */
  readonly layer: number;
  /** "127.0.0.1:8000". */
  readonly published: readonly string[];
  /** Short names of its volumes. */
  readonly volumes: readonly string[];
}

export interface Dependency {
  readonly from: string;
  readonly to: string;
}

export function stackGraph({ specs, containers }: DesiredStack): StackGraph {
  const dependencies = specs
    .flatMap(({ name, dependsOn }) => dependsOn.map((to) => ({ from: name, to })))
    .sort((a, b) => compare(`${a.from} ${a.to}`, `${b.from} ${b.to}`));
  const services = specs
    .map(({ name, summary, mounts }): GraphService => {
      const ports = containers.find(({ service }) => service === name)?.args.ports ?? [];
      return {
        name,
        summary,
        layer: layerOf(name, dependencies),
        published: ports.map(({ ip, external }) => `${ip as string}:${external as number}`),
        volumes: mounts.map(volumeKey),
      };
    })
    .sort((a, b) => a.layer - b.layer || compare(a.name, b.name));
  return { services, dependencies };
}

/** The longest way down to `name`; the program has refused cycles before. */
function layerOf(name: string, dependencies: readonly Dependency[]): number {
  const users = dependencies.filter(({ to }) => to === name);
  return Math.max(0, ...users.map(({ from }) => layerOf(from, dependencies) + 1));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
