/** Whether a service may still be starting; a wrong key, or a wrong request, stays wrong. */
export function isWorthWaiting(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { status } = error as { readonly status?: unknown };
  return typeof status === "number" ? status >= 500 || status === 429 : !isOurMistake(error);
}

function isOurMistake(error: Error): boolean {
  // `fetch` has a TypeError for a connection that failed, too, but one with a cause.
  return error instanceof TypeError && error.cause === undefined;
}
