import type pg from 'pg';
import type { Numbers } from '../../application/ports/numbers.js';
import { ask } from './ask.js';

/** Fetched at once; those of a process that ends are gaps. */
const BLOCK = 32;

/** From the sequence `system.number`, a block per round trip. */
export class PostgresNumbers implements Numbers {
  readonly #ready: number[] = [];
  #fetching: Promise<void> | undefined;

  constructor(private readonly pool: pg.Pool) {}

  async next(): Promise<number> {
    for (;;) {
      const number = this.#ready.shift();
      if (number !== undefined) return number;
      this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
      await this.#fetching;
    }
  }

  async #fetch(): Promise<void> {
    const { rows } = await ask<{ n: string }>(this.pool, {
      text: "SELECT nextval('system.number') AS n FROM generate_series(1, $1)",
      values: [BLOCK],
    });
    for (const { n } of rows) this.#ready.push(Number(n));
  }
}
