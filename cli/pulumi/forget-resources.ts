import { finishing } from "../os/finishing.ts";
import type { Workspace } from "../os/workspace.ts";
import type { Engine } from "./engine.ts";
import { runEngine } from "./engine-command.ts";
import { engineFailure } from "./engine-failure.ts";
import { engineProject } from "./engine-project.ts";
import { readState } from "./read-state.ts";

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
  const environment = { ...program.environment, ...project.environment };
  const forget = (which: readonly string[]) => {
    const words = ["state", "delete", ...which, "--yes", "--stack", workspace.stackName];
    return runEngine(program.executable, words, { folder: project.folder, environment });
  };
  await finishing("the state", async () => {
    try {
      if (urns === "all") await forget(["--all"]);
      else
        await forgetKnown(urns, forget, async () => (await readState(workspace, engine)).resources);
    } catch (error) {
      throw engineFailure(error);
    }
  });
}

/** The engine of a command that was killed may just have forgotten some of them. */
async function forgetKnown(
  urns: readonly string[],
  forget: (which: readonly string[]) => Promise<void>,
  known: () => Promise<readonly { readonly urn: string }[]>,
): Promise<void> {
  try {
    await forget([...urns, "--target-dependents"]);
  } catch (error) {
    if (!/No such resource/.test((error as Error).message)) throw error;
    const present = (await known()).map(({ urn }) => urn);
    const left = urns.filter((urn) => present.includes(urn));
    if (left.length === urns.length) throw error;
    if (left.length > 0) await forget([...left, "--target-dependents"]);
  }
}
