import { createHash } from 'node:crypto';
import type pg from 'pg';
import { mostRecent } from '../../application/most-recent.js';
import type { KnownNetworks } from '../../application/ports/known-networks.js';
import { ask } from './ask.js';

/** One that is known is written again once a day, so that it stays; ms. */
const REMEMBERED_FOR_MS = 86_400_000;
/** How long one that isn't known is not asked for again, ms. */
const UNKNOWN_FOR_MS = 10_000;
const KEPT = 20;

/** In `system.known_network`, as hashes: whoever reads the table finds no addresses. */
export class PostgresKnownNetworks implements KnownNetworks {
  readonly #known = mostRecent<string, true>(50_000, { ttl: REMEMBERED_FOR_MS });
  readonly #unknown = mostRecent<string, true>(50_000, { ttl: UNKNOWN_FOR_MS });

  constructor(private readonly pool: pg.Pool) {}

  async has(tenant: string, whose: string, network: string): Promise<boolean> {
    const print = printOf(tenant, whose, network);
    if (this.#known.has(print)) return true;
    if (this.#unknown.has(print)) return false;
    const { rowCount } = await ask(this.pool, {
      name: 'known-network-find',
      text: 'SELECT 1 FROM system.known_network WHERE tenant = $1 AND whose = $2 AND print = $3',
      values: [tenant, whose, print],
    });
    if (rowCount === 0) this.#unknown.set(print, true);
    return rowCount !== 0;
  }

  async add(tenant: string, whose: string, network: string): Promise<void> {
    const print = printOf(tenant, whose, network);
    if (this.#known.has(print)) return;
    await ask(this.pool, {
      name: 'known-network-add',
      text: `WITH added AS (
               INSERT INTO system.known_network (tenant, whose, print) VALUES ($1, $2, $3)
               ON CONFLICT (tenant, whose, print) DO UPDATE SET seen_at = now())
             DELETE FROM system.known_network n WHERE tenant = $1 AND whose = $2 AND print <> $3 AND print NOT IN (
               SELECT print FROM system.known_network WHERE tenant = $1 AND whose = $2 AND print <> $3
               ORDER BY seen_at DESC LIMIT ${(KEPT - 1).toString()})`,
      values: [tenant, whose, print],
    });
    this.#known.set(print, true);
    this.#unknown.delete(print);
  }

  /** Deletes those from which nobody came for half a year. Gives how many. */
  async purgeExpired(): Promise<number> {
    const { rowCount } = await ask(this.pool, {
      text: "DELETE FROM system.known_network WHERE seen_at < now() - interval '180 days'",
    });
    return rowCount ?? 0;
  }
}

const printOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
