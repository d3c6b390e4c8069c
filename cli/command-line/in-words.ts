import { StackError } from "../../infra/stack-error.ts";
import { dockerError } from "../docker/docker-error.ts";
import { systemError } from "../os/system-error.ts";

/**
 * An error as it is shown: what the system or Docker refuses is put into words, and anything else stays
 * as it is. Where a command knows more of what it was doing, it says so itself, and this is not asked.
 */
export function inWords(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StackError) return error;
  return dockerError(error) ?? systemError(error) ?? failedFetch(error) ?? error;
}

/** `fetch` hides what happened behind its own words. */
function failedFetch({ message, cause }: Error): StackError | undefined {
  return message === "fetch failed" ? systemError(cause) : undefined;
}
