import type { StackCommand } from "./command.ts";

/** What the parser says where a word is missing; help is shown in its place. */
export const commandMissing = "Name a command.";

/** A command whose first word only names what its subcommands are about: "images lock". */
export function defineGroup(group: {
  readonly name: string;
  readonly describe: string;
  readonly commands: readonly StackCommand[];
}): StackCommand {
  const { name, describe, commands } = group;
  return {
    name,
    usage: name,
    members: commands,
    register: (parser, execute) =>
      parser.command(name, describe, (own) =>
        commands
          .reduce((built, command) => command.register(built, execute), own)
          .demandCommand(1, commandMissing),
      ),
  };
}
