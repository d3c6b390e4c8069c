import type Docker from "dockerode";
import { StackError } from "../../infra/stack-error.ts";
import { execInContainer } from "../docker/container-exec.ts";
import { runningAgent } from "./running-agent.ts";
import type { RunningStack } from "../stack/running-stack.ts";

/**
 * Runs a maintenance command of the agent inside its container, where its database and its password
 * are at hand.
 *
 * @returns the JSON that it ends its output with.
 * @throws StackError with the agent's own last words.
 */
export async function maintainDatabase(
  docker: Docker,
  running: RunningStack,
  command: "migrate" | "status",
): Promise<Readonly<Record<string, unknown>>> {
  const words = ["node", "maintenance.ts", command, "--json"];
  const { exitCode, output } = await execInContainer(docker, runningAgent(running).id, words);
  const lines = output.trim().split("\n");
  if (exitCode !== 0) {
    throw new StackError(
      `The agent could not ${command === "status" ? "read" : "migrate"} its database.`,
      {
        details: lines.slice(-8),
        remedy: "See how Postgres is: ./stack why postgres",
      },
    );
  }
  return JSON.parse(lines.at(-1) ?? "{}") as Record<string, unknown>;
}
