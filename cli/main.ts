import { dirname, join } from "node:path";
import { readFileSync } from "node:fs";
import { commandHint } from "../infra/command-hint.ts";
import { defaultStackName } from "../infra/stack-name.ts";
import { loadNetworkSettings } from "../infra/settings-sources.ts";
import type { CommandContext, GlobalOptions } from "./command.ts";
import { commands } from "./commands/index.ts";
import { exitCodes } from "./exit-codes.ts";
import { inWords } from "./in-words.ts";
import { endedAtOnceError, endingOnInterrupt, interruption } from "./interruption.ts";
import { fitWidth, terminalWidth } from "./output/fit-width.ts";
import { line, time } from "./output/json-lines.ts";
import { watchOutput } from "./output/watch-output.ts";
import { errorLine, exitCodeOf, presentError } from "./output/present-error.ts";
import { outputMode, reporterFor } from "./output/reporter.ts";
import { parseCommandLine } from "./parser.ts";
import { askForName, askYesOrNo } from "./questions.ts";
import { useNetwork } from "./use-network.ts";
import { describeVersions } from "./versions.ts";

// The edge: arguments, environment, signals and exit codes are met here and nowhere else.
const root = dirname(import.meta.dirname);
const words = process.argv.slice(2);
const interrupt = new AbortController();
// A reader that has seen enough (`| head`) ends us quietly; a full disk ends the command.
const output = watchOutput(process.stdout, {
  onReaderGone: () => process.exit(exitCodes.done),
  onLost: () => {
    interrupt.abort();
  },
});
// There is nobody to tell that nobody can be told.
process.stderr.on("error", () => undefined);

/** Known once the command line is read; errors name the commands of this stack. */
let stackName = defaultStackName;

/** Leaves the live table; there is one as soon as a command runs. */
let endProgress: () => void = () => undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (!interrupt.signal.aborted) {
      interrupt.abort(interruption(signal));
      return;
    }
    endProgress();
    fail(endedAtOnceError());
    process.exit(exitCodes.interrupted);
  });
}

function fail(error: unknown): void {
  if (words.includes("--json")) process.stdout.write(errorLine(error, stackName));
  else process.stderr.write(presentError(error, { debug: words.includes("--debug"), stackName }));
}

function contextOf(options: GlobalOptions, mode: ReturnType<typeof outputMode>): CommandContext {
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
  const yes = options.yes || Boolean(process.env["CI"]);
  return {
    root,
    stackName: options.stack,
    environment: process.env,
    mode,
    interactive,
    signal: interrupt.signal,
    report: (activity) => {
      report({ ...activity, message: commandHint(activity.message, options.stack) });
    },
    endProgress: end,
    confirm: async (question) =>
      yes || (interactive && (await asking(() => askYesOrNo(question, interrupt.signal)))),
    confirmByName: async (name) =>
      options.yes || (interactive && (await asking(() => askForName(name, interrupt.signal)))),
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

async function main(): Promise<number> {
  if (words[0] === "--version") {
    process.stdout.write(`${await describeVersions(process.env, packageVersion())}\n`);
    return exitCodes.done;
  }
  // Into a pager, help is as wide as the terminal that errors go to.
  const width = Math.min(terminalWidth(process.stdout), terminalWidth(process.stderr));
  const parsed = await parseCommandLine(words, commands, width);
  if ("text" in parsed) {
    process.stdout.write(`${parsed.text}\n`);
    return parsed.exitCode;
  }
  stackName = parsed.options.stack;
  const mode = outputMode(parsed.options, process.stderr.isTTY, process.env);
  const context = contextOf(parsed.options, mode);
  endProgress = context.endProgress;
  const command = async () => {
    await useNetwork(root, loadNetworkSettings(context), process.env);
    return parsed.run(context);
  };
  try {
    return await endingOnInterrupt(interrupt.signal, command, {
      onFinishing: (what) => {
        const message = `finishing ${what}; Ctrl-C again ends at once`;
        context.report({ phase: "stack", subject: "interrupted", status: "warning", message });
      },
    });
  } finally {
    context.endProgress();
  }
}

function packageVersion(): string {
  const text = readFileSync(join(root, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

try {
  process.exitCode = await main();
} catch (thrown) {
  const error = inWords(thrown);
  fail(error);
  process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : exitCodeOf(error);
}
const lost = await output.end();
if (lost !== undefined) {
  process.stderr.write(presentError(lost, { debug: false, stackName }));
  process.exitCode = exitCodes.output;
}
// Keep-alive sockets to Docker would hold the process for seconds.
process.exit();
