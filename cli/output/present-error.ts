import { colours as pc } from "./colours.ts";
import { fitWidth, terminalWidth } from "./fit-width.ts";
import { commandHint } from "../../infra/command-hint.ts";
import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { line, time } from "./json-lines.ts";

/** An error as a user reads it: what happened, why, and what to type next. */
export function presentError(
  error: unknown,
  options: { readonly debug: boolean; readonly stackName: string; readonly width?: number },
): string {
  const { debug, stackName, width = terminalWidth(process.stderr) } = options;
  if (!(error instanceof StackError)) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${pc.red("✗")} An unexpected error: this is a bug of ours.\n${trace}\n`;
  }
  const said = (mark: string, text: string) => marked(mark, commandHint(text, stackName), width);
  const details = error.details.map((detail) => fitWidth(`  ${detail}`, width));
  const parts = [
    said(pc.red("✗"), error.message),
    ...details,
    said(pc.cyan("→"), error.remedy),
    ...(debug ? traces(error) : []),
  ];
  return `${parts.join("\n")}\n`;
}

/** A sentence whose later lines are below its first word. */
function marked(mark: string, text: string, width: number): string {
  return `${mark} ${fitWidth(`  ${text}`, width).slice(2)}`;
}

function traces(error: Error): string[] {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? [own, "caused by:", ...traces(error.cause)] : [own];
}

export function errorLine(error: unknown, stackName: string): string {
  const known = error instanceof StackError;
  const message = error instanceof Error ? error.message : String(error);
  return line({
    type: "error",
    time: time(),
    message: commandHint(message, stackName),
    ...(known && { remedy: commandHint(error.remedy, stackName), details: error.details }),
    exitCode: exitCodeOf(error),
  });
}

export function exitCodeOf(error: unknown): number {
  return error instanceof StackError ? error.exitCode : exitCodes.failed;
}
