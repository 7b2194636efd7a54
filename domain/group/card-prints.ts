import { fingerprint } from '../shared/fingerprint.js';
import type { MemberCard, MemberCardChanges } from './events.js';

/** What a card says, field by field, without saying it: a field that is absent says nothing. */
export type CardPrints = Readonly<Partial<Record<keyof MemberCard, number>>>;

export const cardFields = [
  'nickname',
  'avatar',
  'ext',
  'region',
  'phone',
  'wechat',
  'alipay',
  'description',
  'customFields',
] as const satisfies readonly (keyof MemberCard)[];

type CardValue = NonNullable<MemberCardChanges[keyof MemberCard]> | null;

const nothing: CardPrints = {};

/** Nothing said: null, and what is empty. */
export const isCleared = (value: CardValue): boolean => value === null || value.length === 0;

/** undefined for what says nothing. */
export const printOf = (value: CardValue): number | undefined =>
  isCleared(value) ? undefined : fingerprint(JSON.stringify(value));

/** Of a card that may have been erased with its person (null then). */
export const cardPrints = (card: MemberCard | null | undefined): CardPrints => changedPrints(nothing, card);

export function changedPrints(before: CardPrints, changes: MemberCardChanges | null | undefined): CardPrints {
  if (changes === null || changes === undefined) return before;
  const prints = cardFields.flatMap((field) => {
    const value = changes[field];
    const print = value === undefined ? before[field] : printOf(value);
    return print === undefined ? [] : [[field, print] as const];
  });
  return Object.fromEntries(prints);
}
