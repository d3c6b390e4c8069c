import type { Argv } from "yargs";
import type { CommandBody, CommandContext, CommandResult, GlobalOptions } from "./command.ts";

/** The words of a command. What it does is in its own file, loaded when the command is typed. */
export interface StackCommand {
  readonly name: string;
  /** As yargs has it: "why <service>". */
  readonly usage: string;
  /** The commands under this word, where it is the name of a group. */
  readonly members?: readonly StackCommand[];
  readonly register: (parser: Argv<GlobalOptions>, execute: Execute) => Argv<GlobalOptions>;
}

/** A command as it was typed, ready to run. */
export interface TypedCommand {
  /** With that of its group: "backup create". */
  readonly name: string;
  /** Whether it changes the stack, as it was typed: then it needs the stack's lock. */
  readonly changes: boolean;
  readonly run: (context: CommandContext) => CommandResult | Promise<CommandResult>;
}

/** Takes a command that was typed. */
export type Execute = (options: GlobalOptions, typed: TypedCommand) => void;

/** What the parser says where a word is missing; help is shown in its place. */
export const commandMissing = "Name a command.";

/** A command by its usage in yargs' words: "logs [services..]". */
export function command(
  usage: string,
  describe: string,
  load: () => Promise<CommandBody>,
): StackCommand {
  const name = usage.split(" ")[0] ?? usage;
  return {
    name,
    usage,
    register: (parser, execute) =>
      parser.command(
        usage,
        describe,
        async (own: Argv<GlobalOptions>) => (await load()).configure(own),
        async (parsed) => {
          const { changes, run } = await load();
          execute(parsed as unknown as GlobalOptions, {
            name,
            changes: changes(parsed),
            run: (context) => run(context, parsed),
          });
        },
      ),
  };
}

/** A command whose first word only names what its subcommands are about: "images lock". */
export function group(
  name: string,
  describe: string,
  members: readonly StackCommand[],
): StackCommand {
  return {
    name,
    usage: name,
    members,
    register: (parser, execute) => {
      const executeMember: Execute = (options, typed) => {
        execute(options, { ...typed, name: `${name} ${typed.name}` });
      };
      return parser.command(name, describe, (own) =>
        members
          .reduce((built, member) => member.register(built, executeMember), own)
          .demandCommand(1, commandMissing),
      );
    },
  };
}
