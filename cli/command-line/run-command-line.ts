import { dirname, join } from "node:path";
import { readFileSync } from "node:fs";
import { defaultStackName } from "../../infra/stack-name.ts";
import type { StackCommand } from "./command-table.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { inWords } from "./in-words.ts";
import { endedAtOnceError, interruption } from "./interruption.ts";
import { terminalWidth } from "../output/fit-width.ts";
import { watchOutput } from "../output/watch-output.ts";
import { errorLine, exitCodeOf, presentError } from "../output/present-error.ts";
import { parseCommandLine } from "./parser.ts";

// The edge: arguments, environment, signals and exit codes are met here and nowhere else.
const root = dirname(dirname(import.meta.dirname));
const words = process.argv.slice(2);
const interrupt = new AbortController();
// A reader that has seen enough (`| head`) ends us quietly; a full disk ends the command.
const written = watchOutput(process.stdout, {
  onReaderGone: () => process.exit(exitCodes.done),
  onLost: () => {
    interrupt.abort();
  },
});
// No output is left to report this on.
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

async function main(commands: readonly StackCommand[]): Promise<number> {
  if (words[0] === "--version") {
    const { describeVersions } = await import("./describe-versions.ts");
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
  const [{ commandOutput }, { runCommand }] = await Promise.all([
    import("./command-output.ts"),
    import("./run-command.ts"),
  ]);
  const output = commandOutput(parsed.options, process, process.env);
  endProgress = output.end;
  const invocation = { root, words, environment: process.env, signal: interrupt.signal };
  return runCommand(parsed, invocation, output);
}

function packageVersion(): string {
  const text = readFileSync(join(root, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Runs what was typed behind `./stack`, to the exit code; never returns. */
export async function runCommandLine(commands: readonly StackCommand[]): Promise<never> {
  try {
    process.exitCode = await main(commands);
  } catch (thrown) {
    const error = inWords(thrown);
    fail(error);
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : exitCodeOf(error);
  }
  const lost = await written.end();
  if (lost !== undefined) {
    process.stderr.write(presentError(lost, { debug: false, stackName }));
    process.exitCode = exitCodes.output;
  }
  // Keep-alive sockets to Docker would hold the process for seconds.
  process.exit();
}
