import type { StackState, StateResource } from "./stack-state.ts";

/** The address of the Docker engine that an engine of Pulumi's is to work with. */
export function engineAddress(environment: NodeJS.ProcessEnv): string {
  return environment["DOCKER_HOST"] ?? "";
}

/** The address of the Docker engine that the state describes; undefined where it names none. */
export function recordedAddress(state: StackState): string | undefined {
  const host = state.resources.find(isOurProvider)?.inputs?.["host"];
  return typeof host === "string" ? host : undefined;
}

/** Not the default provider of stacks that were made before there was an explicit one. */
function isOurProvider({ type, urn }: StateResource): boolean {
  return type === "pulumi:providers:docker" && urn.endsWith("::docker");
}

/** An exported state, with another address of the Docker engine. Secrets stay encrypted; pure. */
export function withAddress(exported: string, host: string): string {
  const state = JSON.parse(exported) as { deployment?: { resources?: StateResource[] } };
  const resources = state.deployment?.resources?.map((resource) =>
    isOurProvider(resource)
      ? {
          ...resource,
          inputs: { ...resource.inputs, host },
          outputs: { ...resource.outputs, host },
        }
      : resource,
  );
  return JSON.stringify({ ...state, deployment: { ...state.deployment, resources } });
}
