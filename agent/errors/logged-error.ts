import { ApiError } from "./api-error.ts";

/**
 * An error as it may be in a log: what kind, whose and where, but never the message of an error
 * that is not ours. Upstream's and Postgres' messages quote what they were given.
 */
export function loggedError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const facts = Object.entries(error).filter(([name, value]) => isFact(name, value));
  const isOurs = error instanceof ApiError && error.status >= 500;
  return {
    type: error.name,
    ...Object.fromEntries(facts),
    ...(isOurs && { message: error.message }),
    stack: framesOf(error),
    ...(error.cause !== undefined && { cause: loggedError(error.cause) }),
  };
}

const facts = ["code", "status", "syscall", "address", "port", "severity", "routine"];

function isFact(name: string, value: unknown): boolean {
  return facts.includes(name) && (typeof value === "string" || typeof value === "number");
}

/** Without the first lines of a stack, which are the message. */
function framesOf({ stack = "" }: Error): string {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}
