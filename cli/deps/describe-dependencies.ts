import { type Dependency, needsWork } from "./dependency.ts";
import { colours as pc } from "../output/colours.ts";
import { table } from "../output/table.ts";

/** What needs work as a table with what to do below each, then what is held, and who kept silent. */
export function describeDependencies(rows: readonly Dependency[]): string {
  const work = rows.filter(needsWork);
  const held = rows.filter(({ state }) => state === "held");
  const silent = rows.filter(({ state }) => state === "unanswered");
  const paragraphs = [
    ...(work.length > 0 ? [workTable(work)] : []),
    ...(held.length > 0 ? [section("Left as they are on purpose:", held)] : []),
    ...(silent.length > 0 ? [section("Not answered, so not known:", silent)] : []),
    summary(work, silent),
  ];
  return paragraphs.join("\n\n");
}

function workTable(work: readonly Dependency[]): string {
  const header = ["WHAT", "PINNED", "NEWEST", "FOR", "WHERE"];
  const cells = work.map(({ name, pinned, newest, scope, where, state }) => [
    pc.bold(name),
    pinned,
    newest ?? (state === "vulnerable" ? pc.red("vulnerable") : ""),
    scope,
    where,
  ]);
  const [head = "", ...lines] = table([header, ...cells]).split("\n");
  const told = lines.map((line, index) => `${line}\n  ${pc.cyan("→")} ${work[index]?.todo ?? ""}`);
  return [pc.dim(head), ...told].join("\n");
}

function section(title: string, rows: readonly Dependency[]): string {
  const lines = rows.map(({ name, pinned, newest, todo }) => {
    const versions = [pinned, newest].filter((version) => version).join(", newest ");
    return `  ${name}${versions === "" ? "" : ` ${versions}`}: ${todo}`;
  });
  return [pc.dim(title), ...lines].join("\n");
}

function summary(work: readonly Dependency[], silent: readonly Dependency[]): string {
  const unknown = silent.length === 0 ? "" : ` ${silent.length} could not be asked about.`;
  if (work.length === 0) {
    const all = silent.length === 0 ? "Nothing is behind." : "Nothing that answered is behind.";
    return `${pc.green(all)}${unknown}`;
  }
  const count = (scope: Dependency["scope"]) => work.filter((row) => row.scope === scope).length;
  return `To look at: ${count("runtime")} for running, ${count("dev")} for development.${unknown}`;
}
