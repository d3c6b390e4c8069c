import type { ArgumentsCamelCase, Argv } from "yargs";
import type { Report } from "../output/activity.ts";
import type { OutputMode } from "../output/reporter.ts";
import type { Surroundings } from "../stack/session.ts";

/** Options of every command. */
export interface GlobalOptions {
  readonly stack: string;
  readonly json: boolean;
  readonly plain: boolean;
  readonly yes: boolean;
  readonly debug: boolean;
}

/** What a command is given to work with. */
export interface CommandContext extends Surroundings {
  readonly mode: OutputMode;
  readonly interactive: boolean;
  /**
   * Writes a line for the user to standard output; nothing with `--json`. Commands that it names
   * are made to mean this stack.
   */
  readonly print: (text: string) => void;
  /** Writes what a program or another tool reads (a log line, a document) as it is. */
  readonly printData: (text: string) => void;
  /** Writes a service's log line as NDJSON; nothing without `--json`. */
  readonly logLine: (service: string, text: string) => void;
  /** Ends a command's NDJSON with its result; nothing without `--json`. */
  readonly result: (value: object) => void;
  /** Asks for the stack's name to be typed; yes by itself with `--yes`. */
  readonly confirmByName: (name: string) => Promise<boolean>;
  /** The words behind the command, as typed, for a command that hands them on. */
  readonly passedOn: readonly string[];
  /** Leaves the live table as it stands, before other output begins. */
  readonly endProgress: () => void;
  readonly report: Report;
}

/** The words of a command. What it does is in its own file, loaded when the command is typed. */
export interface StackCommand {
  readonly name: string;
  /** As yargs has it: "why <service>". */
  readonly usage: string;
  /** The commands under this word, where it is the name of a group. */
  readonly members?: readonly StackCommand[];
  readonly register: (parser: Argv<GlobalOptions>, execute: Execute) => Argv<GlobalOptions>;
}

/** Takes a command that was typed, ready to run. */
export type Execute = (
  options: GlobalOptions,
  run: (context: CommandContext) => Promise<number>,
) => void;

/** What a command accepts and does. */
export interface CommandBody {
  readonly configure: (parser: Argv<GlobalOptions>) => Argv;
  readonly run: (options: ArgumentsCamelCase, context: CommandContext) => Promise<number>;
}

/** What the parser says where a word is missing; help is shown in its place. */
export const commandMissing = "Name a command.";

/** Gives a command its type: `options` declares what `run` gets. `run` returns the exit code. */
export function defineCommand<Options extends GlobalOptions>(definition: {
  readonly options?: (parser: Argv<GlobalOptions>) => Argv<Options>;
  readonly examples?: readonly (readonly [string, string])[];
  readonly run: (options: ArgumentsCamelCase<Options>, context: CommandContext) => Promise<number>;
}): CommandBody {
  const { options, examples = [], run } = definition;
  return {
    configure: (parser) =>
      requiringValues(options?.(parser) ?? parser).example(
        examples.map(([text, says]) => [text, says]),
      ),
    run: (parsed, context) => run(parsed as ArgumentsCamelCase<Options>, context),
  };
}

/** A command by its usage in yargs' words: "logs [services..]". */
export function command(
  usage: string,
  describe: string,
  load: () => Promise<CommandBody>,
): StackCommand {
  return {
    name: usage.split(" ")[0] ?? usage,
    usage,
    register: (parser, execute) =>
      parser.command(
        usage,
        describe,
        async (own: Argv<GlobalOptions>) => (await load()).configure(own),
        async (parsed) => {
          const { run } = await load();
          execute(parsed as unknown as GlobalOptions, (context) => run(parsed, context));
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
    register: (parser, execute) =>
      parser.command(name, describe, (own) =>
        members
          .reduce((built, member) => member.register(built, execute), own)
          .demandCommand(1, commandMissing),
      ),
  };
}

/** Without this, yargs takes an option's default where its value is missing: `--stack --yes`. */
function requiringValues<Options>(parser: Argv<Options>): Argv<Options> {
  // Not in its type declarations.
  const { getOptions } = parser as unknown as {
    readonly getOptions: () => { readonly string: string[]; readonly number: string[] };
  };
  const { string, number } = getOptions.call(parser);
  return parser.requiresArg([...string, ...number]);
}
