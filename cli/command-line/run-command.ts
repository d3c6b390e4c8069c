import { loadNetworkSettings } from "../../infra/load-network-settings.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { useNetwork } from "../os/use-network.ts";
import { workspaceOf } from "../os/workspace.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { contextOf, type Invocation } from "./command-context.ts";
import type { CommandOutput } from "./command-output.ts";
import type { TypedCommand } from "./command-table.ts";
import { endingOnInterrupt } from "./interruption.ts";
import type { ParsedCommand } from "./parser.ts";

/**
 * The frame around every command: the stack's lock, the progress display, the result, and Ctrl-C. A
 * command only says what there is to do and what has come of it.
 *
 * @returns the exit code.
 */
export async function runCommand(
  { options, typed }: ParsedCommand,
  invocation: Invocation,
  output: CommandOutput,
): Promise<number> {
  const { root, environment, signal } = invocation;
  const context = contextOf(typed.name, options, invocation, output);
  const work = async () => {
    await useNetwork(root, await loadNetworkSettings(context), environment);
    signal.throwIfAborted();
    const result = await runLocked(typed, context);
    output.show(typed.name, result);
    await result.after?.();
    if (result.failure) throw result.failure;
    return result.exitCode ?? exitCodes.done;
  };
  try {
    return await endingOnInterrupt(signal, work, {
      onFinishing: (what) => {
        const message = `finishing ${what}; Ctrl-C again ends at once`;
        output.report({ phase: "stack", subject: "interrupted", status: "warning", message });
      },
    });
  } finally {
    output.end();
  }
}

/** Has the stack's lock while a command runs that changes the stack. */
async function runLocked(
  { name, changes, run }: TypedCommand,
  context: CommandContext,
): Promise<CommandResult> {
  if (!changes) return run(context);
  const { lockStack } = await import("../stack/stack-lock.ts");
  const unlock = lockStack(workspaceOf(context.root, context.stackName), name);
  try {
    return await run(context);
  } finally {
    unlock();
  }
}
