import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Workspace } from "../os/workspace.ts";
import type { Engine } from "./engine.ts";

/** The stack's state as the engine exports it. One call of the engine, about a third of a second. */
export async function exportState(
  { root, stackName }: Workspace,
  engine: Pick<Engine, "program">,
): Promise<string> {
  const { executable, environment } = await engine.program();
  const words = ["stack", "export", "--stack", stackName, "--non-interactive"];
  const options = { cwd: root, env: environment, maxBuffer: 256 * 1024 * 1024 };
  return (await promisify(execFile)(executable, words, options)).stdout;
}
