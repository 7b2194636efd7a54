import { refuse } from './errors.js';

export interface Bound {
  readonly min: number;
  readonly max: number;
  readonly unit: 'characters' | 'bytes';
}

/**
 * Nothing that a person could see: white space, control and format characters (zero-width ones too), and the fillers that
 * are letters or symbols by name and yet blank (U+115F, U+3164, U+FFA0 …, U+2800).
 */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

export const isBlank = (text: string): boolean => BLANK.test(text);

/**
 * Control characters, breaks of the line, and what turns the direction of the text around it: in a name they make one thing
 * look like another, or take hold of a terminal. Joiners stay, for emoji and some scripts need them.
 */
const UNFIT_FOR_NAMES = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

/**
 * A name that stands beside others in lists: of a user, a group, a member in a group.
 * @throws InvalidArgument with what `wrongWith` says, and for characters that have no place in a name
 */
export function checkName(field: string, text: string, bound: Bound): void {
  checkText(field, text, bound);
  if (UNFIT_FOR_NAMES.test(text)) {
    refuse('InvalidArgument', { field, reason: 'holds control characters, line breaks or changes of direction' });
  }
}

/** @throws InvalidArgument with what `wrongWith` says. */
export function checkText(field: string, text: string, bound: Bound): void {
  const reason = wrongWith(text, bound);
  if (reason !== undefined) refuse('InvalidArgument', { field, reason });
}

/**
 * What keeps a value from being a text within its bound; undefined: nothing. Stops counting at the bound, so an enormous
 * text costs nothing. U+0000 and lone surrogates are no text either: no store keeps them faithfully.
 */
export function wrongWith(text: unknown, bound: Bound): string | undefined {
  if (typeof text !== 'string') return 'must be a text';
  let measured = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0 || (code >= 0xd800 && code <= 0xdfff)) {
      return 'holds U+0000 or half of a surrogate pair';
    }
    measured += bound.unit === 'characters' ? 1 : utf8Length(code);
    if (measured > bound.max) return `longer than ${bound.max} ${bound.unit}`;
  }
  if (measured >= bound.min) return undefined;
  return measured === 0 ? 'must not be empty' : `shorter than ${bound.min} ${bound.unit}`;
}

const utf8Length = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);

/** Bytes of the text in UTF-8. */
export function utf8LengthOf(text: string): number {
  let length = 0;
  for (const character of text) length += utf8Length(character.codePointAt(0) ?? 0);
  return length;
}
