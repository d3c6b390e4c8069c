import { StackError } from "../../infra/stack-error.ts";
import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../os/exit-codes.ts";
import type { Change } from "../preview/change.ts";
import { compareLive } from "../preview/compare-live.ts";
import { compareTrees } from "../preview/compare-trees.ts";
import { changesAsMarkdown } from "../preview/markdown.ts";
import { summarise } from "../preview/summary.ts";
import { changesAsText } from "../preview/text.ts";

export const preview = defineCommand({
  options: (parser) =>
    parser
      .option("against", {
        type: "string",
        describe: "Compare with where HEAD left this commit or branch; no Docker and no state",
      })
      .option("markdown", {
        type: "boolean",
        default: false,
        describe: "As a comment on a pull request",
      })
      .option("expect-no-changes", {
        type: "boolean",
        default: false,
        describe: "Exit 2 when anything would change",
      }),
  examples: [
    ["./stack preview --json", "the changes as one JSON object"],
    ["./stack preview --against main --markdown", "what this branch changes, for its pull request"],
  ],
  run: async (context, { against, markdown, expectNoChanges }) => {
    const comparison = against === undefined ? undefined : await compareTrees(context, against);
    const changes = comparison?.changes ?? (await compareLive(context));
    const compared = comparison
      ? `This work tree against ${comparison.base.slice(0, 7)}, both with the settings of a fresh clone.`
      : `The stack ${context.stackName} as it runs.`;
    const { level } = summarise(changes);
    const base = comparison ? { against, base: comparison.base } : {};
    return {
      ...(markdown
        ? { document: changesAsMarkdown(changes, compared) }
        : { text: changesAsText(changes) }),
      data: { ...base, level, changes },
      ...(expectNoChanges && changes.length > 0 && { failure: unexpectedError(changes) }),
    };
  },
});

function unexpectedError(changes: readonly Change[]): StackError {
  return new StackError(`${changes.length} changes, where none was expected.`, {
    details: changes.map(({ action, subject }) => `${action} ${subject}`),
    remedy: "Run ./stack up to apply them.",
    exitCode: exitCodes.changes,
  });
}
