import type pg from 'pg';
import type { EventStore } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { isPositionOf } from '../../application/ports/positions.js';
import { pause } from '../../application/following/backoff.js';
import { createCheckpoint } from './checkpoint.js';
import { PAST_THE_END } from './errors.js';
import { inspect, lackOf, lacksEngineTables, type Inspected } from './inspect.js';
import { physicalTables, projectionKey, tablesOf, viewName, type Letter, type Projection } from './projection.js';
import { retried } from './retried.js';
import * as sql from './sql.js';
import { transaction } from './transaction.js';
import { LOOK_MS } from './watch.js';

interface Mending {
  readonly pool: pg.Pool;
  readonly store: Pick<EventStore, 'head' | 'identity'>;
  readonly log: Logger;
  readonly lookMs?: number;
  /** Makes the tables of a letter that is to be filled apart from the feed, and its checkpoint. */
  readonly fillApart?: (client: pg.ClientBase, projection: Projection, letter: Letter) => Promise<void>;
}

/**
 * What a start does for the read side: makes what isn't there, the first time or because somebody took it away. A
 * projection whose rows or checkpoint are gone begins anew, before the first event.
 */
export async function mendAll(deps: Mending, projections: readonly Projection[]): Promise<void> {
  await ensureEngineTables(deps.pool);
  for (const projection of projections) await retried(() => mend(deps, projection));
}

async function mend({ pool, store, log, fillApart }: Mending, projection: Projection): Promise<void> {
  const [seen] = await inspect(pool, [projection]);
  if (seen?.missing.length === 0) return;
  // Up to here it has to get before anybody may read it.
  const head = (await store.head()) ?? '';
  await transaction(pool, 'BEGIN', async (client) => {
    await client.query(sql.LOCK_PREPARE);
    const [found] = await inspect(client, [projection]);
    if (found === undefined || found.missing.length === 0) return;
    const { rows } = await client.query<{ held: boolean }>(sql.TRY_REBUILD_IN_TRANSACTION, [projectionKey(projection)]);
    // A rebuild makes all of it, and shows it when it is whole.
    if (rows[0]?.held !== true) return;
    if (isKnown(found))
      log.warn({ projection: projectionKey(projection) }, `a projection is mended: ${lackOf(found) ?? ''}`);
    if (found.lacksOnlyView && found.letter !== undefined) await showIn(client, projection, found.letter);
    else await beginAnew(client, projection, head);
    // A new one beside others: reading all of the log for it would keep them waiting who share the feed's reader.
    const isNew = found.letter === undefined && seen?.letter === undefined && head !== '';
    if (isNew && (await hasOthers(client, projection))) await fillApart?.(client, projection, 'b');
  });
}

/** Of the first start, nothing is said. */
const isKnown = ({ letter, missing }: Inspected): boolean => letter !== undefined || missing.length < 2;

async function hasOthers(client: pg.ClientBase, { name, version }: Projection): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(sql.HAS_OTHERS, [name, version]);
  return rows[0]?.there === true;
}

async function beginAnew(client: pg.ClientBase, projection: Projection, head: string): Promise<void> {
  await client.query(`DROP VIEW IF EXISTS ${viewName(projection)}`);
  for (const letter of ['a', 'b'] as const) await dropLetterIn(client, projection, letter);
  const tables = tablesOf(projection, 'a');
  for (const statement of [...projection.ddl(tables), ...projection.indexes(tables)]) await client.query(statement);
  // Its epoch is its own: who was stopped at an empty letter sees that this is another one.
  await createCheckpoint(client, projection, 'a', head);
  await showIn(client, projection, 'a');
}

/** The letter that readers see from now on. */
export async function showIn(client: pg.ClientBase, projection: Projection, letter: Letter): Promise<void> {
  const { name, version } = projection;
  await client.query(
    `CREATE OR REPLACE VIEW ${viewName(projection)} AS ${projection.view(tablesOf(projection, letter))}`,
  );
  await client.query(sql.SHOW_LETTER, [name, version, letter]);
}

export async function dropLetterIn(client: pg.ClientBase, projection: Projection, letter: Letter): Promise<void> {
  const { name, version } = projection;
  await client.query(sql.DROP_CHECKPOINT, [name, version, letter]);
  await client.query(sql.FORGET_PARKED, [name, version, letter]);
  for (const table of physicalTables(projection, tablesOf(projection, letter)))
    await client.query(`DROP TABLE IF EXISTS ${table}`);
}

/** Schema `read` with the engine's own tables; where they have other columns than these, they are made anew, empty. */
export async function ensureEngineTables(pool: pg.Pool): Promise<void> {
  try {
    await retried(() => pool.query(sql.INSPECT));
    return;
  } catch (error) {
    if (!lacksEngineTables(error)) throw error;
  }
  await retried(() => transaction(pool, 'BEGIN', makeEngineTables));
}

async function makeEngineTables(client: pg.ClientBase): Promise<void> {
  await client.query(sql.LOCK_PREPARE);
  for (const statement of sql.CREATE_ENGINE_TABLES) await client.query(statement);
  await client.query('SAVEPOINT made');
  try {
    await client.query(sql.INSPECT);
  } catch (error) {
    if (!lacksEngineTables(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT made');
    for (const statement of [...sql.DROP_ENGINE_TABLES, ...sql.CREATE_ENGINE_TABLES]) await client.query(statement);
  }
}

/** A follower of a cluster may show an end of the log that it had a moment ago. */
const SURE_AFTER_LOOKS = 3;

/**
 * Stops projections that stand behind the end of the log, for good: once new events have taken the places of those that
 * are gone, nobody could tell any more. Called before anything is written, and whenever the log is read anew.
 */
export async function stopPastEnd(
  { pool, store, log, lookMs = LOOK_MS }: Mending,
  projections: readonly Projection[],
  signal: AbortSignal,
): Promise<void> {
  for (let look = 1; !signal.aborted; look++) {
    const found = await inspect(pool, projections);
    const head = await store.head();
    const past = found.filter(
      ({ row }) => row?.stopped !== PAST_THE_END && isPastEnd(row?.position, head, store.identity),
    );
    if (past.length === 0) return;
    if (look === SURE_AFTER_LOOKS) {
      for (const { projection, row } of past) {
        if (row === undefined) continue;
        const at = [projection.name, projection.version, row.letter, row.position, row.epoch];
        await pool.query(sql.SET_STOPPED, [...at, PAST_THE_END]);
        log.error({ projection: projectionKey(projection) }, `a projection is stopped: ${PAST_THE_END}`);
      }
      return;
    }
    await pause(lookMs, signal);
  }
}

/** `head` was asked for after the position was read. */
export const isPastEnd = (position: string | undefined, head: string | undefined, store: string): boolean =>
  position !== undefined && position !== '' && isPositionOf(position, store) && position > (head ?? '');
