import type pg from 'pg';
import type { Numbers } from '../../application/ports/numbers.js';
import { ask } from './ask.js';

/** Fetched at once, or more when more wait; those of a process that ends are gaps. */
const BLOCK = 32;

/**
 * From the sequence `system.number`, a block per round trip. Before its first number a process sees to it that the sequence
 * is not behind what has been given: a database brought back from an older backup than the log would give numbers twice.
 */
export class PostgresNumbers implements Numbers {
  readonly #ready: number[] = [];
  #waiting = 0;
  #fetching: Promise<void> | undefined;

  #behind = true;

  /** @param highestGiven as far as the read side knows; 0: none */
  constructor(
    private readonly pool: pg.Pool,
    private readonly highestGiven: () => Promise<number> = () => Promise.resolve(0),
  ) {}

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
    if (this.#behind) await this.#catchUp();
    const { rows } = await ask<{ n: string }>(this.pool, {
      text: "SELECT nextval('system.number') AS n FROM generate_series(1, $1)",
      values: [Math.max(BLOCK, this.#waiting)],
    });
    for (const { n } of rows) this.#ready.push(Number(n));
  }

  async #catchUp(): Promise<void> {
    const highest = await this.highestGiven();
    if (highest > 0) {
      const client = await this.pool.connect();
      try {
        // One process at a time: setting it twice would set it back.
        await client.query("SELECT pg_advisory_lock(hashtext('system.number'))");
        await client.query("SELECT setval('system.number', $1) FROM system.number WHERE last_value < $1", [highest]);
        await client.query("SELECT pg_advisory_unlock(hashtext('system.number'))");
        client.release();
      } catch (error) {
        // With its connection the lock goes too.
        client.release(true);
        throw error;
      }
    }
    this.#behind = false;
  }
}
