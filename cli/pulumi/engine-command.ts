import { spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { automation } from "@pulumi/pulumi";
import { alsoOnExit } from "../os/also-on-exit.ts";
import { pins } from "../toolchain/pins.ts";
import { endLostProcesses, endProcessesOf } from "./engine-processes.ts";
import { processMark } from "../os/process-mark.ts";
import type { Workspace } from "../os/workspace.ts";

/** What the Automation API expects of a command that has ended. */
interface EngineResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** The message of the error that it becomes. */
  readonly toString: () => string;
}

type RunEngine = (
  words: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
  signal?: AbortSignal,
) => Promise<EngineResult>;

/**
 * The engine as the Automation API calls it, but in its own session, where a terminal's Ctrl-C does
 * not reach it. The API would otherwise interrupt it a second time, and the second time means to stop in
 * the middle, whatever is half done.
 *
 * However the engine or this process ends, no plugin is left.
 */
export async function engineCommand(
  executable: string,
  workspace: Workspace,
): Promise<automation.PulumiCommand> {
  const { automation } = await import("./lean-sdk.ts");
  // Its declarations leave out what the API asks of a command, and the error that it needs in answer.
  const { createCommandError } =
    (await import("@pulumi/pulumi/automation/errors.js")) as unknown as {
      readonly createCommandError: (result: EngineResult) => Error;
    };
  const run: RunEngine = async (...asked) => {
    try {
      const result = await runInSession(executable, ...asked);
      if (result.code !== 0) throw createCommandError(result);
      return result;
    } finally {
      endLostProcesses(workspace);
    }
  };
  watchOver(workspace);
  // `PulumiCommand.get` would start the engine to ask for its version.
  const known = [executable, { toString: () => oldestEngine }];
  const command = Reflect.construct(automation.PulumiCommand, known) as automation.PulumiCommand;
  return Object.assign(command, { run });
}

/** The API only asks whether events come over a connection, and programs run in the caller: since 3.205. */
const oldestEngine = pins.engine.supported.atLeast;

const runInSession = async (
  executable: string,
  ...[words, cwd, environment, onOutput, onError, signal]: Parameters<RunEngine>
): Promise<EngineResult> => {
  signal?.throwIfAborted();
  const child = spawn(executable, [...words, "--non-interactive"], {
    cwd,
    env: { ...environment, PULUMI_AUTOMATION_API: "true" },
    // On Windows it would open a window.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const interrupt = () => child.kill("SIGINT");
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    if (onOutput) child.stdout.setEncoding("utf8").on("data", onOutput);
    if (onError) child.stderr.setEncoding("utf8").on("data", onError);
    const [stdout, stderr, [code, killedBy]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    const end = killedBy === null ? "" : `killed by ${killedBy}\n`;
    return {
      stdout,
      stderr,
      code: code ?? -1,
      toString: () => `code: ${code}\n${end} stdout: ${stdout}\n stderr: ${stderr}\n`,
    };
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
};

/**
 * Runs the engine for one step without the API, which takes longer to load than such a step.
 *
 * @throws Error with what it printed.
 */
export async function runEngine(
  executable: string,
  words: readonly string[],
  { folder, environment }: { readonly folder: string; readonly environment: NodeJS.ProcessEnv },
): Promise<void> {
  const result = await runInSession(executable, words, folder, environment);
  const { code, stderr } = result;
  if (code !== 0) throw Object.assign(new Error(result.toString()), { stderr });
}

const watched = new Set<string>();

/** Ends this process's engines with it: at an exit by itself, and after a kill -9 by a watchdog. */
function watchOver(workspace: Workspace): void {
  const { root, stackName } = workspace;
  if (watched.has(stackName)) return;
  watched.add(stackName);
  alsoOnExit(() => {
    endProcessesOf(workspace);
  });
  if (process.platform === "win32") return;
  const script = join(import.meta.dirname, "engine-watchdog.ts");
  const words = ["--disable-warning=ExperimentalWarning", script, root, stackName, processMark()];
  const watchdog = spawn(process.execPath, words, {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // One that can't be started is not a reason not to work: the next command ends what is left.
  watchdog.on("error", () => undefined);
  watchdog.stdin.on("error", () => undefined);
  watchdog.unref();
  // A pipe is a socket, which its declaration does not say; it must not keep this process running.
  const { stdin }: { readonly stdin: unknown } = watchdog;
  if (stdin instanceof Socket) stdin.unref();
}
