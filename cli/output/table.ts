import { stripVTControlCharacters } from "node:util";
import { cut, terminalWidth } from "./fit-width.ts";

/** Columns as wide as their widest cell, cut to the terminal; the header is the first row. */
export function table(
  rows: readonly (readonly string[])[],
  width = terminalWidth(process.stdout),
): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => visibleLength(row[column] ?? ""))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => pad(cell, widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => (visibleLength(line) > width ? cut(line, width) : line))
    .join("\n");
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - visibleLength(cell)));
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
