import type { StackOutputs } from "../../infra/program/agent-stack.ts";
import { componentTypes } from "../../infra/program/component-types.ts";
import { damagedStateError } from "./engine-failure.ts";

/** The part of an exported Pulumi state that we read. */
export interface StackState {
  readonly resources: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
  /** Proves a passphrase; undefined where the secrets are not encrypted with one. */
  readonly salt?: string;
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
  /** The URN of the component that it is part of. */
  readonly parent?: string;
  /** URNs of what it was told to follow. */
  readonly dependencies?: readonly string[];
}

export interface PendingOperation {
  readonly type: "creating" | "updating" | "deleting" | "reading";
  readonly resource: StateResource;
}

export const resourceTypes = {
  ...componentTypes,
  container: "docker:index/container:Container",
  image: "docker:index/remoteImage:RemoteImage",
  network: "docker:index/network:Network",
  volume: "docker:index/volume:Volume",
  command: "command:local:Command",
} as const;

interface Deployment {
  readonly secrets_providers?: { readonly state?: { readonly salt?: string } };
  readonly resources?: StateResource[];
  readonly pending_operations?: PendingOperation[];
}

/**
 * Reads the JSON of `pulumi stack export`.
 *
 * @throws StackError where there is none. Even a new stack has a deployment: a file of `{}` has lost it.
 */
export function parseState(json: string): StackState {
  const { deployment } = JSON.parse(json) as { deployment?: Deployment | null };
  return stateOf(deployment);
}

/** A state as the engine writes it into a file. */
interface StateFile {
  readonly version?: unknown;
  readonly checkpoint?: { readonly latest?: Deployment | null };
}

/** The version of state files that is read here. */
const knownVersion = 3;

/**
 * Reads a state file of the local backend without the engine; undefined where it is of another version.
 *
 * @throws where it is damaged or cut short.
 */
export function parseStateFile(json: string): StackState | undefined {
  const file = JSON.parse(json) as StateFile | null;
  const isOther = file?.version !== undefined && file.version !== knownVersion;
  return isOther ? undefined : stateOf(file?.checkpoint?.latest);
}

function stateOf(deployment: Deployment | null | undefined): StackState {
  if (!deployment) throw damagedStateError();
  const salt = deployment.secrets_providers?.state?.salt;
  return {
    resources: deployment.resources ?? [],
    pending: deployment.pending_operations ?? [],
    ...(salt !== undefined && { salt }),
  };
}

export const emptyState: StackState = { resources: [], pending: [] };

/** The last part of a URN: "litellm" of urn:pulumi:dev::agent-stack::…$docker:…:Container::litellm. */
export function resourceName(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

export function resourcesOf(state: StackState, type: string): StateResource[] {
  return state.resources.filter((resource) => resource.type === type);
}

/** What the last finished update said of the stack; undefined before the first, or after `down`. */
export function outputsOf(state: StackState): StackOutputs | undefined {
  const outputs = resourcesOf(state, resourceTypes.agentStack)[0]?.outputs;
  return outputs && "applied" in outputs ? (outputs as unknown as StackOutputs) : undefined;
}

/** Resources that an interrupted or failed update left half-made. */
export function brokenResources(state: StackState): StateResource[] {
  const failed = state.resources.filter((resource) => (resource.initErrors?.length ?? 0) > 0);
  return [...state.pending.map(({ resource }) => resource), ...failed];
}
