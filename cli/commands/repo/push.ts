import { defineCommand } from "../../command-line/command.ts";
import { exitCodes } from "../../os/exit-codes.ts";
import { gitIn } from "../../repo/git.ts";
import { pushBranch } from "../../repo/push-branch.ts";
import { withPushOptions } from "../../repo/repo-options.ts";

export const push = defineCommand({
  options: (parser) => withPushOptions(parser),
  examples: [["./stack repo push", "to origin"]],
  run: async ({ remote, setUpstream }, context) => {
    const pushed = await pushBranch(gitIn(context.root, context.environment), {
      remote,
      setUpstream,
    });
    context.endProgress();
    context.print(`Pushed ${pushed.branch} to ${pushed.remote}.`);
    context.result({ command: "repo push", ...pushed });
    return exitCodes.done;
  },
});
