import { basename, relative } from "node:path";
import type { Argv } from "yargs";
import { StackError } from "../../infra/stack-error.ts";
import type { CommandContext, GlobalOptions } from "../command-line/command.ts";
import { exitCodes } from "../os/exit-codes.ts";

export function withSafetyOption<Options extends GlobalOptions>(parser: Argv<Options>) {
  return parser.option("safety", {
    type: "boolean",
    default: true,
    describe: "Save the present data first; --no-safety for data that is broken beyond saving",
  });
}

/**
 * Asks before data is replaced. Without a safety set there is no way back: that wants the stack's name.
 *
 * @throws StackError where the answer is no, or there is no terminal to ask on and no --yes.
 */
export async function confirmRestore(
  context: CommandContext,
  request: { readonly path: string; readonly safety: boolean },
): Promise<void> {
  const { path, safety } = request;
  const { command, stackName, root } = context;
  if (await (safety ? confirmReplacing(context, path) : confirmWithoutSafety(context))) return;
  if (context.interactive) {
    throw new StackError("Nothing was restored.", {
      remedy: safety
        ? "Say yes when asked, or pass --yes."
        : `Type the stack's name (${stackName}) when asked, or pass --yes.`,
    });
  }
  const again = `./stack ${command} ${relative(root, path)}${safety ? "" : " --no-safety"} --yes`;
  throw new StackError("A restore replaces data, and there is no terminal to ask on.", {
    remedy: `Say yes on the command line: ${again}`,
    exitCode: exitCodes.usage,
  });
}

function confirmReplacing(context: CommandContext, path: string): Promise<boolean> {
  const { stackName } = context;
  return context.confirm(
    `This replaces the data of the stack ${stackName} by that of ${basename(path)}; ` +
      "the present data is saved first. Go on?",
  );
}

function confirmWithoutSafety(context: CommandContext): Promise<boolean> {
  context.announce("Without a safety set, the present data is lost for good where it is replaced.");
  return context.confirmByName(context.stackName);
}
