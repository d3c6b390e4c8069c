import { didYouMean, nearestOf } from "../../infra/did-you-mean.ts";
import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "../os/exit-codes.ts";
import type { StackCommand } from "./command-table.ts";

/** What yargs says of a wrong command line, in our words, with what to type instead. */
export function usageError(
  message: string,
  words: readonly string[],
  commands: readonly StackCommand[],
): StackError {
  const [, lacking] = /^Not enough arguments following: (\S+)$/.exec(message) ?? [];
  if (lacking !== undefined) return usageError(`--${lacking} needs a value.`, words, commands);
  if (/got \d+, need at least \d+$/.test(message)) return missingError(words, commands);
  const [, typed] = /^Unknown (?:argument|command)s?: ([^\s,]+)/.exec(message) ?? [];
  if (typed !== undefined && wordsOf(words)[0] === formerName) return renamedError(words);
  return new StackError(typed === undefined ? message : unknownWord(typed, words, commands), {
    remedy: "See ./stack --help, or ./stack COMMAND --help for one command.",
    exitCode: exitCodes.usage,
  });
}

/** Names what a command must be given: `why` wants a service. */
function missingError(words: readonly string[], commands: readonly StackCommand[]): StackError {
  const [first, second] = wordsOf(words);
  const named = commands.find(({ name }) => name === first);
  const member = named?.members?.find(({ name }) => name === second);
  const usage = member ? `${named?.name ?? ""} ${member.usage}` : (named?.usage ?? "");
  const [, wanted = "value"] = /<(\w+)>/.exec(usage) ?? [];
  return new StackError(`Name a ${wanted}.`, {
    remedy: `Type: ./stack ${usage.replace(`<${wanted}>`, wanted.toUpperCase())}`,
    exitCode: exitCodes.usage,
  });
}

/** What `local` was called, here and in the stack that this one follows. */
const formerName = "dev";

function renamedError(words: readonly string[]): StackError {
  const rest = words.slice(words.indexOf(formerName) + 1);
  return new StackError(
    `There is no command "${formerName}": ${formerName} is the default stack, and local the second.`,
    { remedy: `Type: ${["./stack local", ...rest].join(" ")}`, exitCode: exitCodes.usage },
  );
}

/** What was typed but for the options. */
function wordsOf(words: readonly string[]): string[] {
  return words.filter((word, at) => !word.startsWith("-") && words[at - 1] !== "--stack");
}

function unknownWord(
  typed: string,
  words: readonly string[],
  commands: readonly StackCommand[],
): string {
  const [first = ""] = wordsOf(words);
  const group = commands.find(({ name }) => name === first);
  if (words.some((word) => word.startsWith("-") && word.includes(typed))) {
    return `${first || "./stack"} has no option --${typed}.`;
  }
  if (group !== undefined && group.members === undefined) {
    return `${first} takes no "${typed}".`;
  }
  const names = (group?.members ?? commands).map(({ name }) => name);
  const guess = didYouMean(nearestOf(typed, names, 2));
  return `There is no command "${typed}"${group ? ` in ${first}` : ""}.${guess}`;
}
