import { BadCursor, BadPageLimit, BadPageOffset, MAX_PAGE, type PageRequest } from '../../application/queries/page.js';

/** Kind of each part of a list's key. */
export type CursorShape = readonly ('string' | 'number')[];

/**
 * A page's end as text that callers hand back unread: base64url of JSON `[list, …key]`. It says where to go on by value,
 * not by number, so what joins or leaves meanwhile neither repeats nor hides others.
 */
export function encodeCursor(list: string, key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url');
}

/** @throws BadCursor when the text is no cursor of this list. */
export function decodeCursor(list: string, shape: CursorShape, text: string): (string | number)[] {
  const [name, ...key] = parse(list, text);
  const fits = name === list && key.length === shape.length && key.every((part, i) => isPart(part, shape[i]));
  if (!fits) throw new BadCursor(list);
  return key as (string | number)[];
}

const MAX_CURSOR = 2_000;

function parse(list: string, text: string): unknown[] {
  if (text.length > MAX_CURSOR || !/^[A-Za-z0-9_-]+$/.test(text)) throw new BadCursor(list);
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(value)) return value;
  } catch {
    // Not JSON: the same refusal as any other text.
  }
  throw new BadCursor(list);
}

/** PostgreSQL's text can't hold U+0000. */
const isPart = (part: unknown, kind: 'string' | 'number' | undefined): boolean =>
  kind === 'number'
    ? Number.isSafeInteger(part)
    : typeof part === 'string' && part.length <= 1_024 && !part.includes('\u0000');

/** A list as its pages are read: its name in cursors, and its key. */
export interface PagedList {
  readonly name: string;
  readonly shape: CursorShape;
  /** A key before every item. */
  readonly start: readonly (string | number)[];
}

export interface PageStart {
  /** Items behind this key … */
  readonly after: (string | number)[];
  /** … and behind so many of them. */
  readonly offset: number;
}

/** @throws BadCursor, BadPageLimit, BadPageOffset */
export function pageStart({ name, shape, start }: PagedList, { limit, cursor, offset = 0 }: PageRequest): PageStart {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw new BadPageLimit(limit);
  const fits = Number.isInteger(offset) && offset >= 0 && offset < 2 ** 31;
  if (!fits || (offset > 0 && cursor !== undefined)) throw new BadPageOffset(offset);
  return { after: cursor === undefined ? [...start] : decodeCursor(name, shape, cursor), offset };
}

/** What the texts of a page's rows come to at most, characters: those of some are long, and a page holds up to a thousand. */
const PAGE_SIZE = 1_000_000;

/**
 * Of rows that were read, one more than the page holds where there are more: the page's, and the cursor behind them. A page
 * that is asked for by cursor ends early where its rows grow large; one at an offset doesn't, since its caller counts on.
 */
export function cutPage<Row>(
  { name }: PagedList,
  { limit, offset }: PageRequest,
  rows: readonly Row[],
  keyOf: (row: Row) => readonly (string | number)[],
  shownOf: (row: Row) => unknown = (row) => row,
): { shown: readonly Row[]; next: string | null } {
  const asked = rows.slice(0, limit);
  const shown = offset === undefined ? fitting(asked, shownOf) : asked;
  const last = shown.at(-1);
  return { shown, next: rows.length > shown.length && last ? encodeCursor(name, keyOf(last)) : null };
}

/** The first ones that fit, one at least. */
export function fitting<Row>(rows: readonly Row[], shownOf: (row: Row) => unknown): readonly Row[] {
  let size = 0;
  const end = rows.findIndex((row, at) => {
    size += textIn(shownOf(row));
    return at > 0 && size > PAGE_SIZE;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

/** Not as JSON: to make that of each row takes longer than to read it. */
function textIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let size = 0;
  // Without a list of its members made for each.
  for (const name in value) size += textIn(value[name as keyof typeof value]);
  return size;
}
