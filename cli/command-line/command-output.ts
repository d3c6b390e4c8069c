import { commandHint } from "../../infra/command-hint.ts";
import type { Report } from "../output/activity.ts";
import { fitWidth, terminalWidth } from "../output/fit-width.ts";
import { line, time } from "../output/json-lines.ts";
import { type OutputMode, outputMode, reporterFor } from "../output/reporter.ts";
import type { CommandResult, GlobalOptions, WriteLine } from "./command.ts";
import type { Terminal } from "./prompt.ts";

/** How a command is shown and asked: the one place that knows the terminal, the pipe and `--json`. */
export interface CommandOutput {
  readonly mode: OutputMode;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  readonly report: Report;
  readonly announce: (text: string) => void;
  /** Asks a question, below what has been reported so far; progress goes on after the answer. */
  readonly ask: <T>(question: (terminal: Terminal) => Promise<T>) => Promise<T>;
  readonly stream: <T>(work: (write: WriteLine) => Promise<T>) => Promise<T>;
  /** Ends the progress display, and writes what the command `name` has handed back. */
  readonly show: (name: string, result: CommandResult) => void;
  /** Leaves the progress display as it stands, before other output begins. */
  readonly end: () => void;
}

/** The streams of a process, as far as a command is shown and asked on them. */
export type ProcessStreams = Pick<NodeJS.Process, "stdin" | "stdout" | "stderr">;

export function commandOutput(
  options: GlobalOptions,
  streams: ProcessStreams,
  environment: NodeJS.ProcessEnv,
): CommandOutput {
  const { stdin, stdout, stderr } = streams;
  const mode = outputMode(options, stderr.isTTY, environment);
  // Off a terminal isTTY is undefined, whatever its type says.
  const terminals: readonly (boolean | undefined)[] = [stdin.isTTY, stdout.isTTY];
  const { report, pause, resume, end } = reporterFor(mode, streams);
  const forPeople = (text: string) =>
    fitWidth(commandHint(text, options.stack), terminalWidth(stdout));
  const writeLine: WriteLine = (text, entry) => {
    if (mode !== "json") stdout.write(`${text}\n`);
    else if (entry) stdout.write(line({ type: "log", ...entry }));
  };
  return {
    mode,
    interactive: mode !== "json" && terminals.every((isTTY) => isTTY === true),
    report: (activity) => {
      report({ ...activity, message: commandHint(activity.message, options.stack) });
    },
    announce: (text) => {
      pause();
      writeLine(forPeople(text));
      resume();
    },
    ask: async (question) => {
      pause();
      try {
        return await question(streams);
      } finally {
        resume();
      }
    },
    stream: (work) => {
      end();
      return work(writeLine);
    },
    show: (name, { document, text, data }) => {
      end();
      if (document) writeLine(document.trimEnd());
      if (text) writeLine(forPeople(text));
      if (data && mode === "json") {
        stdout.write(line({ type: "result", time: time(), command: name, ...data }));
      }
    },
    end,
  };
}
