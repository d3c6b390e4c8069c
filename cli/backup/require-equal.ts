import { StackError } from "../../infra/stack-error.ts";

/** @throws StackError where what was restored is not what the manifest says. */
export function requireEqual(what: string, differences: readonly string[]): void {
  if (differences.length === 0) return;
  throw new StackError(`${what} is not what the manifest says.`, {
    details: differences,
    remedy: "Take another set: ./stack backup list",
  });
}
