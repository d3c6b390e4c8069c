import type { Finding } from "./finding.ts";
import { isWrong } from "./finding.ts";
import { colours as pc } from "../output/colours.ts";

const marks: Readonly<Record<Finding["severity"], string>> = {
  ok: pc.green("✓"),
  note: pc.dim("·"),
  warning: pc.yellow("!"),
  error: pc.red("✗"),
};

/** Every finding on a line, with its remedy below, and a last line that sums up. */
export function describeFindings(findings: readonly Finding[], fixed: readonly string[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const indent = " ".repeat(width + 4);
  const lines = findings.flatMap(({ check, severity, what, remedy }) => [
    `${marks[severity]} ${pc.dim(check.padEnd(width))}  ${what}`,
    ...(remedy === undefined ? [] : [`${indent}${pc.cyan("→")} ${remedy}`]),
  ]);
  return [...lines, "", ...fixed.map((each) => `Fixed: ${each}.`), summary(findings)].join("\n");
}

function summary(findings: readonly Finding[]): string {
  const wrong = findings.filter(isWrong);
  if (wrong.length === 0) return pc.green("Nothing is wrong.");
  const fixable = wrong.filter(({ repair }) => repair !== undefined).length;
  const hint = fixable > 0 ? ` ./stack doctor --fix fixes ${fixable} of them.` : "";
  const errors = wrong.filter(({ severity }) => severity === "error").length;
  const counts = [counted(errors, "error"), counted(wrong.length - errors, "warning")];
  return `${counts.filter((count) => count !== "").join(", ")}.${hint}`;
}

function counted(count: number, what: string): string {
  return count === 0 ? "" : `${count} ${what}${count === 1 ? "" : "s"}`;
}
