import { finishing } from "../os/finishing.ts";
import type { Workspace } from "../os/workspace.ts";
import type { Engine } from "./engine.ts";
import { runEngine } from "./engine-command.ts";
import { engineFailure } from "./engine-failure.ts";
import { engineProject } from "./engine-project.ts";

/**
 * Takes resources that are gone out of the state, and what depends on them: one start of the engine, and of
 * no plugin.
 *
 * @param urns "all" leaves an empty state.
 */
export async function forgetResources(
  workspace: Workspace,
  engine: Engine,
  urns: readonly string[] | "all",
): Promise<void> {
  const program = await engine.program();
  const project = engineProject(workspace, program.environment);
  const which = urns === "all" ? ["--all"] : [...urns, "--target-dependents"];
  const words = ["state", "delete", ...which, "--yes", "--stack", workspace.stackName];
  const environment = { ...program.environment, ...project.environment };
  try {
    await finishing("the state", () =>
      runEngine(program.executable, words, { folder: project.folder, environment }),
    );
  } catch (error) {
    throw engineFailure(error);
  }
}
