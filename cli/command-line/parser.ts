import { createRequire } from "node:module";
import type { Argv } from "yargs";
import { defaultStackName, stackNameProblem } from "../../infra/stack-name.ts";
import type { GlobalOptions } from "./command.ts";
import {
  commandMissing,
  type Execute,
  type StackCommand,
  type TypedCommand,
} from "./command-table.ts";
import { exitCodeMeanings, exitCodeRows, exitCodes } from "../os/exit-codes.ts";

// As CommonJS it is one file; as modules it is forty, which take as long to load as Node to start.
const require = createRequire(import.meta.url);
const yargs = require("yargs/yargs") as typeof import("yargs/yargs");

/** A command as it was typed, with the options that every command has. */
export interface ParsedCommand {
  readonly options: GlobalOptions;
  readonly typed: TypedCommand;
}

/** What to show when there is no command to run: help, the version, a completion script. */
export interface ParsedText {
  readonly text: string;
  /** Not 0 for help that nobody asked for: a script has lost a word. */
  readonly exitCode: number;
}

/** As wide as help gets: beyond that, lines are hard to read. */
const widest = 100;

const codes = exitCodeRows(exitCodes, exitCodeMeanings).map(([code, means]) => `${code} ${means}`);
const epilogue = [
  `Exit codes: ${codes.join(", ")}.`,
  "Settings: docs/configuration.md. Commands: docs/cli.md. Every part's version: ./stack --version.",
].join("\n");

/**
 * Reads the words behind `./stack`; help is as wide as the terminal.
 *
 * @throws StackError with exit code 64 on an unknown command or option.
 */
export async function parseCommandLine(
  words: readonly string[],
  commands: readonly StackCommand[],
  width = widest,
): Promise<ParsedCommand | ParsedText> {
  let parsed: ParsedCommand | undefined;
  const parse = (given: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const execute: Execute = (options, typed) => {
        parsed = { options, typed };
      };
      const parser = buildParser(commands, execute, given).wrap(Math.min(width, widest));
      const parsing = parser.parse([...given], {}, (error, _options, output) => {
        if (error) reject(error);
        else resolve(output);
      });
      // It may reject as well as tell the callback.
      Promise.resolve(parsing).catch(reject);
    });
  try {
    const text = await parse(words);
    return parsed ?? { text, exitCode: exitCodes.done };
  } catch (error) {
    const { message } = error as Error;
    // A program that reads JSON has no use for help.
    if (message !== commandMissing || words.includes("--json")) {
      const { usageError } = await import("./usage-error.ts");
      throw usageError(message, words, commands);
    }
    return { text: await parse([...words, "--help"]), exitCode: exitCodes.usage };
  }
}

/** The parser with every command; docs/cli.md is written from its help. */
export function buildParser(
  commands: readonly StackCommand[],
  execute: Execute,
  words: readonly string[] = [],
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
    .option("plain", { type: "boolean", default: false, describe: "Plain output" })
    .option("yes", {
      alias: "y",
      type: "boolean",
      default: false,
      describe: "Skip confirmation prompts",
    })
    .option("debug", { type: "boolean", default: false, describe: "Show stack traces" })
    .check((argv, options) => {
      requireValues(argv, valuedOptions(options));
      requireFlags(words, flagsOf(options));
      const problem = stackNameProblem(argv.stack);
      if (problem === undefined) return true;
      throw new Error(`--stack: the name "${argv.stack}" ${problem}.`);
    })
    .strict()
    .demandCommand(1, commandMissing)
    .completion("completion", "Print a script for the shell's completion")
    .version(false)
    .help()
    .alias("help", "h")
    .wrap(widest)
    .epilogue(epilogue)
    .exitProcess(false);
  return commands.reduce((built, command) => command.register(built, execute), parser);
}

/** The names of the options that take a text or a number, as yargs hands them to a check. */
function valuedOptions(options: unknown): string[] {
  const { string, number } = options as { readonly string: string[]; readonly number: string[] };
  return [...string, ...number];
}

/** The names of the options that are true or false. */
function flagsOf(options: unknown): string[] {
  return (options as { readonly boolean: string[] }).boolean;
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

/**
 * Refuses `--bind-mounts=maybe`, which would be taken for false.
 *
 * @throws Error naming the option.
 */
function requireFlags(words: readonly string[], flags: readonly string[]): void {
  const own = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  for (const word of own) {
    const [, name = "", value = ""] = /^--?(?:no-)?([a-z][a-z-]*)=(.*)$/i.exec(word) ?? [];
    if (!flags.includes(name) || value === "true" || value === "false") continue;
    throw new Error(`${word.split("=")[0] ?? ""} is true or false, not "${value}".`);
  }
}
