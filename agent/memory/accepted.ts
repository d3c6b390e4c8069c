import { RefusedInput } from "../errors/refused-input.ts";

/**
 * Sends many at once, and where they are refused each by itself: one that is refused keeps no other.
 *
 * @param send gives back what became of each, in their order.
 * @param requireThere throws where the server refuses what is surely good: then it is the server's fault.
 * @returns undefined for each that was refused.
 */
export async function accepted<Item, Result>(
  items: readonly Item[],
  send: (items: readonly Item[]) => Promise<readonly Result[]>,
  requireThere: () => Promise<unknown>,
): Promise<readonly (Result | undefined)[]> {
  try {
    return await send(items);
  } catch (error) {
    if (!(error instanceof RefusedInput)) throw error;
    await requireThere();
    if (items.length === 1) return [undefined];
  }
  const results: (Result | undefined)[] = [];
  for (const item of items) {
    results.push(...(await accepted([item], send, () => Promise.resolve())));
  }
  return results;
}
