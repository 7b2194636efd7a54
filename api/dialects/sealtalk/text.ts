/** Texts as 004 takes them: filtered, and measured after that. */

/** Code points: a pair of surrogates is one character. */
export const lengthOf = (text: string): number => [...text].length;

/**
 * What a text becomes that shall stand on pages: comments vanish, angle brackets are entities, all else stays. One that was
 * within its maximum and outgrows it by that is cut to it, be it in the midst of an entity; a longer one isn't cut, so that its
 * length is still refused.
 * @param max code points
 */
export function filtered(text: string, max = Infinity): string {
  const harmless = withoutComments(text).replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  if (harmless.length <= max) return harmless;
  return lengthOf(text) > max ? harmless : [...harmless].slice(0, max).join('');
}

const OPENING = '<!--';
const CLOSING = '-->';

/** One that nobody closes is none. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let opening = text.indexOf(OPENING); opening >= 0; opening = text.indexOf(OPENING, from)) {
    const closing = text.indexOf(CLOSING, opening + OPENING.length);
    if (closing < 0) break;
    kept.push(text.slice(from, opening));
    from = closing + CLOSING.length;
  }
  return kept.join('') + text.slice(from);
}
