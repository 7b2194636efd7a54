/** A small seeded generator (mulberry32): a failing run prints its seed and can be repeated with PARLEY_TEST_SEED. */
export interface Random {
  readonly seed: number;
  /** 0 ≤ x < 1 */
  next(): number;
  /** Integer, from ≤ n < to. */
  between(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
}

export function seededRandom(): Random {
  const given = process.env['PARLEY_TEST_SEED'];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from));
  return { seed, next, between, pick: (items) => items[between(0, items.length)]! };
}
