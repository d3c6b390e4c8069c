import type { ArgumentsCamelCase, Argv } from "yargs";
import type { Report } from "./activity.ts";
import type { OutputMode } from "./output/reporter.ts";
import type { Surroundings } from "./session.ts";

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

/** A command declares its words; a function does the work and returns the exit code. */
export interface StackCommand {
  readonly name: string;
  /** As yargs has it: "why <service>". */
  readonly usage: string;
  /** The commands under this word, where it is the name of a group. */
  readonly members?: readonly StackCommand[];
  readonly register: (
    parser: Argv<GlobalOptions>,
    execute: (options: GlobalOptions, run: (context: CommandContext) => Promise<number>) => void,
  ) => Argv<GlobalOptions>;
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

export function defineCommand<Options extends GlobalOptions>(definition: {
  /** In yargs' words: "logs [services..]". */
  readonly usage: string;
  readonly describe: string;
  readonly options?: (parser: Argv<GlobalOptions>) => Argv<Options>;
  readonly examples?: readonly (readonly [string, string])[];
  readonly run: (options: ArgumentsCamelCase<Options>, context: CommandContext) => Promise<number>;
}): StackCommand {
  const { usage, describe, options, examples = [], run } = definition;
  return {
    name: usage.split(" ")[0] ?? usage,
    usage,
    register: (parser, execute) =>
      parser.command(
        usage,
        describe,
        (own: Argv<GlobalOptions>) => {
          const described = requiringValues(options?.(own) ?? own);
          return described.example(examples.map(([text, says]) => [text, says]));
        },
        (parsed) => {
          execute(parsed, (context) =>
            run(parsed as unknown as ArgumentsCamelCase<Options>, context),
          );
        },
      ),
  };
}
