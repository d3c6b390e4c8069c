import { closest, distance } from "fastest-levenshtein";
import yargs, { type Argv } from "yargs";
import { StackError } from "../infra/stack-error.ts";
import { defaultStackName, stackNameProblem } from "../infra/stack-name.ts";
import type { CommandContext, GlobalOptions, StackCommand } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** A command as it was typed, ready to run. */
export interface ParsedCommand {
  readonly options: GlobalOptions;
  readonly run: (context: CommandContext) => Promise<number>;
}

/** What to show when there is no command to run: help, the version, a completion script. */
export interface ParsedText {
  readonly text: string;
}

const epilogue = `Exit codes: 0 done, 1 failed, 2 changes where none were expected, 64 wrong usage,
74 the output could not be written, 130 interrupted.
Settings: docs/configuration.md. Commands: docs/cli.md. Every part's version: ./stack --version.`;

/**
 * Reads the words behind `./stack`.
 *
 * @throws StackError with exit code 64 on an unknown command or option.
 */
export async function parseCommandLine(
  words: readonly string[],
  commands: readonly StackCommand[],
): Promise<ParsedCommand | ParsedText> {
  let parsed: ParsedCommand | undefined;
  const parser = buildParser(commands, (options, run) => {
    parsed = { options, run };
  });
  const text = await new Promise<string>((resolve, reject) => {
    void parser.parse([...words], {}, (error, _options, output) => {
      if (error) reject(usageError(error.message, commands));
      else resolve(output);
    });
  });
  return parsed ?? { text };
}

/** The parser with every command; docs/cli.md is written from its help. */
export function buildParser(
  commands: readonly StackCommand[],
  execute: (options: GlobalOptions, run: ParsedCommand["run"]) => void,
): Argv<GlobalOptions> {
  const parser: Argv<GlobalOptions> = yargs()
    .scriptName("./stack")
    .usage("$0 <command>\n\nDrives the self-hosted AI agent stack.")
    .option("stack", {
      type: "string",
      default: defaultStackName,
      requiresArg: true,
      describe: "Which stack: its own names, ports, volumes, state and .env.NAME",
    })
    .option("json", { type: "boolean", default: false, describe: "NDJSON for programs" })
    .option("plain", { type: "boolean", default: false, describe: "Plain lines, no live table" })
    .option("yes", { alias: "y", type: "boolean", default: false, describe: "Ask nothing" })
    .option("debug", { type: "boolean", default: false, describe: "Show stack traces" })
    .check((argv, options) => {
      requireValues(argv, valuedOptions(options));
      const problem = stackNameProblem(argv.stack);
      if (problem === undefined) return true;
      throw new Error(`--stack: the name "${argv.stack}" ${problem}.`);
    })
    .strict()
    .demandCommand(1, "Name a command.")
    .completion("completion", "Print a script for the shell's completion")
    .version(false)
    .help()
    .alias("help", "h")
    .wrap(100)
    .epilogue(epilogue)
    .exitProcess(false);
  return commands.reduce((built, command) => command.register(built, execute), parser);
}

/** The names of the options that take a text or a number, as yargs hands them to a check. */
function valuedOptions(options: unknown): string[] {
  const { string, number } = options as { readonly string: string[]; readonly number: string[] };
  return [...string, ...number];
}

/**
 * Refuses an option whose value is empty or no number. In a script, `--stack "$UNSET"` must not mean
 * the default stack.
 *
 * @throws Error naming the option.
 */
function requireValues(argv: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of names) {
    const value = argv[name];
    if (value === "") throw new Error(`--${name} needs a value.`);
    if (Number.isNaN(value)) throw new Error(`--${name} needs a number.`);
  }
  if (Array.isArray(argv["stack"])) throw new Error("--stack was given more than once.");
  if (typeof argv["stack"] !== "string") throw new Error("--stack needs a value.");
}

function usageError(message: string, commands: readonly StackCommand[]): StackError {
  const [, lacking] = /^Not enough arguments following: (\S+)$/.exec(message) ?? [];
  if (lacking !== undefined) return usageError(`--${lacking} needs a value.`, commands);
  const [, typed] = /^Unknown (?:argument|command)s?: (\S+)$/.exec(message) ?? [];
  const nearest = closest(
    typed ?? "",
    commands.map(({ name }) => name),
  );
  const guess = typed && distance(typed, nearest) <= 2 ? ` Did you mean ${nearest}?` : "";
  return new StackError(`${message}${guess}`, {
    remedy: "See ./stack --help, or ./stack COMMAND --help for one command.",
    exitCode: exitCodes.usage,
  });
}
