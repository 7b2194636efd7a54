import type pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { PROJECTIONS } from './coordinate.js';
import { projectionKey, tablesOf, viewName, type Projection } from './projection.js';
import { retried } from './retried.js';
import * as sql from './sql.js';
import { transaction } from './transaction.js';

/** Which tables there are of projections: `p_users_v2_a`, and `p_groups_v2_a_members` beside it. */
const TABLES = `SELECT c.relname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'read' AND c.relkind = 'r' AND c.relname ~ '^p_[a-z][a-z_]*_v[0-9]+_[ab](_|$)'`;
const FORM = /^p_([a-z][a-z_]*?)_v([0-9]+)_([ab])(?:_|$)/;

/** Nobody feeds it (the lock of its leader is free), nor fills it anew. */
const TRY_BOTH = `SELECT pg_try_advisory_xact_lock(${String(PROJECTIONS.lock)}, hashtext($1)) AS led,
  pg_try_advisory_xact_lock(727255, hashtext($1)) AS rebuilt`;

const BEGIN = "BEGIN; SET LOCAL lock_timeout = '2s'";

interface Version {
  readonly name: string;
  readonly version: number;
}

/**
 * Drops tables that nobody follows the log with: of versions before these, kept for a way back, and of the letter that isn't shown,
 * where a rebuild was broken off. What is personal in them would stay for ever; whoever goes back makes them anew from the log.
 * What somebody feeds or fills just now is left: he reads of an erasure himself, unless he is of a version that knows none.
 */
export async function dropLeftovers(pool: pg.Pool, projections: readonly Projection[], log: Logger): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(TABLES);
  const known = new Set(projections.map(projectionKey));
  const found = new Map<string, Version>();
  for (const { name: table } of rows) {
    const [, name = '', version] = FORM.exec(table) ?? [];
    const each = { name, version: Number(version) };
    found.set(projectionKey(each), each);
  }
  for (const [key, version] of found) {
    await retried(() => (known.has(key) ? dropUnshown(pool, version, rows) : dropVersion(pool, version, rows, log)));
  }
}

const tablesIn = (version: Version, letter: 'a' | 'b', rows: readonly { readonly name: string }[]): string[] => {
  const { base } = tablesOf(version, letter);
  return rows.filter(({ name }) => name === base || name.startsWith(`${base}_`)).map(({ name }) => `read.${name}`);
};

/** Of a version that is fed: whichever letter its view doesn't show, unless it is being filled. */
async function dropUnshown(pool: pg.Pool, version: Version, rows: readonly { readonly name: string }[]): Promise<void> {
  if ((['a', 'b'] as const).some((letter) => tablesIn(version, letter, rows).length === 0)) return;
  await transaction(pool, BEGIN, async (client) => {
    const key = projectionKey(version);
    const { rows: lock } = await client.query<{ held: boolean }>(sql.TRY_REBUILD_IN_TRANSACTION, [key]);
    if (lock[0]?.held !== true) return;
    const { rows: shown } = await client.query<{ letter: 'a' | 'b' }>(
      'SELECT letter FROM read.projection WHERE name = $1 AND version = $2',
      [version.name, version.version],
    );
    const [first] = shown;
    if (first !== undefined) await dropLetter(client, version, first.letter === 'a' ? 'b' : 'a', rows);
  });
}

async function dropVersion(
  pool: pg.Pool,
  version: Version,
  rows: readonly { readonly name: string }[],
  log: Logger,
): Promise<void> {
  const key = projectionKey(version);
  await transaction(pool, BEGIN, async (client) => {
    const { rows: locks } = await client.query<{ led: boolean; rebuilt: boolean }>(TRY_BOTH, [key]);
    if (locks[0]?.led !== true || !locks[0].rebuilt) {
      log.warn({ projection: key }, 'another version of Parley feeds these lists: what they show of the erased stays');
      return;
    }
    await client.query(`DROP VIEW IF EXISTS ${viewName(version)}`);
    await client.query('DELETE FROM read.projection WHERE name = $1 AND version = $2', [version.name, version.version]);
    for (const letter of ['a', 'b'] as const) await dropLetter(client, version, letter, rows);
  });
}

async function dropLetter(
  client: pg.ClientBase,
  version: Version,
  letter: 'a' | 'b',
  rows: readonly { readonly name: string }[],
): Promise<void> {
  const { name, version: number } = version;
  await client.query(sql.DROP_CHECKPOINT, [name, number, letter]);
  await client.query(sql.FORGET_PARKED, [name, number, letter]);
  for (const table of tablesIn(version, letter, rows)) await client.query(`DROP TABLE IF EXISTS ${table}`);
}

/** What a set-aside event failed with may quote what it says. The next try tells it anew, of what is readable by then. */
export const forgetWhyParked = async (pool: pg.Pool): Promise<void> => {
  await pool.query(FORGET_WHY);
};

const FORGET_WHY = `UPDATE read.parked_event SET error = 'not told any more: somebody was erased since'
  WHERE error IS NOT NULL AND error NOT LIKE 'not told any more%'`;
