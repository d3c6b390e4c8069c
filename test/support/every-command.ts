import type { StackCommand } from "../../cli/command-line/command-table.ts";
import { commands } from "../../cli/commands/index.ts";

/** The words of every command of the index, with something in the place of what it must be given. */
export function everyCommand(): string[][] {
  return commands.flatMap(wordsOf);
}

function wordsOf({ name, usage, members }: StackCommand): string[][] {
  if (members) return members.flatMap(wordsOf).map((own) => [name, ...own]);
  const given = usage.split(" ").filter((word) => word.startsWith("<"));
  return [[name, ...given.map((word) => (word === "<service>" ? "agent" : "latest"))]];
}
