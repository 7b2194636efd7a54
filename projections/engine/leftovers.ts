import type pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { PROJECTIONS } from './coordinate.js';
import { OtherVersionFed } from './errors.js';
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
  const rows = await tableRows(pool);
  const known = new Set(projections.map(projectionKey));
  for (const [key, version] of versionsAmong(rows)) {
    if (known.has(key)) await retried(() => dropUnshown(pool, version, rows));
    else if (!(await retried(() => dropVersion(pool, version, rows))))
      log.warn({ projection: key }, 'another version of Parley feeds these lists: what they show of the erased stays');
  }
}

/** Tables of a version of a projection that this code doesn't know: kept for a way back, or of another Parley on this database. */
export interface OtherVersion extends Version {
  /** With indexes, of both letters. */
  readonly bytes: number;
}

export async function otherVersions(
  pool: pg.Pool,
  projections: readonly Projection[],
): Promise<readonly OtherVersion[]> {
  const rows = await tableRows(pool);
  const known = new Set(projections.map(projectionKey));
  const others: OtherVersion[] = [];
  for (const [key, version] of versionsAmong(rows)) {
    if (known.has(key)) continue;
    const tables = (['a', 'b'] as const).flatMap((letter) => tablesIn(version, letter, rows));
    const { rows: sizes } = await pool.query<{ bytes: string }>(sql.SIZE, [tables]);
    others.push({ ...version, bytes: Number(sizes[0]?.bytes ?? 0) });
  }
  return others.sort((one, other) => one.name.localeCompare(other.name) || one.version - other.version);
}

/** @throws OtherVersionFed where somebody feeds or fills it */
export async function dropOtherVersion(pool: pg.Pool, version: Version): Promise<void> {
  const rows = await tableRows(pool);
  if (!(await retried(() => dropVersion(pool, version, rows)))) throw new OtherVersionFed(projectionKey(version));
}

const tableRows = async (pool: pg.Pool): Promise<readonly { readonly name: string }[]> =>
  (await pool.query<{ name: string }>(TABLES)).rows;

function versionsAmong(rows: readonly { readonly name: string }[]): Map<string, Version> {
  const found = new Map<string, Version>();
  for (const { name: table } of rows) {
    const [, name = '', version] = FORM.exec(table) ?? [];
    const each = { name, version: Number(version) };
    found.set(projectionKey(each), each);
  }
  return found;
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

/** Gives whether it was: not where somebody feeds or fills it. */
function dropVersion(pool: pg.Pool, version: Version, rows: readonly { readonly name: string }[]): Promise<boolean> {
  const key = projectionKey(version);
  return transaction(pool, BEGIN, async (client) => {
    const { rows: locks } = await client.query<{ led: boolean; rebuilt: boolean }>(TRY_BOTH, [key]);
    if (locks[0]?.led !== true || !locks[0].rebuilt) return false;
    await client.query(`DROP VIEW IF EXISTS ${viewName(version)}`);
    await client.query('DELETE FROM read.projection WHERE name = $1 AND version = $2', [version.name, version.version]);
    for (const letter of ['a', 'b'] as const) await dropLetter(client, version, letter, rows);
    return true;
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
