import { execFile } from "node:child_process";
import { StackError } from "../../infra/stack-error.ts";
import { depsExitCodes } from "../os/exit-codes.ts";
import { findOnPath } from "../os/find-executable.ts";

/** A registry's own client is asked, so its mirrors, proxies, certificates and keys count. */
export interface ClientPlace {
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** What a client printed, however it ended: npm exits 1 where something is outdated. */
export interface ClientAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The whole of one question; the clients' own limits are shorter. */
const patienceMilliseconds = 60_000;

/**
 * Runs a registry's client.
 *
 * @throws StackError where there is no such program: then nothing can be checked.
 */
export function askClient(
  program: string,
  words: readonly string[],
  { root, environment, signal }: ClientPlace,
): Promise<ClientAnswer> {
  const executable = findOnPath(program, environment);
  if (executable === undefined) {
    throw new StackError(`${program} is not installed, so its registry can't be asked.`, {
      remedy: `Install ${program}, or leave its part out with --only.`,
      exitCode: depsExitCodes.toolFailure,
    });
  }
  return new Promise((resolve) => {
    const options = {
      cwd: root,
      env: environment,
      timeout: patienceMilliseconds,
      maxBuffer: 64 * 1024 * 1024,
      ...(signal && { signal }),
    };
    execFile(executable, [...words], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** The last line that says anything: the cause is there in npm's and pip's answers. */
export function lastWords({ stdout, stderr }: ClientAnswer): string {
  const lines = [...stdout.split("\n"), ...stderr.split("\n")]
    .map((line) => line.replace(/^(npm error|npm warn|ERROR:|WARNING:)\s*/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("A complete log"));
  return (lines.at(-1) ?? "no answer in time").slice(0, 160);
}
