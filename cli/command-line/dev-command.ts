import type { Argv } from "yargs";
import type { GlobalOptions } from "./command.ts";
import { commandMissing, type StackCommand } from "./command-table.ts";

const stackName = "local";

/**
 * `./stack dev up` and the like: `commands` on a second stack, whose ports are found by
 * themselves.
 */
export function devCommand(commands: readonly StackCommand[]): StackCommand {
  return {
    name: "dev",
    usage: "dev",
    register: (parser, execute) =>
      parser.command(
        "dev",
        `Work on a second stack beside the first: the same as --stack ${stackName}`,
        (own: Argv<GlobalOptions>) => {
          const isolated: Argv<GlobalOptions> = own
            .default("stack", stackName)
            .default("auto-ports", true)
            .check(({ stack }) => {
              if (stack === stackName) return true;
              throw new Error(`dev means the stack ${stackName}; leave out dev, or --stack.`);
            })
            .demandCommand(1, commandMissing)
            .example([
              ["./stack dev up", `./stack up --stack ${stackName} --auto-ports`],
              ["./stack dev down", `./stack down --stack ${stackName}`],
            ]);
          return commands.reduce((built, each) => each.register(built, execute), isolated);
        },
      ),
  };
}
