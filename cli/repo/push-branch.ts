import { StackError } from "../../infra/stack-error.ts";
import type { Git } from "./git.ts";
import { requireUnguarded, switchFirst } from "./snapshot-branch.ts";

/** Pushes the present branch, and remembers where to where it has no upstream yet. */
export async function pushBranch(
  git: Git,
  options: { readonly remote: string; readonly setUpstream: boolean },
): Promise<{ readonly branch: string; readonly remote: string }> {
  const { remote, setUpstream } = options;
  const branch = await git("branch", "--show-current");
  if (branch === "") {
    throw new StackError("The work tree is on no branch.", {
      remedy: "Make one with: git switch --create feature/NAME",
    });
  }
  requireUnguarded(branch, switchFirst);
  const remotes = (await git("remote")).split("\n");
  if (!remotes.includes(remote)) {
    throw new StackError(`The repository has no remote called ${remote}.`, {
      remedy: `Add it with: git remote add ${remote} ADDRESS`,
    });
  }
  const upstream = await git("for-each-ref", "--format=%(upstream)", `refs/heads/${branch}`);
  const remember = setUpstream || upstream === "" ? ["--set-upstream"] : [];
  await git("push", "--quiet", ...remember, remote, branch);
  return { branch, remote };
}
