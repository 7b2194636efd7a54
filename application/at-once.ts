/** Does it for each, so many at a time, and gives how each ended, in their order. */
export async function settledAtOnce<Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const ends: PromiseSettledResult<Result>[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      try {
        ends[index] = { status: 'fulfilled', value: await work(item) };
      } catch (reason) {
        ends[index] = { status: 'rejected', reason };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return ends;
}

/** As `settledAtOnce`, but all must go well. @throws what the first of them that failed threw, when none is under way */
export async function allAtOnce<Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const ends = await settledAtOnce(most, items, work);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}
