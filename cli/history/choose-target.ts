import { isDeepStrictEqual } from "node:util";
import type { AppliedRecord } from "../../infra/applied-record.ts";
import { StackError } from "../../infra/stack-error.ts";
import type { GoodStack, Standing } from "./good-stack.ts";

/** What a rollback restores. */
export interface Target {
  readonly good: GoodStack;
  /** The good stack that is given up for it; undefined where a bad one is. */
  readonly leaves: GoodStack | undefined;
}

/**
 * The good stack to bring back; undefined where the one that runs is it already.
 *
 * After an `up` that failed that is the last one that held; while all is healthy, the one before.
 * One that a rollback brought back is left only by name: a second rollback changes nothing.
 *
 * @param history the newest first.
 * @throws StackError where there is none.
 */
export function chooseTarget(
  history: readonly GoodStack[],
  { applied, healthy, unfinished }: Standing,
  name: string | undefined,
): Target | undefined {
  const current = findRunning(history, applied);
  if (name !== undefined) {
    const good = history.find((each) => each.at === name);
    if (!good) throw unknownError(name);
    return { good, leaves: current === good ? undefined : current };
  }
  if (!healthy || unfinished || !current) {
    const good = current ?? history[0];
    if (!good) throw emptyError();
    return { good, leaves: undefined };
  }
  if (current.broughtBack) return undefined;
  const good = history[history.indexOf(current) + 1];
  if (!good) throw onlyOneError();
  return { good, leaves: current };
}

/** The newest that says what is applied: a stack may have been left and come back to. */
export function findRunning(
  history: readonly GoodStack[],
  applied: AppliedRecord | undefined,
): GoodStack | undefined {
  return history.find(({ stack }) => isDeepStrictEqual(plain(stack.record), applied));
}

/** As it comes out of the state: JSON knows no undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function emptyError(): StackError {
  return new StackError("No restore point yet.", {
    remedy: "The first ./stack up that ends healthy is the first to come back to.",
  });
}

function onlyOneError(): StackError {
  return new StackError("The stack that runs is the only good one that is remembered.", {
    remedy: "Take the change back in the files or in .env, and run ./stack up.",
  });
}

function unknownError(name: string): StackError {
  return new StackError(`No good stack of ${name} is remembered.`, {
    remedy: "./stack rollback --list shows those that are.",
  });
}
