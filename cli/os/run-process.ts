import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "./exit-codes.ts";

/** A program that ended badly, with the last lines that it said. */
export class ProcessFailure extends Error {
  override readonly name = "ProcessFailure";
  readonly tail: readonly string[];

  constructor(message: string, tail: readonly string[]) {
    super(message);
    this.tail = tail;
  }
}

export function interrupted(): StackError {
  return new StackError("Interrupted while the tools were being prepared.", {
    remedy: "Run the same command again; what was compiled so far is kept.",
    exitCode: exitCodes.interrupted,
  });
}

interface ProcessOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Each line of stdout and stderr. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end, or ends it and all that it started when the signal says so. */
export function runProcess(
  command: string,
  args: readonly string[],
  { environment, cwd, signal, onLine }: ProcessOptions,
): Promise<void> {
  const ownGroup = process.platform !== "win32";
  const tail: string[] = [];
  const keep = (line: string) => {
    if (tail.push(line) > 40) tail.shift();
    onLine?.(line);
  };
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(interrupted());
      return;
    }
    const child = spawn(command, args, {
      env: environment,
      ...(cwd !== undefined && { cwd }),
      // `go build` runs many compilers; in their own group one signal ends them all.
      detached: ownGroup,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = (how: NodeJS.Signals) => {
      if (child.pid === undefined || child.exitCode !== null) return;
      try {
        process.kill(ownGroup ? -child.pid : child.pid, how);
      } catch {
        // Ended by itself between the question and the signal.
      }
    };
    let force: NodeJS.Timeout | undefined;
    const onAbort = () => {
      kill("SIGTERM");
      force = setTimeout(kill, 3_000, "SIGKILL");
    };
    const onExit = () => {
      kill("SIGKILL");
    };
    signal?.addEventListener("abort", onAbort);
    process.once("exit", onExit);
    createInterface({ input: child.stdout }).on("line", keep);
    createInterface({ input: child.stderr }).on("line", keep);
    const settle = (error?: Error) => {
      clearTimeout(force);
      signal?.removeEventListener("abort", onAbort);
      process.off("exit", onExit);
      if (signal?.aborted) reject(interrupted());
      else if (error) reject(error);
      else resolve();
    };
    child.on("error", (error) => {
      settle(new ProcessFailure(error.message, tail));
    });
    child.on("close", (code, how) => {
      if (code === 0) settle();
      else settle(new ProcessFailure(`${command} ended with ${how ?? `exit code ${code}`}`, tail));
    });
  });
}
