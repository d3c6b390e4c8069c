import { StackError } from "../../infra/stack-error.ts";
import { bringUp } from "../deploy/bring-up.ts";
import { defineCommand } from "../command-line/command.ts";
import { readState } from "../pulumi/read-state.ts";
import type { Finding } from "../drift/drift-of.ts";
import { findDrift } from "../drift/find-drift.ts";
import {
  lastingFindings,
  recallLasting,
  rememberLasting,
  replaceableServices,
} from "../drift/lasting-findings.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { colours as pc } from "../output/colours.ts";
import { recordDifferences } from "../preview/record-differences.ts";
import { notUpError } from "../stack/running-stack.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { openSession } from "../stack/session.ts";
import {
  outputsOf,
  resourceName,
  resourcesOf,
  resourceTypes,
  type StackState,
} from "../pulumi/stack-state.ts";

export const drift = defineCommand({
  options: (parser) =>
    parser.option("fix", {
      type: "boolean",
      default: false,
      describe: "Replace what differs, remove what is extra, and wait until all is healthy",
    }),
  examples: [
    ["./stack drift", "what was changed by hand: variables, labels, ports, files, limits, …"],
    ["./stack drift --fix", "and revert it to what the last up applied"],
  ],
  changes: ({ fix }) => fix,
  run: async (context, { fix }) => {
    const { stackName, report, signal } = context;
    const session = await openSession(context);
    const parsed = await session.settings();
    const desired = desiredOf(context, parsed);
    const look = async () => {
      const state = await readState(session.workspace, session.engine);
      const outputs = outputsOf(state);
      if (!outputs) throw notUpError(stackName);
      const { applied } = outputs;
      const recordKey = parsed.settings.STACK_RECORD_KEY;
      return {
        state,
        applied,
        findings: await findDrift(session, desired.identity, state, applied, recordKey),
      };
    };
    const before = await look();
    const pending = recordDifferences(before.applied, desired.record);
    const found = render(before.findings, pending);
    if (!fix || before.findings.length === 0) {
      return {
        text: found,
        data: { drift: before.findings, pending },
        exitCode: before.findings.length === 0 ? exitCodes.done : exitCodes.changes,
      };
    }
    context.announce(found);
    if (pending.length > 0 && !(await context.confirm("Fixing applies these changes too. Go on?")))
      throw pendingError(pending);
    const wrong = replaceableServices(
      before.findings,
      containerIds(before.state),
      recallLasting(session.workspace),
    );
    if (wrong.size === 0) throw lastingError(before.findings);
    const replace = resourcesOf(before.state, resourceTypes.container)
      .map(({ urn }) => urn)
      .filter((urn) => wrong.has(resourceName(urn)));
    await bringUp(session, desired, {
      ...{ build: false, replace, report, signal },
      again: "./stack drift --fix",
    });
    const { findings, state } = await look();
    rememberLasting(session.workspace, lastingFindings(findings, containerIds(state)));
    return {
      text:
        findings.length === 0 ? "Everything matches the last `up` again." : render(findings, []),
      data: { drift: findings, fixed: before.findings, pending: [] },
      exitCode: findings.length === 0 ? exitCodes.done : exitCodes.changes,
    };
  },
});

/** The state's containers, by service. */
function containerIds(state: StackState): Map<string, string> {
  return new Map(
    resourcesOf(state, resourceTypes.container).map(({ urn, id }) => [resourceName(urn), id ?? ""]),
  );
}

function render(findings: readonly Finding[], pending: readonly string[]): string {
  const head =
    findings.length === 0
      ? pc.green("No drift: everything matches the last up.")
      : pc.red(`${findings.length} differences from what up applied:`);
  const body = findings.map(({ service, aspect, expected, actual }) => {
    const should = `should be ${expected === undefined ? "absent" : expected || '""'}`;
    return `  ${pc.bold(service)} ${aspect}: ${should}, is ${actual === undefined ? "absent" : actual || '""'}`;
  });
  const note =
    pending.length > 0
      ? ["", "Not applied yet (./stack preview):", ...pending.map((line) => `  ${line}`)]
      : [];
  return [head, ...body, ...note].join("\n");
}

function lastingError(findings: readonly Finding[]): StackError {
  const services = [...new Set(findings.map(({ service }) => service))].join(", ");
  return new StackError(
    `Nothing was replaced: ${services} differed in the same way right after the last --fix.`,
    {
      remedy:
        "The image or this machine's Docker engine makes the difference, and another replacement " +
        "would too. Correct the service in infra/services, or report it as a bug.",
      exitCode: exitCodes.changes,
    },
  );
}

function pendingError(pending: readonly string[]): StackError {
  return new StackError("Nothing was fixed: it would apply changes that no up has applied yet.", {
    details: pending,
    remedy: "Read them with ./stack preview, then run ./stack drift --fix --yes.",
  });
}
