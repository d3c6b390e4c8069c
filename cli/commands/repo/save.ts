import { defineCommand } from "../../command-line/command.ts";
import { withSaveOptions } from "../../repo/repo-options.ts";
import { describeSnapshot, saveWorkTree } from "../../repo/save-work-tree.ts";

export const save = defineCommand({
  options: (parser) => withSaveOptions(parser),
  examples: [
    ['./stack repo save -m "feat: a new tool"', "on main: on a feature branch that it makes"],
  ],
  run: async (context, { message, branch }) => {
    const snapshot = await saveWorkTree(context, { message, branch });
    return { text: describeSnapshot(snapshot), data: { snapshot: snapshot ?? null } };
  },
});
