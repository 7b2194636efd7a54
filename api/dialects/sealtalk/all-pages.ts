import { type CountedPage, MAX_PAGE, type PageRequest } from '../../../application/queries/page.js';

/** 004's lists have no pages; whoever has more than this many of one sees the first. */
const MOST_LISTED = 10_000;

export async function allOf<Item>(pageAt: (page: PageRequest) => Promise<CountedPage<Item>>): Promise<Item[]> {
  const all: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null && all.length < MOST_LISTED;) {
    const page = await pageAt({ limit: MAX_PAGE, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}
