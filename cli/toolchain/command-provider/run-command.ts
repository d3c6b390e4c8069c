import { type ChildProcess, spawn } from "node:child_process";

export interface CommandRun {
  readonly command: string;
  readonly interpreter: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin?: string;
  /** Whole pieces of output as they come; absent where they must not be shown. */
  readonly onOutput?: (stream: "stdout" | "stderr", text: string) => void;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** The commands that run now, so that an interrupted update can end them. */
export class RunningCommands {
  readonly #children = new Set<ChildProcess>();

  async run({ interpreter, command, ...options }: CommandRun): Promise<CommandResult> {
    const [program = "/bin/sh", ...args] = interpreter;
    const child = spawn(program, [...args, command], {
      cwd: options.directory,
      env: options.environment,
      // A shell's own children must end with it.
      detached: process.platform !== "win32",
    });
    this.#children.add(child);
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        output[stream] += text;
        options.onOutput?.(stream, text);
      });
    }
    // A command that does not read its input may close it early; that is its own affair.
    child.stdin.on("error", () => undefined).end(options.stdin ?? "");
    try {
      const ended = await new Promise<string | undefined>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code, signal) => {
          resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`));
        });
      });
      const result = { stdout: output.stdout.trimEnd(), stderr: output.stderr.trimEnd() };
      if (ended !== undefined) {
        throw new Error(
          `the command ended with ${ended}\n${result.stderr || result.stdout}`.trim(),
        );
      }
      return result;
    } finally {
      this.#children.delete(child);
    }
  }

  stopAll(): void {
    for (const { pid } of this.#children) {
      if (pid === undefined) continue;
      try {
        process.kill(process.platform === "win32" ? pid : -pid, "SIGTERM");
      } catch {
        // It ended by itself.
      }
    }
  }
}
