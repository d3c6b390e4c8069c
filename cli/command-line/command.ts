import type { ArgumentsCamelCase, Argv } from "yargs";
import type { StackError } from "../../infra/stack-error.ts";
import type { OutputMode } from "../output/reporter.ts";
import type { Surroundings } from "../stack/surroundings.ts";

/** Options of every command. */
export interface GlobalOptions {
  readonly stack: string;
  readonly json: boolean;
  readonly plain: boolean;
  readonly yes: boolean;
  readonly debug: boolean;
}

/** What a command is given to work with. What it has to say at its end is its `CommandResult`. */
export interface CommandContext extends Surroundings {
  /** The command's name in the table of commands: "backup create". */
  readonly command: string;
  readonly mode: OutputMode;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  /** The words after the command, as typed, for a command that passes them on. */
  readonly passedOn: readonly string[];
  /** Asks for the stack's name to be typed; yes by itself with `--yes`. */
  readonly confirmByName: (name: string) => Promise<boolean>;
  /**
   * Offers a person a way that nobody asked for; Enter accepts it. False with `--yes` and where no
   * person can be asked: a script must get what it asked for, or an error.
   */
  readonly offer: (question: string) => Promise<boolean>;
  /**
   * Tells people something before the command's end: what a question is about, or a finding that is
   * acted on next. Shown as the result's `text` is; nothing with `--json`.
   */
  readonly announce: (text: string) => void;
  /**
   * Gives the output to `work`, which writes line by line, or starts a program that writes by itself.
   * The progress display has ended then.
   */
  readonly stream: <T>(work: (write: WriteLine) => Promise<T>) => Promise<T>;
}

/** A service's line in a log, for programs. */
export interface LogEntry {
  /** When it was written, as Docker has it. */
  readonly time: string;
  readonly service: string;
  readonly line: string;
}

/** Writes a line as it is; with `--json`, only its `entry`, as a `log` event. */
export type WriteLine = (line: string, entry?: LogEntry) => void;

/** What a command has to say at its end. It is shown when the stack's lock has been released. */
export interface CommandResult {
  /**
   * For people: sentences and tables. Lines are broken to the terminal's width, and commands in them
   * are made to name this stack. Nothing with `--json`.
   */
  readonly text?: string;
  /**
   * For people and other programs: an address, a diagram, a Compose file. It is written as it is,
   * above the text. Nothing with `--json`.
   */
  readonly document?: string;
  /** For programs: the fields of the result that ends the NDJSON of `--json`, which has none without. */
  readonly data?: object;
  /** 0, where it is left out. */
  readonly exitCode?: number;
  /** Why what was found is an error all the same: shown after the rest, and its exit code counts. */
  readonly failure?: StackError;
  /** What the command does when all is shown, and others may change the stack again. */
  readonly after?: () => Promise<void>;
}

/** What a command accepts and does. */
export interface CommandBody {
  readonly configure: (parser: Argv<GlobalOptions>) => Argv;
  readonly changes: (options: ArgumentsCamelCase) => boolean;
  readonly run: (
    context: CommandContext,
    options: ArgumentsCamelCase,
  ) => CommandResult | Promise<CommandResult>;
}

/** Gives a command its type: `options` declares what `changes` and `run` get. */
export function defineCommand<Options extends GlobalOptions>(definition: {
  readonly options?: (parser: Argv<GlobalOptions>) => Argv<Options>;
  readonly examples?: readonly (readonly [string, string])[];
  /** Whether it changes the stack: while it runs, it has the stack's lock. It does not, without. */
  readonly changes?: boolean | ((options: ArgumentsCamelCase<Options>) => boolean);
  readonly run: (
    context: CommandContext,
    options: ArgumentsCamelCase<Options>,
  ) => CommandResult | Promise<CommandResult>;
}): CommandBody {
  const { options, examples = [], changes = false, run } = definition;
  return {
    configure: (parser) =>
      requiringValues(options?.(parser) ?? parser).example(
        examples.map(([text, says]) => [text, says]),
      ),
    changes: (parsed) =>
      typeof changes === "boolean" ? changes : changes(parsed as ArgumentsCamelCase<Options>),
    run: (context, parsed) => run(context, parsed as ArgumentsCamelCase<Options>),
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
