import { BadCursor, BadPageLimit, MAX_PAGE, type PageRequest } from '../../application/queries/page.js';

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
    : typeof part === 'string' && part.length <= 512 && !part.includes('\u0000');

/** @throws BadPageLimit */
export function checkLimit({ limit }: PageRequest): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw new BadPageLimit(limit);
}
