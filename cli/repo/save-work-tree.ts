import type { CommandContext } from "../command-line/command.ts";
import { workspaceOf } from "../os/workspace.ts";
import { gitIn } from "./git.ts";
import { saveSnapshot, type Snapshot } from "./save-snapshot.ts";
import { secretsOfClone } from "./secrets-of-clone.ts";
import { validateProgram } from "./validate-program.ts";

/** Commits the work tree of a command's clone, checked against its stack's program and secrets. */
export async function saveWorkTree(
  context: CommandContext,
  options: { readonly message: string; readonly branch: string | undefined },
): Promise<Snapshot | undefined> {
  const workspace = workspaceOf(context.root, context.stackName);
  return saveSnapshot(gitIn(context.root, context.environment), {
    ...options,
    now: new Date(),
    secrets: secretsOfClone(workspace, context.environment),
    validate: () => validateProgram(context),
  });
}

export function describeSnapshot(snapshot: Snapshot | undefined): string {
  if (!snapshot) return "No changes to commit.";
  const { files, commit, branch } = snapshot;
  return `Committed ${files} files as ${commit} on ${branch}.`;
}
