import { type CommandResult, runToEnd } from "./run-to-end.ts";

/** A container of one test; `remove` takes its nameless volumes along. */
export interface ScratchContainer {
  readonly id: string;
  readonly exec: (...words: string[]) => Promise<CommandResult>;
  /** Both streams. */
  readonly logs: () => Promise<string>;
  /** Asks it to end, and says how it did. */
  readonly stop: () => Promise<number>;
  readonly remove: () => Promise<void>;
}

/** Starts a container with the words that follow `docker run`: options, image, command. */
export async function startContainer(...words: string[]): Promise<ScratchContainer> {
  const id = await docker("run", "--detach", ...words);
  return {
    id,
    exec: (...command) => dockerCommand("exec", id, ...command),
    logs: async () => {
      const { stdout, stderr } = await dockerCommand("logs", id);
      return stdout + stderr;
    },
    stop: async () => {
      await docker("stop", id);
      return Number(await docker("inspect", "--format", "{{.State.ExitCode}}", id));
    },
    remove: async () => {
      await docker("rm", "--force", "--volumes", id);
    },
  };
}

/** Runs a container to its end and removes it. */
export function runContainer(...words: string[]): Promise<CommandResult> {
  return dockerCommand("run", "--rm", ...words);
}

async function docker(...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await dockerCommand(...words);
  if (exitCode !== 0) throw new Error(`docker ${words.join(" ")} failed:\n${stderr}`);
  return stdout.trim();
}

function dockerCommand(...words: string[]): Promise<CommandResult> {
  return runToEnd("docker", words, { cwd: "/" });
}
