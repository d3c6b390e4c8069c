import { StackError } from "../../infra/stack-error.ts";
import type { CommandContext } from "../command-line/command.ts";
import type { PortMove } from "./move-ports.ts";

/**
 * Asks a person whether services may move to the free ports that `plan` finds.
 *
 * @returns false where the answer is no, no person can be asked, or there is nowhere to move to.
 */
export async function offerMoves(
  { interactive, announce, offer }: Pick<CommandContext, "interactive" | "announce" | "offer">,
  plan: () => Promise<readonly PortMove[]>,
): Promise<boolean> {
  if (!interactive) return false;
  const [first, ...others] = await plan().catch(nowhere);
  if (!first) return false;
  if (others.length === 0) return offer(`${describe(first)} Move it to ${first.to}?`);
  const lines = [first, ...others].map((move) => `${describe(move)} ${move.to} is free.`);
  announce(lines.join("\n"));
  return offer("Move them?");
}

function describe({ service, from, because }: PortMove): string {
  return `Port ${from} (${service}) is ${because}.`;
}

/** What is wrong with the ports is an error already, and better said there. */
function nowhere(error: unknown): readonly PortMove[] {
  if (error instanceof StackError) return [];
  throw error;
}
