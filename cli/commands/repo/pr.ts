import { defineCommand } from "../../command-line/command.ts";
import { describeProposal, proposeBranch } from "../../repo/propose-branch.ts";
import { withPullRequestOptions } from "../../repo/repo-options.ts";

export const pr = defineCommand({
  options: (parser) => withPullRequestOptions(parser),
  examples: [["./stack repo pr --draft", "a draft against main"]],
  run: async (context, { base, draft, title, body }) => {
    const proposal = await proposeBranch(context, { base, draft, title, body });
    return { text: describeProposal(proposal), data: proposal };
  },
});
