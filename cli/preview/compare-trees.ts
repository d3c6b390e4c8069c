import type { CommandContext } from "../command-line/command.ts";
import type { Change } from "./change.ts";
import { describeChanges } from "./describe-changes.ts";
import { nameOf, withOtherTree } from "./other-tree.ts";
import { renderTree } from "./render-tree.ts";
import { renderingSteps } from "./rendering-steps.ts";

export interface Comparison {
  /** The commit that this work tree is compared with. */
  readonly base: string;
  readonly changes: readonly Change[];
}

/** What this work tree changes against the commit where it left `ref`: no Docker, state or secret. */
export async function compareTrees(context: CommandContext, ref: string): Promise<Comparison> {
  const { root, stackName, environment, report } = context;
  return withOtherTree(context, ref, async ({ commit, folder }) => {
    const message = `rendering this work tree and ${nameOf(commit)}`;
    report({ phase: "prepare", subject: "preview", status: "running", message });
    const [before, after] = await Promise.all([
      renderTree(folder, stackName, environment, nameOf(commit)),
      renderTree(root, stackName, environment, "this work tree"),
    ]);
    const steps = renderingSteps(before.resources, after.resources);
    report({ phase: "prepare", subject: "preview", status: "done", message: "" });
    return { base: commit, changes: describeChanges(steps, before, after) };
  });
}
