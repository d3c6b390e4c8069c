import { resourceTypes, type StackState } from "../../cli/pulumi/stack-state.ts";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { containerResource, providerResource, resource } from "./state.ts";

/** The state as an `up` of `desired` leaves it, as far as we read it. */
export function stateAfterUp(desired: DesiredStack): StackState {
  const stack = {
    ...resource(resourceTypes.agentStack, "agent-stack"),
    outputs: JSON.parse(JSON.stringify({ applied: desired.record })) as Record<string, unknown>,
  };
  const containers = desired.specs.map(({ name }) => containerResource(name));
  return { resources: [stack, providerResource(), ...containers], pending: [] };
}
