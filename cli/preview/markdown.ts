import type { Change, FileDiff } from "./change.ts";
import { riskLevels, riskWords } from "./risk.ts";
import { summarise } from "./summary.ts";

/** By this line a later run finds its own comment. */
export const previewMarker = "<!-- agent-stack:preview -->";

/** GitHub refuses a comment of more than 65536 characters; the rest is for what a poster adds. */
const longestComment = 60_000;

/**
 * The changes as a comment on a pull request.
 *
 * Every text that comes from the compared trees is in code, where Markdown, HTML and mentions
 * mean nothing.
 */
export function changesAsMarkdown(changes: readonly Change[], compared: string): string {
  const foot = `<sub>${escaped(compared)}</sub>`;
  if (changes.length === 0) {
    return [previewMarker, "### `./stack up` would change nothing", "", foot, ""].join("\n");
  }
  const { level, counts } = summarise(changes);
  const { title, meaning } = riskWords[level];
  const head = [
    previewMarker,
    `### What \`./stack up\` would do: ${title.toLowerCase()}`,
    "",
    `**${title}**: ${meaning} In all: ${counts}.`,
    "",
  ];
  const sections = [...riskSections(changes), ...changes.flatMap(fileSections)];
  return fitted(head, sections, ["", foot, ""]);
}

/** A table for each level that occurs, the worst first. */
function riskSections(changes: readonly Change[]): string[] {
  return riskLevels.flatMap((level) => {
    const rows = changes.filter((change) => change.level === level).map(row);
    if (rows.length === 0) return [];
    const { title } = riskWords[level];
    const columns = ["| what | why | what it costs |", "| --- | --- | --- |"];
    // A row is its own piece, so that a long table is cut between rows.
    return [[`#### ${title}`, "", ...columns, rows[0]].join("\n"), ...rows.slice(1), ""];
  });
}

function row({ action, subject, reasons, risk }: Change): string {
  const cells = [`${action} ${code(subject)}`, reasons.map(code).join("<br>") || "-", code(risk)];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function fileSections({ subject, files }: Change): string[] {
  return files.map((file) => fileSection(subject, file));
}

function fileSection(subject: string, { path, diff }: FileDiff): string {
  const fence = "`".repeat(Math.max(3, longestRun(diff) + 1));
  const title = `<code>${escaped(subject)}: ${escaped(path)}</code>`;
  return [
    `\n<details><summary>${title}</summary>`,
    "",
    `${fence}diff`,
    diff,
    fence,
    "",
    "</details>",
  ].join("\n");
}

/** As many whole sections as fit; what is left out is said. */
function fitted(head: readonly string[], sections: readonly string[], foot: readonly string[]) {
  const kept: string[] = [];
  let length = [...head, ...foot].join("\n").length;
  for (const section of sections) {
    length += section.length + 1;
    if (length > longestComment) break;
    kept.push(section);
  }
  const cut = sections.slice(kept.length).filter((section) => section !== "").length;
  const note =
    cut === 0 ? [] : ["", `**${cut} more entries do not fit here: run the command to read them.**`];
  return [...head, ...kept, ...note, ...foot].join("\n");
}

/** A code span that ends where it should, whatever the text holds. */
function code(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ");
  const fence = "`".repeat(longestRun(flat) + 1);
  const pad = /^`|`$/.test(flat) ? " " : "";
  return `${fence}${pad}${flat}${pad}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** For the few places inside HTML: entities for its marks, and no text that GitHub takes for a mention. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[@#]/g, (mark) => `${mark}\u200b`);
}
