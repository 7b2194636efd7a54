import { refuse } from './errors.js';

export interface Bound {
  readonly min: number;
  readonly max: number;
  readonly unit: 'characters' | 'bytes';
}

/** White space, control and format characters (zero-width ones too): nothing that a person could see. */
const BLANK = /^[\s\p{Cc}\p{Cf}]*$/u;

export const isBlank = (text: string): boolean => BLANK.test(text);

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
