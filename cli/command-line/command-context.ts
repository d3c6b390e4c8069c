import { commandHint } from "../../infra/command-hint.ts";
import type { CommandContext, GlobalOptions } from "./command.ts";
import { fitWidth, terminalWidth } from "../output/fit-width.ts";
import { line, time } from "../output/json-lines.ts";
import { outputMode, reporterFor } from "../output/reporter.ts";
import { askForName, askYesOrNo } from "./prompt.ts";

export interface Invocation {
  /** The repository's root. */
  readonly root: string;
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * What a command is given: the one place that knows how it is asked, told and shown.
 *
 * @param words as typed, behind `./stack`.
 */
export function contextOf(
  options: GlobalOptions,
  { root, words, environment, signal }: Invocation,
  process: NodeJS.Process,
): CommandContext {
  const mode = outputMode(options, process.stderr.isTTY, environment);
  const { report, pause, resume, end } = reporterFor(mode, process);
  const asking = async (question: () => Promise<boolean>) => {
    pause();
    try {
      return await question();
    } finally {
      resume();
    }
  };
  const write = (text: string) => {
    pause();
    process.stdout.write(`${text}\n`);
    resume();
  };
  const interactive = process.stdin.isTTY && process.stdout.isTTY && mode !== "json";
  const yes = options.yes || Boolean(environment["CI"]);
  return {
    root,
    stackName: options.stack,
    environment,
    mode,
    interactive,
    signal,
    report: (activity) => {
      report({ ...activity, message: commandHint(activity.message, options.stack) });
    },
    endProgress: end,
    confirm: async (question) =>
      yes || (interactive && (await asking(() => askYesOrNo(question, signal)))),
    confirmByName: async (name) =>
      options.yes || (interactive && (await asking(() => askForName(name, signal)))),
    passedOn: words.slice(words.indexOf("pulumi") + 1),
    print: (text) => {
      const hinted = commandHint(text, options.stack);
      if (mode !== "json") write(fitWidth(hinted, terminalWidth(process.stdout)));
    },
    printData: (text) => {
      if (mode !== "json") write(text);
    },
    logLine: (service, text) => {
      if (mode !== "json") return;
      process.stdout.write(line({ type: "log", time: time(), service, line: text }));
    },
    result: (value) => {
      if (mode === "json") process.stdout.write(line({ type: "result", time: time(), ...value }));
    },
  };
}
