import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface CommandOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Told every line of stdout and stderr at once. */
  readonly onLine: (line: string) => void;
}

/** Runs a program to its end and answers with its exit code. */
export type RunCommand = (
  command: string,
  words: readonly string[],
  options: CommandOptions,
) => Promise<number>;

export const runCommand: RunCommand = (command, words, { environment, signal, onLine }) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, words, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    // What Ctrl-C sends: apt stops a download for it, but lets dpkg finish what it has begun.
    const interrupt = (): void => {
      child.kill("SIGINT");
    };
    signal.addEventListener("abort", interrupt, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", onLine);
    }
    child.once("error", (error) => {
      signal.removeEventListener("abort", interrupt);
      reject(error);
    });
    child.once("close", (code) => {
      signal.removeEventListener("abort", interrupt);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve(code ?? 1);
    });
  });
