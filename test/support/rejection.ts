import { StackError } from "../../infra/stack-error.ts";

/** The error that a user would read; fails where there is none, or where it is a bug of ours. */
export async function rejection(action: Promise<unknown>): Promise<StackError> {
  try {
    await action;
  } catch (error) {
    if (error instanceof StackError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}
