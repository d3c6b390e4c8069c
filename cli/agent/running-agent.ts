import { StackError } from "../../infra/stack-error.ts";
import type { ContainerState } from "../docker/container-state.ts";
import type { RunningStack } from "../stack/running-stack.ts";

/**
 * The container in which the agent's maintenance commands run: beside its stores, with their keys.
 *
 * @throws StackError where it does not run.
 */
export function runningAgent({ containers }: RunningStack): ContainerState {
  const agent = containers.find(({ service, running }) => service === "agent" && running);
  if (agent) return agent;
  throw new StackError("The agent is not running; it alone knows its schema.", {
    remedy: "Start it: ./stack up",
  });
}
