import { createCipheriv } from 'node:crypto';
import { mostRecent } from '../../../application/most-recent.js';
import { FIRST_NUMBER, LAST_NUMBER } from '../../../domain/shared/ids.js';

/**
 * The number of a user or group as 004's clients know it: 9 of the characters 0-9, a-z, A-Z, the same for ever. A keyed
 * permutation of all such texts, so that nobody reads from an id how many there are, or which come next. (The original's has a
 * range of 32 bits; ours are numbers of 53.)
 */

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const BASE = 62n;
const LENGTH = 9;
const TEXTS = BASE ** BigInt(LENGTH);
const FORM = new RegExp(`^[${ALPHABET}]{${String(LENGTH)}}$`);

/** Numbers stand at the end of the range, where no reserved word does. */
const OFFSET = TEXTS - BigInt(LAST_NUMBER) - 1n;

/** Words in the place of an id in the paths of 004: `/user/blacklist` is a list and nobody's profile. */
export const RESERVED_WORDS: readonly string[] = ['blacklist', 'favgroups'];
const RESERVED: ReadonlySet<bigint> = new Set(RESERVED_WORDS.map(placeOf));

/** A Feistel network of two halves of 27 bits, which is wider than the texts: what falls outside goes round again. */
const HALF = 27;
const MASK = 2 ** HALF - 1;
const ROUNDS = 8;

/** What a round makes of a half: the words at its four bytes, from tables of the round's own. */
const BYTES = 4;
const TABLE = 256;

/** Pairs that are remembered: a number's text never changes. */
const REMEMBERED = 50_000;

export class IdCode {
  readonly #tables: Uint32Array;
  readonly #texts = mostRecent<number, string>(REMEMBERED);

  /** @param key 32 bytes, the same for as long as the ids shall be */
  constructor(key: Uint8Array) {
    const words = ROUNDS * BYTES * TABLE;
    const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(words * 4));
    this.#tables = Uint32Array.from({ length: words }, (_, i) => stream.readUInt32BE(i * 4));
  }

  /** Whether a user or group may have this number. */
  covers(number: number): boolean {
    return Number.isSafeInteger(number) && number >= FIRST_NUMBER;
  }

  /** @throws RangeError for what is no number of a user or group */
  textOf(number: number): string {
    if (!this.covers(number)) throw new RangeError(`${String(number)} is no number of a user or group`);
    let text = this.#texts.get(number);
    if (text === undefined) {
      text = textAt(walk(BigInt(number) + OFFSET, (place) => this.#forwards(place)));
      this.#texts.set(number, text);
    }
    return text;
  }

  /** undefined: the text stands for no number. */
  numberOf(text: string): number | undefined {
    if (!FORM.test(text) || RESERVED_WORDS.includes(text)) return undefined;
    const number = walk(placeOf(text), (place) => this.#backwards(place)) - OFFSET;
    return number < BigInt(FIRST_NUMBER) ? undefined : Number(number);
  }

  #forwards(place: bigint): bigint {
    let [left, right] = halvesOf(place);
    for (let round = 0; round < ROUNDS; round++) [left, right] = [right, left ^ this.#mixed(round, right)];
    return placeOfHalves(left, right);
  }

  #backwards(place: bigint): bigint {
    let [left, right] = halvesOf(place);
    for (let round = ROUNDS - 1; round >= 0; round--) [left, right] = [right ^ this.#mixed(round, left), left];
    return placeOfHalves(left, right);
  }

  #mixed(round: number, half: number): number {
    let mixed = 0;
    for (let byte = 0; byte < BYTES; byte++) {
      const table = (round * BYTES + byte) * TABLE;
      mixed ^= this.#tables[table + ((half >>> (8 * byte)) & (TABLE - 1))] ?? 0;
    }
    return mixed & MASK;
  }
}

const halvesOf = (place: bigint): [left: number, right: number] => [
  Number(place >> BigInt(HALF)),
  Number(place & BigInt(MASK)),
];

const placeOfHalves = (left: number, right: number): bigint => (BigInt(left) << BigInt(HALF)) | BigInt(right);

/** From one permitted place to the next: a permutation of those alone. */
function walk(from: bigint, step: (place: bigint) => bigint): bigint {
  let place = from;
  do place = step(place);
  while (place >= TEXTS || RESERVED.has(place));
  return place;
}

function textAt(place: bigint): string {
  let text = '';
  for (let left = place; text.length < LENGTH; left /= BASE) text = ALPHABET.charAt(Number(left % BASE)) + text;
  return text;
}

function placeOf(text: string): bigint {
  return [...text].reduce((place, character) => place * BASE + BigInt(ALPHABET.indexOf(character)), 0n);
}
