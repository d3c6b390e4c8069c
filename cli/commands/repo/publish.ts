import { defineCommand } from "../../command-line/command.ts";
import { exitCodes } from "../../os/exit-codes.ts";
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
  run: async (options, context) => {
    const { message, branch, remote, setUpstream, base, draft, title, body } = options;
    const snapshot = await saveWorkTree(context, { message, branch });
    context.endProgress();
    context.print(describeSnapshot(snapshot));
    const pushed = await pushBranch(gitIn(context.root, context.environment), {
      remote,
      setUpstream,
    });
    context.print(`Pushed ${pushed.branch} to ${pushed.remote}.`);
    const proposal = await proposeBranch(context, { base, draft, title, body });
    context.print(describeProposal(proposal));
    context.result({ command: "repo publish", snapshot: snapshot ?? null, ...pushed, ...proposal });
    return exitCodes.done;
  },
});
