import { defineCommand } from "../../command-line/command.ts";
import { gitIn } from "../../repo/git.ts";
import { describeProposal, proposeBranch } from "../../repo/propose-branch.ts";
import { pushBranch } from "../../repo/push-branch.ts";
import {
  withPullRequestOptions,
  withPushOptions,
  withSaveOptions,
} from "../../repo/repo-options.ts";
import { describeSnapshot, saveWorkTree } from "../../repo/save-work-tree.ts";

export const publish = defineCommand({
  options: (parser) => withPullRequestOptions(withPushOptions(withSaveOptions(parser))),
  examples: [['./stack repo publish -m "feat: a new tool"', "from a change to a pull request"]],
  run: async (context, options) => {
    const { message, branch, remote, setUpstream, base, draft, title, body } = options;
    const snapshot = await saveWorkTree(context, { message, branch });
    // At once, each: a later step may fail, and the earlier ones stay done.
    context.announce(describeSnapshot(snapshot));
    const pushed = await pushBranch(gitIn(context.root, context.environment), {
      remote,
      setUpstream,
    });
    context.announce(`Pushed ${pushed.branch} to ${pushed.remote}.`);
    const proposal = await proposeBranch(context, { base, draft, title, body });
    return {
      text: describeProposal(proposal),
      data: { snapshot: snapshot ?? null, ...pushed, ...proposal },
    };
  },
});
