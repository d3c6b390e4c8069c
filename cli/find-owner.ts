import { ownerMark } from "../infra/applied-record.ts";
import { loadSettings } from "../infra/settings-sources.ts";
import { StackError } from "../infra/stack-error.ts";
import { ownerOf } from "./running-stack.ts";
import type { Surroundings } from "./session.ts";
import { outputsOf, type StackState } from "./stack-state.ts";
import { readStackSettings } from "./stack-settings-file.ts";

/**
 * The mark of what belongs to this clone's stack, from its outputs, else from its settings: `down`
 * must work where the settings are lost, and where no `up` ever finished.
 */
export function findOwner(surroundings: Surroundings, state: StackState): string {
  const outputs = outputsOf(state);
  if (outputs) return ownerOf(outputs);
  const { root, stackName, environment } = surroundings;
  const { plain } = readStackSettings(root, stackName);
  try {
    const { settings } = loadSettings({
      root,
      stackName,
      environment,
      pulumiConfig: (name) => plain[name],
    });
    return ownerMark(settings.STACK_RECORD_KEY);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    // No record key was ever made: nothing in Docker can bear this stack's mark.
    return "";
  }
}
