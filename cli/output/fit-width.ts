import { stripVTControlCharacters } from "node:util";
import wrapAnsi from "wrap-ansi";

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

function fitLine(line: string, width: number): string {
  if (stripVTControlCharacters(line).length <= width) return line;
  const [indent = ""] = /^ */.exec(line) ?? [];
  const room = width - indent.length;
  if (room < 20) return line;
  const [first = "", ...more] = wrapAnsi(line.slice(indent.length), room).split("\n");
  return [`${indent}${first}`, ...more.map((rest) => `${indent}${rest.trimStart()}`)].join("\n");
}
