import type pg from 'pg';
import { NotPaused, PausedAlready } from './errors.js';
import { FILLING, inspectSound, pausedOf, pausedWords, type Paused } from './inspect.js';
import type { Projection } from './projection.js';
import * as sql from './sql.js';

/**
 * Stops the live feeding of a projection, in whichever process that is: the step in hand is finished, the next is refused.
 * Readers see what they saw; a rebuild, a comparison and an unparking go on.
 * @param dryRun only tells whether it could be
 * @throws PausedAlready, ProjectionUnfit (something of it is missing)
 */
export async function pause(
  pool: pg.Pool,
  projection: Projection,
  { by, dryRun = false }: { readonly by: string; readonly dryRun?: boolean },
): Promise<void> {
  await inspectSound(pool, projection);
  const before = await pausedNow(pool, projection);
  if (before !== undefined) throw new PausedAlready(projection.name, pausedWords(before));
  if (!dryRun) await pool.query(sql.PAUSE, [projection.name, projection.version, by]);
}

/** @throws NotPaused, ProjectionUnfit */
export async function resume(
  pool: pg.Pool,
  projection: Projection,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<void> {
  await inspectSound(pool, projection);
  if ((await pausedNow(pool, projection)) === undefined) throw new NotPaused(projection.name);
  if (!dryRun) await pool.query(sql.RESUME, [projection.name, projection.version]);
}

/** Why the feed leaves it alone, in words; undefined when it doesn't. */
export async function notFed(db: Queryable, projection: Projection): Promise<string | undefined> {
  const row = await feedingOf(db, projection);
  const paused = pausedOf(row);
  return paused === undefined ? (row?.apart === true ? FILLING : undefined) : pausedWords(paused);
}

const pausedNow = async (db: Queryable, projection: Projection): Promise<Paused | undefined> =>
  pausedOf(await feedingOf(db, projection));

type Queryable = Pick<pg.ClientBase, 'query'>;

interface Feeding {
  readonly paused_by: string | null;
  readonly paused_at: Date | null;
  readonly apart: boolean;
}

async function feedingOf(db: Queryable, { name, version }: Projection): Promise<Feeding | undefined> {
  return (await db.query<Feeding>(sql.NOT_FED, [name, version])).rows[0];
}
