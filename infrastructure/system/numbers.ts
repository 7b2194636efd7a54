import type pg from 'pg';
import type { Numbers } from '../../application/ports/numbers.js';
import { ask } from './ask.js';

/** Fetched at once, or more when more wait; those of a process that ends are gaps. */
const BLOCK = 32;

/** From the sequence `system.number`, a block per round trip. */
export class PostgresNumbers implements Numbers {
  readonly #ready: number[] = [];
  #waiting = 0;
  #fetching: Promise<void> | undefined;

  constructor(private readonly pool: pg.Pool) {}

  async next(): Promise<number> {
    for (;;) {
      const number = this.#ready.shift();
      if (number !== undefined) return number;
      this.#waiting += 1;
      this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
      await this.#fetching.finally(() => (this.#waiting -= 1));
    }
  }

  async #fetch(): Promise<void> {
    // Whoever asks in this turn of the event loop is served as well.
    await Promise.resolve();
    const { rows } = await ask<{ n: string }>(this.pool, {
      text: "SELECT nextval('system.number') AS n FROM generate_series(1, $1)",
      values: [Math.max(BLOCK, this.#waiting)],
    });
    for (const { n } of rows) this.#ready.push(Number(n));
  }
}
