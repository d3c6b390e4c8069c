import { join } from "node:path";
import { composeCommand, composeVersion, runCompose } from "../support/compose-command.ts";
import { runStack } from "../support/system-stack.ts";
import type { CommandResult } from "../support/run-to-end.ts";

/** Runs a command to its end, and throws where it fails: a fast failure is not a figure. */
type Command = () => Promise<void>;

/** One of those who do the same work with the same containers. */
export interface Contestant {
  /** As the head of its column: "docker compose 2.40.3". */
  readonly name: string;
  readonly up: Command;
  readonly down: Command;
  readonly status: Command;
  readonly logs: Command;
  /** Absent where it has no such command. */
  readonly health?: Command;
  readonly preview?: Command;
  /** Everything that it made, the data too. */
  readonly remove: Command;
}

export const stackName = "bench";
export const settingsFile = `.env.${stackName}`;
const composeFile = "compose.yaml";

/** `./stack` of a clone. */
export function ourselves(clone: string): Contestant {
  const command =
    (...words: string[]): Command =>
    async () => {
      succeeded(words, await runStack(clone, words, {}, stackName));
    };
  return {
    name: "this program",
    up: command("up", "--yes"),
    down: command("down"),
    status: command("status"),
    logs: command("logs", "--tail", "100"),
    health: command("health"),
    preview: command("preview"),
    remove: command("down", "--remove-volumes", "--yes"),
  };
}

/** Docker Compose with the file that `./stack export compose` writes for the same stack. */
export async function dockerCompose(clone: string): Promise<Contestant> {
  const compose = await composeCommand();
  const exported = ["export", "compose", "--output", composeFile];
  succeeded(exported, await runStack(clone, exported, {}, stackName));
  const files = ["--env-file", settingsFile, "--file", join(clone, composeFile)];
  const command =
    (...words: string[]): Command =>
    async () => {
      const all = [...files, "--progress", "quiet", ...words];
      succeeded(words, await runCompose(compose, clone, ...all));
    };
  return {
    name: `docker compose ${composeVersion(compose)}`,
    up: command("up", "--detach", "--wait"),
    down: command("down"),
    status: command("ps"),
    logs: command("logs", "--tail", "100"),
    preview: command("--dry-run", "up", "--detach"),
    remove: command("down", "--volumes"),
  };
}

function succeeded(words: readonly string[], { exitCode, stdout, stderr }: CommandResult): void {
  if (exitCode === 0) return;
  throw new Error(`${words.join(" ")} ended with ${exitCode}:\n${stdout}${stderr}`);
}
