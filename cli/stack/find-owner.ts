import { ownerMark } from "../../infra/applied-record.ts";
import { StackError } from "../../infra/stack-error.ts";
import { ownerOf } from "./running-stack.ts";
import type { Session } from "./session.ts";
import { outputsOf, type StackState } from "../pulumi/stack-state.ts";

/**
 * The mark of what belongs to this clone's stack, from its outputs, else from its settings: `down`
 * must work where the settings are lost, and where no `up` ever finished.
 */
export async function findOwner(session: Session, state: StackState): Promise<string> {
  const outputs = outputsOf(state);
  if (outputs) return ownerOf(outputs);
  try {
    const { settings } = await session.settings();
    return ownerMark(settings.STACK_RECORD_KEY);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    // No record key was ever made: nothing in Docker can have this stack's mark.
    return "";
  }
}
