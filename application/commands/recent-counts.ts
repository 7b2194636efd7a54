import { createHash, randomBytes } from 'node:crypto';

const SLICE_MS = 3 * 60 * 1000;
const SLICES = 5;

const ROWS = 4;
/** Cells of a row. */
const WIDTH = 2 ** 17;
const MOST = 2 ** 16 - 1;

/** Where something was counted. */
export interface Counted {
  readonly slice: number;
  readonly cells: readonly number[];
}

/**
 * Counts things by name over the last 12 to 15 minutes in 5 MiB, whatever comes: a count-min sketch for each three minutes. Names
 * that many others share a place with are counted too high, never too low, and none can be driven out by a flood of others.
 * Where a name is counted nobody can foresee: it depends on a random salt.
 */
export class RecentCounts {
  readonly #salt = randomBytes(16);
  readonly #slices = Array.from({ length: SLICES }, () => ({ slice: -1, counts: new Uint16Array(0) }));

  /** Counts one. `now`: ms. */
  add(name: string, now: number): Counted {
    const counted = { slice: Math.floor(now / SLICE_MS), cells: this.#cellsOf(name) };
    const counts = this.#countsOf(counted.slice);
    for (const cell of counted.cells) counts[cell] = Math.min(MOST, (counts[cell] ?? 0) + 1);
    return counted;
  }

  /** As if it hadn't been counted. */
  takeBack({ slice, cells }: Counted): void {
    this.#lower(slice, cells, 1);
  }

  /** As if nothing had been counted by this name. */
  clear(name: string, now: number): void {
    const cells = this.#cellsOf(name);
    for (const slice of slicesAt(now)) this.#lower(slice, cells, this.#in(slice, cells));
  }

  /** In how many ms there will be fewer than `limit`; 0: there are now. */
  fewerThan(limit: number, name: string, now: number): number {
    const cells = this.#cellsOf(name);
    const slices = slicesAt(now);
    let left = slices.reduce((sum, slice) => sum + this.#in(slice, cells), 0);
    for (const slice of slices) {
      if (left < limit) return Math.max(0, (slice - 1 + SLICES) * SLICE_MS - now);
      left -= this.#in(slice, cells);
    }
    return (Math.floor(now / SLICE_MS) + SLICES) * SLICE_MS - now;
  }

  #lower(slice: number, cells: readonly number[], by: number): void {
    const kept = this.#slices[slice % SLICES];
    if (kept?.slice !== slice) return;
    for (const cell of cells) kept.counts[cell] = Math.max(0, (kept.counts[cell] ?? 0) - by);
  }

  #in(slice: number, cells: readonly number[]): number {
    const kept = this.#slices[slice % SLICES];
    return kept?.slice === slice ? Math.min(...cells.map((cell) => kept.counts[cell] ?? 0)) : 0;
  }

  #countsOf(slice: number): Uint16Array {
    const kept = this.#slices[slice % SLICES];
    if (kept?.slice === slice) return kept.counts;
    const counts = new Uint16Array(ROWS * WIDTH);
    this.#slices[slice % SLICES] = { slice, counts };
    return counts;
  }

  #cellsOf(name: string): readonly number[] {
    const digest = createHash('sha256').update(this.#salt).update(name).digest();
    return Array.from({ length: ROWS }, (_, row) => row * WIDTH + (digest.readUInt32LE(4 * row) % WIDTH));
  }
}

/** Those that count, the oldest first. */
const slicesAt = (now: number): readonly number[] => {
  const current = Math.floor(now / SLICE_MS);
  return Array.from({ length: SLICES }, (_, index) => current - (SLICES - 1) + index);
};
