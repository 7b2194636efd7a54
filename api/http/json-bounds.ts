/** How much a JSON text may hold, whatever its length in bytes. */
export interface JsonBounds {
  /** Objects and lists inside each other. */
  readonly depth: number;
  /** Of one object. */
  readonly members: number;
  /** Of one list. */
  readonly items: number;
  /** Members and items in all. */
  readonly values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const LIST = 0x5b;
const LIST_END = 0x5d;

/**
 * What of a JSON text in UTF-8 is beyond the bounds, as a sentence; undefined: nothing, or it is no JSON. Only its marks
 * are counted: nothing is made of the text before it is known to be small enough.
 */
export function beyondBounds(text: Uint8Array, { depth, members, items, values }: JsonBounds): string | undefined {
  /** By level, whether it is an object, and the commas of it so far. */
  const isObject = new Uint8Array(depth + 1);
  const commas = new Uint32Array(depth + 1);
  let level = 0;
  let all = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case OBJECT:
      case LIST:
        if (level === depth) return 'is nested too deeply';
        level += 1;
        all += 1;
        isObject[level] = text[at] === OBJECT ? 1 : 0;
        commas[level] = 0;
        break;
      case OBJECT_END:
      case LIST_END:
        if (level === 0) return undefined;
        level -= 1;
        break;
      case COMMA: {
        const before = (commas[level] = (commas[level] ?? 0) + 1);
        all += 1;
        if (isObject[level] === 1 && before >= members) {
          return `has an object with more than ${members.toString()} members`;
        }
        if (isObject[level] === 0 && before >= items) return `has a list with more than ${items.toString()} items`;
        break;
      }
      default:
      // Part of a number, a literal or white space.
    }
    if (all > values) return `has more than ${values.toString()} members and items`;
  }
  return undefined;
}

/** The place of the quote that ends the string which begins at `start`. */
function endOfString(text: Uint8Array, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === BACKSLASH) at += 1;
    else if (text[at] === QUOTE) return at;
  }
  return text.length;
}
