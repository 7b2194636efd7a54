/** One page of a list; `next` is the cursor of the page after it, null on the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** A page of a list whose length is known. */
export interface CountedPage<Item> extends Page<Item> {
  /** Items of the whole list, whatever the page. */
  readonly total: number;
}

/**
 * From where a page begins: behind a cursor, or a number of items into the list, or at its start. By cursor nothing that
 * stays in the list is missed or repeated while others come and go; by offset that may happen.
 */
export interface PageRequest {
  /** Items at most, 1 … 1000 (`MAX_PAGE`); by cursor fewer where they are large. */
  readonly limit: number;
  /** As an earlier page of the same list gave it. */
  readonly cursor?: string;
  /** Items to pass over, 0 … 2^31-1; never together with a cursor. */
  readonly offset?: number;
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

/** `offset` is no such number, or stands beside a cursor. */
export class BadPageOffset extends Error {
  override readonly name = 'BadPageOffset';
  constructor(readonly offset: number) {
    super('a page begins behind a cursor or at an offset from 0, not both');
  }
}
