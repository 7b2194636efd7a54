import { refuse } from './errors.js';

interface Bound {
  readonly min: number;
  readonly max: number;
  readonly unit: 'characters' | 'bytes';
}

/** White space, control and format characters (zero-width ones too): nothing that a person could see. */
const BLANK = /^[\s\p{Cc}\p{Cf}]*$/u;

export const isBlank = (text: string): boolean => BLANK.test(text);

/**
 * Holds a text to its bound; stops counting at the bound, so an enormous text costs nothing.
 * U+0000 and lone surrogates are refused as well: no store keeps them faithfully.
 * @throws InvalidArgument
 */
export function checkText(field: string, text: string, bound: Bound): void {
  if (typeof text !== 'string') refuse('InvalidArgument', { field, reason: 'must be a text' });
  let measured = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0 || (code >= 0xd800 && code <= 0xdfff)) {
      refuse('InvalidArgument', { field, reason: 'holds U+0000 or half of a surrogate pair' });
    }
    measured += bound.unit === 'characters' ? 1 : utf8Length(code);
    if (measured > bound.max) refuse('InvalidArgument', { field, reason: `longer than ${bound.max} ${bound.unit}` });
  }
  if (measured < bound.min) refuse('InvalidArgument', { field, reason: `shorter than ${bound.min} ${bound.unit}` });
}

const utf8Length = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
