import { colours as pc } from "./colours.ts";
import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { line, time } from "./json-lines.ts";

/** An error as a user reads it: what happened, why, and what to type next. */
export function presentError(error: unknown, options: { debug: boolean }): string {
  if (!(error instanceof StackError)) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${pc.red("✗")} An unexpected error: this is a bug of ours.\n${trace}\n`;
  }
  const details = error.details.map((detail) => `  ${detail}`);
  const parts = [`${pc.red("✗")} ${error.message}`, ...details, `${pc.cyan("→")} ${error.remedy}`];
  if (options.debug) parts.push(...traces(error));
  return `${parts.join("\n")}\n`;
}

function traces(error: Error): string[] {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? [own, "caused by:", ...traces(error.cause)] : [own];
}

export function errorLine(error: unknown): string {
  const known = error instanceof StackError;
  return line({
    type: "error",
    time: time(),
    message: error instanceof Error ? error.message : String(error),
    ...(known && { remedy: error.remedy, details: error.details }),
    exitCode: exitCodeOf(error),
  });
}

export function exitCodeOf(error: unknown): number {
  return error instanceof StackError ? error.exitCode : exitCodes.failed;
}
