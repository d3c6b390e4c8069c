import { colours as pc } from "../output/colours.ts";
import type { Change, FileDiff } from "./change.ts";
import { type RiskLevel, riskWords } from "./risk.ts";
import { summarise } from "./summary.ts";

const marks: Readonly<Record<Change["action"], string>> = {
  create: pc.green("+"),
  update: pc.yellow("~"),
  replace: pc.yellow("±"),
  remove: pc.red("-"),
};

const paints: Readonly<Record<RiskLevel, (text: string) => string>> = {
  data: pc.red,
  protection: pc.red,
  breaking: pc.red,
  interruption: pc.yellow,
  none: pc.green,
};

/** The changes for a terminal, under a line that says the worst of them. */
export function changesAsText(changes: readonly Change[]): string {
  if (changes.length === 0) return "No changes: the stack is up to date.";
  const { level, counts } = summarise(changes);
  const { title, meaning } = riskWords[level];
  const head = `${paints[level](pc.bold(title))}: ${meaning} ${pc.dim(`(${counts})`)}`;
  return [head, "", ...changes.map(changeAsText)].join("\n");
}

function changeAsText({ subject, action, level, reasons, risk, files }: Change): string {
  const why = reasons.length > 0 ? `: ${reasons.join("; ")}` : "";
  const risky = level === "none" ? "" : `${paints[level](riskWords[level].title)}. `;
  const lines = [
    `${marks[action]} ${action} ${pc.bold(subject)}${why}`,
    `    ${risky}${pc.dim(risk)}`,
  ];
  return [...lines, ...files.flatMap(diffLines)].join("\n");
}

function diffLines({ diff }: FileDiff): string[] {
  return diff.split("\n").map((line) => {
    const paint = line.startsWith("+") ? pc.green : line.startsWith("-") ? pc.red : pc.dim;
    return paint(`      ${line}`);
  });
}
