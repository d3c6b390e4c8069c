import { defineCommand } from "../../command-line/command.ts";
import { exitCodes } from "../../os/exit-codes.ts";
import { withSaveOptions } from "../../repo/repo-options.ts";
import { describeSnapshot, saveWorkTree } from "../../repo/save-work-tree.ts";

export const save = defineCommand({
  options: (parser) => withSaveOptions(parser),
  examples: [
    ['./stack repo save -m "feat: a new tool"', "on main: on a feature branch that it makes"],
  ],
  run: async ({ message, branch }, context) => {
    const snapshot = await saveWorkTree(context, { message, branch });
    context.endProgress();
    context.print(describeSnapshot(snapshot));
    context.result({ command: "repo save", snapshot: snapshot ?? null });
    return exitCodes.done;
  },
});
