import { createRequire } from "node:module";
import { stripVTControlCharacters } from "node:util";

// What measures text for a terminal compiles expressions over all emoji when it is loaded, which takes as long as Node's
// own start. It is loaded for the first line that is too long.
const require = createRequire(import.meta.url);

/** As wide as a person's terminal; without end where a file or a program reads. */
export function terminalWidth(stream: Pick<NodeJS.WriteStream, "isTTY" | "columns">): number {
  return stream.isTTY && stream.columns > 0 ? stream.columns : Infinity;
}

/**
 * Breaks lines between words, and goes on below a line's own beginning: what a terminal breaks itself, it
 * breaks in the middle of a word. What has no space stays whole, so that an address can be copied.
 */
export function fitWidth(text: string, width: number): string {
  if (width === Infinity) return text;
  return text
    .split("\n")
    .map((line) => fitLine(line, width))
    .join("\n");
}

/** Spaces, a mark, and the name of a row: what the rest of a line belongs under. */
const beginning = /^ *(?:[✓✗·!→…±+~-] (?:\S+ {2,})?)?/u;

function fitLine(line: string, width: number): string {
  const visible = stripVTControlCharacters(line);
  if (visible.length <= width) return line;
  const indent = beginning.exec(visible)?.[0].length ?? 0;
  const room = width - indent;
  if (room < 20) return line;
  // The beginning may be coloured, and a colour has no width.
  const head = new RegExp(`^(?:(?:\\u001b\\[[\\d;]*m)*.){${indent}}`, "u").exec(line)?.[0] ?? "";
  const { default: wrapAnsi } = require("wrap-ansi") as typeof import("wrap-ansi");
  const [first = "", ...more] = wrapAnsi(line.slice(head.length), room).split("\n");
  const space = " ".repeat(indent);
  return [head + first, ...more.map((rest) => `${space}${rest.trimStart()}`)].join("\n");
}

/** Cuts a line to `width`, and closes its colours. */
export function cut(line: string, width: number): string {
  const { default: truncate } = require("cli-truncate") as typeof import("cli-truncate");
  return truncate(line, width);
}
