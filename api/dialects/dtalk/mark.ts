import { FIRST_NUMBER, LAST_NUMBER } from '../../../domain/shared/ids.js';

/**
 * A group's `markId`: 8 digits that people tell each other to find it. They follow from the group's number, its place in the
 * sequence put in another order, so that groups made one after the other don't look alike. Two have the same mark only when a
 * hundred million numbers lie between them; both are found by it then.
 */

const MARKS = 100_000_000n;
const DIGITS = 8;
/** Prime to ten, and so a permutation; near the golden section, which spreads neighbours best. */
const FACTOR = 61_803_399n;
const SHIFT = 27_182_818n;
const INVERSE = inverse(FACTOR, MARKS);

export function markOf(number: number): string {
  const place = BigInt(number - FIRST_NUMBER) % MARKS;
  return ((place * FACTOR + SHIFT) % MARKS).toString().padStart(DIGITS, '0');
}

/** How many rounds of the sequence are looked at: ten thousand million groups and users. */
const ROUNDS = 100;

/** The numbers that have this mark, the first ones; none for what is no mark. */
export function numbersOf(mark: string): number[] {
  if (!/^\d{8}$/.test(mark)) return [];
  const place = ((BigInt(mark) - SHIFT + MARKS) * INVERSE) % MARKS;
  const first = FIRST_NUMBER + Number(place);
  return Array.from({ length: ROUNDS }, (_, round) => first + round * Number(MARKS)).filter(
    (number) => number <= LAST_NUMBER,
  );
}

/** By Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [before, rest] = [modulus, value];
  let [earlier, coefficient] = [0n, 1n];
  while (rest !== 0n) {
    const quotient = before / rest;
    [before, rest] = [rest, before - quotient * rest];
    [earlier, coefficient] = [coefficient, earlier - quotient * coefficient];
  }
  return ((earlier % modulus) + modulus) % modulus;
}
