import { StackError } from "../../infra/stack-error.ts";
import { type CommandContext, type CommandResult, defineCommand } from "../command-line/command.ts";
import { readState } from "../pulumi/read-state.ts";
import { findOwner } from "../stack/find-owner.ts";
import { chooseTarget, findRunning } from "../history/choose-target.ts";
import type { GoodStack } from "../history/good-stack.ts";
import { openHistory } from "../history/open-history.ts";
import { rollBack, standingOf } from "../deploy/roll-back.ts";
import { colours as pc } from "../output/colours.ts";
import { table } from "../output/table.ts";
import { requireRightPassphrase } from "../stack/passphrase.ts";
import { recordDifferences } from "../preview/record-differences.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { openSession, type Session } from "../stack/session.ts";
import { outputsOf } from "../pulumi/stack-state.ts";

export const rollback = defineCommand({
  options: (parser) =>
    parser
      .option("list", { type: "boolean", default: false, describe: "Show the good stacks" })
      .option("to", { type: "string", describe: "Which one, by its time in the list" }),
  examples: [
    ["./stack rollback", "after an up that failed, or one that was a mistake"],
    ["./stack rollback --list", "what there is to go back to"],
  ],
  changes: ({ list }) => !list,
  run: async (context, { list, to }) => {
    if (list) return listHistory(context);
    const { stackName, report, signal } = context;
    const session = await openSession(context);
    const state = await readState(session.workspace, session.engine);
    await requireRightPassphrase(state, session.engine.environment, session.workspace);
    const marks = { owner: await findOwner(session, state), stackName };
    const standing = await standingOf(session, state, marks);
    const target = chooseTarget(openHistory(session).read(), standing, to);
    if (!target) {
      return {
        text: "Nothing to do: the good stack that a rollback brought back runs, healthy.",
        data: { outcome: "unchanged" },
      };
    }
    const { good, leaves } = target;
    const reverted = standing.applied ? recordDifferences(standing.applied, good.stack.record) : [];
    if (leaves) {
      const question = `All is healthy as applied at ${leaves.at}. Go back to ${good.at}?`;
      if (!(await context.confirm(question))) throw refusedError();
    }
    const outcome = await rollBack(session, state, target, { report, signal });
    const next = await nextUp(context, session, good);
    const { at, commit } = good;
    return {
      text: renderOutcome(good, outcome, reverted, next),
      data: { outcome, at, commit, reverted, nextUp: next },
    };
  },
});

/** What the next `up` would apply: the work tree and its settings still hold the change. */
async function nextUp(
  context: CommandContext,
  session: Session,
  good: GoodStack,
): Promise<readonly string[]> {
  try {
    const desired = desiredOf(context, await session.settings());
    return recordDifferences(good.stack.record, desired.record);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return [`fails: ${error.message}`];
  }
}

function renderOutcome(
  { at, commit }: GoodStack,
  outcome: "unchanged" | "updated",
  reverted: readonly string[],
  next: readonly string[],
): string {
  const of = `of ${at}${commit === undefined ? "" : ` (commit ${commit})`}`;
  const head =
    outcome === "updated"
      ? `The stack ${of} is back, and all of it healthy. Data is as it was.`
      : `The stack ${of} never left: all of it is healthy.`;
  const bulleted = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  return [
    pc.green(head),
    ...(reverted.length > 0 ? ["Reverted:", ...bulleted(reverted)] : []),
    ...(next.length > 0
      ? [
          "The files and settings are as before, so the next ./stack up would apply:",
          ...bulleted(next),
          "Undo that there first, or fix it.",
        ]
      : ["The next ./stack up changes nothing."]),
  ].join("\n");
}

async function listHistory(context: CommandContext): Promise<CommandResult> {
  const session = await openSession(context);
  const state = await readState(session.workspace, session.engine);
  await requireRightPassphrase(state, session.engine.environment, session.workspace);
  const history = openHistory(session).read();
  const applied = outputsOf(state)?.applied;
  const current = findRunning(history, applied);
  const rows = history.map((good, index) => {
    const older = history[index + 1];
    const running = good === current;
    const changes = older ? recordDifferences(older.stack.record, good.stack.record) : [];
    return { at: good.at, commit: good.commit, running, changes };
  });
  return {
    text:
      rows.length === 0
        ? "No restore point yet; the first successful ./stack up creates one."
        : renderHistory(rows),
    data: { history: rows },
  };
}

/** A stack that was healthy once, in the list. */
interface HistoryRow {
  readonly at: string;
  readonly commit: string | undefined;
  readonly running: boolean;
  /** What it changed. */
  readonly changes: readonly string[];
}

export function renderHistory(rows: readonly HistoryRow[], width?: number): string {
  const header = ["", "APPLIED (UTC)", "COMMIT", "CHANGES"].map((text) => pc.dim(text));
  const body = rows.map(({ at, commit, running, changes }) => [
    running ? pc.green("→") : " ",
    at,
    commit ?? "-",
    changes.join("; ") || "-",
  ]);
  return table([header, ...body], width);
}

function refusedError(): StackError {
  return new StackError("Nothing was changed.", {
    remedy: "Say yes when asked, or pass --yes.",
  });
}
