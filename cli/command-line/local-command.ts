import type { Argv } from "yargs";
import type { GlobalOptions } from "./command.ts";
import { commandMissing, type StackCommand } from "./command-table.ts";

/** The second stack, and the word for it. */
const name = "local";

/** `./stack local up` and the like: `commands` on a second stack, which finds free ports by itself. */
export function localCommand(commands: readonly StackCommand[]): StackCommand {
  return {
    name,
    usage: name,
    register: (parser, execute) =>
      parser.command(
        name,
        `Work on a second stack beside the first: the same as --stack ${name}`,
        (own: Argv<GlobalOptions>) => {
          const isolated: Argv<GlobalOptions> = own
            .default("stack", name)
            .default("auto-ports", true)
            .check(({ stack }) => {
              if (stack === name) return true;
              throw new Error(`${name} means the stack ${name}; leave out ${name}, or --stack.`);
            })
            .demandCommand(1, commandMissing)
            .example([
              [`./stack ${name} up`, `./stack up --stack ${name} --auto-ports`],
              [`./stack ${name} down`, `./stack down --stack ${name}`],
            ]);
          return commands.reduce((built, each) => each.register(built, execute), isolated);
        },
      ),
  };
}
