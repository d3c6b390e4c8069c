import { defineCommand } from "../../command-line/command.ts";
import { gitIn } from "../../repo/git.ts";
import { pushBranch } from "../../repo/push-branch.ts";
import { withPushOptions } from "../../repo/repo-options.ts";

export const push = defineCommand({
  options: (parser) => withPushOptions(parser),
  examples: [["./stack repo push", "to origin"]],
  run: async (context, { remote, setUpstream }) => {
    const pushed = await pushBranch(gitIn(context.root, context.environment), {
      remote,
      setUpstream,
    });
    return { text: `Pushed ${pushed.branch} to ${pushed.remote}.`, data: pushed };
  },
});
