import { commandHint } from "../../infra/command-hint.ts";
import { defineCommand } from "../command-line/command.ts";
import { examine } from "../doctor/examine.ts";
import { type Finding, isWrong } from "../doctor/finding.ts";
import { repair } from "../doctor/repair.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { describeFindings } from "../doctor/describe-findings.ts";

export const doctor = defineCommand({
  options: (parser) =>
    parser.option("fix", {
      type: "boolean",
      default: false,
      describe: "Fix what can be fixed safely: modes, locks, missing secrets, a stopped engine",
    }),
  examples: [
    ["./stack doctor", "every finding, and what to do about it"],
    ["./stack doctor --fix --json", "the same from a script, fixed where that is safe"],
  ],
  run: async (context, { fix }) => {
    let findings = await examine(context);
    const fixed: string[] = [];
    if (fix) {
      for (const finding of findings) {
        if (finding.repair) fixed.push(await repair(finding.repair, context));
      }
      if (fixed.length > 0) findings = await examine(context);
    }
    const wrong = findings.filter(isWrong);
    const errors = findings.filter(({ severity }) => severity === "error");
    return {
      text: describeFindings(findings, fixed),
      data: {
        wrong: wrong.length,
        errors: errors.length,
        fixed,
        findings: findings.map((finding) => plain(finding, context.stackName)),
      },
      // A warning is for people: the stack works.
      exitCode: errors.length === 0 ? exitCodes.done : exitCodes.failed,
    };
  },
});

/** How it would be fixed is our own affair; that it can be is not. */
function plain({ repair: own, ...finding }: Finding, stackName: string) {
  const { what, remedy } = finding;
  return {
    ...finding,
    what: commandHint(what, stackName),
    ...(remedy !== undefined && { remedy: commandHint(remedy, stackName) }),
    fixable: own !== undefined,
  };
}
