const underWay: string[] = [];

/**
 * Runs what Ctrl-C must not cut short, and `what` names it for the user who waits: "finishing WHAT".
 *
 * A command that is not inside such an action is ended within a second of Ctrl-C, wherever it is.
 */
export async function finishing<T>(what: string, action: () => Promise<T>): Promise<T> {
  underWay.push(what);
  try {
    return await action();
  } finally {
    underWay.splice(underWay.indexOf(what), 1);
  }
}

/** What is being finished now, the innermost; undefined where the process may end at any moment. */
export function beingFinished(): string | undefined {
  return underWay.at(-1);
}
