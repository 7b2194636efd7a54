/** One page of a list; `next` is the cursor of the page after it, null on the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export interface PageRequest {
  /** Items at most, 1 … 1000 (`MAX_PAGE`). */
  readonly limit: number;
  /** As an earlier page of the same list gave it; absent = from the start. */
  readonly cursor?: string;
}

export const MAX_PAGE = 1_000;

/** The text is no cursor of this list. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
  constructor(readonly list: string) {
    super(`not a cursor of the list "${list}"`);
  }
}

/** `limit` is no integer in 1 … `MAX_PAGE`. */
export class BadPageLimit extends Error {
  override readonly name = 'BadPageLimit';
  constructor(readonly limit: number) {
    super(`a page has 1 to ${String(MAX_PAGE)} items`);
  }
}
