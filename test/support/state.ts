import type { ContainerState } from "../../cli/docker/container-state.ts";
import {
  resourceTypes,
  type StackState,
  type StateResource,
} from "../../cli/pulumi/stack-state.ts";

export function urn(type: string, name: string): string {
  return `urn:pulumi:test::agent-stack::${type}::${name}`;
}

export function resource(type: string, name: string, id = `id-of-${name}`): StateResource {
  return { urn: urn(type, name), type, id, outputs: { name } };
}

export function containerResource(service: string): StateResource {
  return resource(resourceTypes.container, service);
}

/** The Docker provider, for the engine at `host`. */
export function providerResource(host = "unix:///var/run/docker.sock"): StateResource {
  return { ...resource("pulumi:providers:docker", "docker"), inputs: { host } };
}

export function stateOf(...resources: StateResource[]): StackState {
  return { resources, pending: [] };
}

/** A healthy container of a service, with `differences` on top. */
export function container(
  service: string,
  differences: Partial<ContainerState> = {},
): ContainerState {
  return {
    id: `id-of-${service}`,
    name: `agent-stack-test-${service}`,
    service,
    running: true,
    paused: false,
    restarting: false,
    health: "healthy",
    exitCode: 0,
    outOfMemory: false,
    restarts: 0,
    startedAt: "2026-01-01T00:00:00Z",
    image: "agent-stack/x:1",
    imageId: "sha256:1",
    ports: [],
    networks: ["id-of-network"],
    ...differences,
  };
}
