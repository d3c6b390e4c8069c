/** Maps `items` in their order, at most `few` at a time: registries and small machines are shared. */
export async function mapFew<Item, Result>(
  few: number,
  items: readonly Item[],
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await map(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: few }, worker));
  return results;
}
