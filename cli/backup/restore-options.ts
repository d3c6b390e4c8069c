import type { Argv } from "yargs";
import { StackError } from "../../infra/stack-error.ts";
import type { CommandContext, GlobalOptions } from "../command.ts";

export function withSafetyOption<Options extends GlobalOptions>(parser: Argv<Options>) {
  return parser.option("safety", {
    type: "boolean",
    default: true,
    describe: "Save the present data first; --no-safety for data that is broken beyond saving",
  });
}

/** Without a safety set there is no way back: that wants the stack's name, or --yes. */
export async function confirmWithoutSafety(context: CommandContext): Promise<void> {
  context.endProgress();
  context.print("Without a safety set, the present data is lost for good where it is replaced.");
  if (await context.confirmByName(context.stackName)) return;
  throw new StackError("Nothing was restored.", {
    remedy: `Type the stack's name (${context.stackName}) when asked, or pass --yes.`,
  });
}
