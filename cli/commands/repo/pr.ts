import { defineCommand } from "../../command-line/command.ts";
import { exitCodes } from "../../os/exit-codes.ts";
import { describeProposal, proposeBranch } from "../../repo/propose-branch.ts";
import { withPullRequestOptions } from "../../repo/repo-options.ts";

export const pr = defineCommand({
  options: (parser) => withPullRequestOptions(parser),
  examples: [["./stack repo pr --draft", "a draft against main"]],
  run: async ({ base, draft, title, body }, context) => {
    const proposal = await proposeBranch(context, { base, draft, title, body });
    context.endProgress();
    context.print(describeProposal(proposal));
    context.result({ command: "repo pr", ...proposal });
    return exitCodes.done;
  },
});
