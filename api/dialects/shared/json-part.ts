/**
 * The text of a part of a JSON text, character for character as it stands there: for what is kept as it came, with numbers as
 * they are written and members in their order. Of a name that stands twice the last counts, as everywhere.
 * @param text JSON that was parsed before
 * @param path names of members and places in lists
 * @returns undefined: there is no such part
 */
export function partOf(text: string, path: readonly (string | number)[]): string | undefined {
  let start = afterSpace(text, 0);
  let end = text.length;
  for (const step of path) {
    const found = [...partsAt(text, start)].findLast(({ key }) => key === step);
    if (found === undefined) return undefined;
    ({ start, end } = found);
  }
  return text.slice(start, end).trimEnd();
}

interface Part {
  readonly key: string | number;
  readonly start: number;
  readonly end: number;
}

/** The members or items of what begins here. */
function* partsAt(text: string, start: number): Iterable<Part> {
  const isObject = text[start] === '{';
  if (!isObject && text[start] !== '[') return;
  let at = afterSpace(text, start + 1);
  for (let place = 0; at < text.length && !/[\]}]/.test(text[at] ?? ''); place++) {
    let key: string | number = place;
    if (isObject) {
      const end = endOfString(text, at);
      key = JSON.parse(text.slice(at, end)) as string;
      // Behind the colon.
      at = afterSpace(text, afterSpace(text, end) + 1);
    }
    const end = endOfValue(text, at);
    yield { key, start: at, end };
    at = afterSpace(text, end);
    if (text[at] === ',') at = afterSpace(text, at + 1);
  }
}

function afterSpace(text: string, at: number): number {
  // A byte order mark is white space to it as well.
  while (/\s/.test(text[at] ?? '')) at += 1;
  return at;
}

function endOfValue(text: string, start: number): number {
  if (!'"{['.includes(text[start] ?? '')) {
    const length = text.slice(start).search(/[\s,\]}]/);
    return length < 0 ? text.length : start + length;
  }
  let depth = 0;
  for (let at = start; at < text.length;) {
    const mark = text[at] ?? '';
    if (mark === '{' || mark === '[') depth += 1;
    if (mark === '}' || mark === ']') depth -= 1;
    at = mark === '"' ? endOfString(text, at) : at + 1;
    if (depth === 0) return at;
  }
  return text.length;
}

/** Behind the quote that ends it: one before which there is an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let first = quote;
    while (text[first - 1] === '\\') first -= 1;
    if ((quote - first) % 2 === 0) return quote + 1;
  }
  return text.length;
}
