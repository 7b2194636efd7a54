/** What can be wrong with the fields of 004's bodies, which no class declares: it reads them one by one, in the order sent. */

/** A value in a field's place, and what is said to it (`said`). */
export interface WrongValue {
  readonly what: string;
  readonly value: unknown;
  readonly said: string | readonly string[];
}

export interface Field {
  readonly wrong: (name: string) => readonly WrongValue[];
  /** What the field may be at most: then it is judged who asks. */
  readonly atLimit?: unknown;
}

/** In a field's place: it isn't sent. */
export const ABSENT = Symbol('absent');

export const ILLEGAL = '400 Illegal parameter .';
export const NOBODY_AT_ALL = 'nobody-at-all';
const TOO_LONG = 'x'.repeat(100_000);
/** Texts that no store keeps. */
const UNSTORABLE = ['a\0b', 'a\ud800b'];
const NO_IDS: readonly unknown[] = [7, true, {}, { constructor: 'member' }, 'no id!', '../x', ...UNSTORABLE, TOO_LONG];

const emptyOf = (name: string): string => `400 Empty ${name}.`;
const shown = (value: unknown): string => JSON.stringify(value).slice(0, 60);
const each = (values: readonly unknown[], said: WrongValue['said']): WrongValue[] =>
  values.map((value) => ({ what: shown(value), value, said }));
const missing = (said: WrongValue['said']): WrongValue => ({ what: 'missing', value: ABSENT, said });
const empties = (name: string): WrongValue[] => each([null, '', []], emptyOf(name));

/** A user's or a group's; `nobody`: what is said of one that nobody has, undefined where all groups are tried. */
export const id = (nobody?: WrongValue['said']): Field => ({
  wrong: (name) => [
    missing(emptyOf(name)),
    ...empties(name),
    ...each([...NO_IDS, ['member']], emptyOf(name)),
    ...(nobody === undefined ? [] : each([NOBODY_AT_ALL], nobody)),
  ],
});

/** Several; `noId`: what is said of what can't be one. */
export const ids = (nobody: WrongValue['said'], noId: WrongValue['said'] = nobody): Field => ({
  wrong: (name) => [
    missing(emptyOf(name)),
    ...empties(name),
    ...each(NO_IDS, emptyOf(name)),
    ...each(
      [...NO_IDS, null, ['member']].map((item) => [item]),
      noId,
    ),
    ...each([[NOBODY_AT_ALL]], nobody),
    { what: '6,000 items', value: Array.from({ length: 6_000 }, () => 'x'), said: ILLEGAL },
  ],
});

export interface TextRules {
  /** Characters, and what is said of fewer or more. */
  readonly min?: number;
  readonly max?: number;
  readonly length: WrongValue['said'];
  /** What is said of a text that no store keeps; default: as of its length; `''`: this one does. */
  readonly unstorable?: WrongValue['said'];
  /** Whether it may stay away; and may be ''. */
  readonly optional?: boolean;
  readonly clears?: boolean;
}

export const text = ({ min = 0, max, length, unstorable = length, optional, clears }: TextRules): Field => ({
  wrong: (name) => [
    ...(optional === true ? [] : [missing(emptyOf(name))]),
    ...(clears === true ? [] : empties(name)),
    ...each([true, {}, ['a'], { toString: 1 }], optional === true ? ILLEGAL : emptyOf(name)),
    ...(unstorable === '' ? [] : each(UNSTORABLE, unstorable)),
    ...each([TOO_LONG], length),
    ...(min > 1 ? each(['x'.repeat(min - 1)], length) : []),
    ...(max === undefined ? [] : each(['x'.repeat(max + 1)], length)),
  ],
  ...(max === undefined ? {} : { atLimit: 'x'.repeat(max) }),
});

/** One of few numbers. */
export const choice = (): Field => ({
  wrong: (name) => [
    missing(emptyOf(name)),
    ...empties(name),
    ...each([true, {}, ['a'], [1], 2, -1, 1.5, 1e308, 'x', ...UNSTORABLE, TOO_LONG], ILLEGAL),
  ],
});

/** Wherever it isn't one of these. */
export const oneOf = (said: WrongValue['said'], ...more: readonly WrongValue[]): Field => ({
  wrong: (name) => [missing(emptyOf(name)), ...empties(name), ...each(['x', ...UNSTORABLE, TOO_LONG], said), ...more],
});

/** Of a registration's texts, which are read alike; whatever it isn't. */
export const proof = (said: WrongValue['said']): Field => ({
  wrong: () => [missing(said), ...each([null, '', [], true, {}, ['a'], 'x', ...UNSTORABLE, TOO_LONG], said)],
});
