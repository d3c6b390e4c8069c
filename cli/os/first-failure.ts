/**
 * Waits for all of `work`, which goes on side by side.
 *
 * @throws what the first of the list threw that failed: which error a user sees is not a matter of luck.
 */
export async function firstFailure(work: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") throw result.reason;
  }
}
