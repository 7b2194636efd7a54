import type pg from 'pg';
import type { EventStore, StoredEvent } from '../../application/ports/event-store.js';
import { applyTo, loadActive, loadParked, lockCheckpoint } from './checkpoint.js';
import { nameOf } from '../../application/following/errors.js';
import { Fenced, PoisonedEvent } from './errors.js';
import type { OpenedEvent, Opener } from '../../application/following/open.js';
import { projectionKey, tablesOf, type Letter, type Projection } from './projection.js';
import * as sql from './sql.js';
import { BEGIN_APPLY } from './sql.js';
import { planReplay } from './plan.js';
import { transaction } from './transaction.js';

export interface ParkedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly id: string;
  readonly type: string;
  /** Why; null for those that only wait behind an earlier one of their stream. */
  readonly error: string | null;
  readonly parkedAt: Date;
}

/** In log order, the first 1000. */
export async function listParked(pool: pg.Pool, projection: Projection): Promise<ParkedEvent[]> {
  const { rows } = await pool.query<{
    stream: string;
    revision: string;
    position: string;
    event_id: string;
    type: string;
    error: string | null;
    parked_at: Date;
  }>(sql.PARKED_LIST, [projection.name, projection.version]);
  return rows.map(({ event_id, parked_at, ...row }) => ({
    ...row,
    revision: Number(row.revision),
    id: event_id,
    parkedAt: parked_at,
  }));
}

export interface UnparkResult {
  /** Streams whose parked events are applied; the projection follows them again. */
  readonly unparked: readonly string[];
  /** Streams that failed again, and stay as they were. */
  readonly failed: readonly { readonly stream: string; readonly error: unknown }[];
}

/** Tries parked streams again (one, or all): each stream's events in order, all or none. */
export async function unpark(
  deps: { projection: Projection; store: EventStore; opener: Opener; pool: pg.Pool },
  stream?: string,
): Promise<UnparkResult> {
  const { letter } = await loadActive(deps.pool, deps.projection);
  const parked = await loadParked(deps.pool, deps.projection, letter);
  const unparked: string[] = [];
  const failed: { stream: string; error: unknown }[] = [];
  for (const name of stream === undefined ? parked.keys() : [stream]) {
    if (!parked.has(name)) continue;
    try {
      await unparkStream(deps, letter, name);
      unparked.push(name);
    } catch (error) {
      failed.push({ stream: name, error });
    }
  }
  return { unparked, failed };
}

/**
 * The lock on the checkpoint keeps the live writer from parking or applying meanwhile; the next epoch makes it read its
 * list of parked streams again.
 */
async function unparkStream(
  deps: { projection: Projection; store: EventStore; opener: Opener; pool: pg.Pool },
  letter: Letter,
  stream: string,
): Promise<void> {
  const { projection, pool } = deps;
  await transaction(pool, BEGIN_APPLY, async (client) => {
    if ((await lockCheckpoint(client, projection, letter)) === undefined) throw new Fenced(projectionKey(projection));
    const key = [projection.name, projection.version, letter];
    const { rows } = await client.query<{ revision: string }>(sql.PARKED_OF_STREAM, [...key, stream]);
    const revisions = new Set(rows.map((row) => Number(row.revision)));
    for await (const events of parkedEvents(deps, stream, revisions)) {
      for (const event of events) {
        try {
          await applyTo(client, projection, tablesOf(projection, letter), planReplay(projection, [event]));
        } catch (error) {
          if (error instanceof PoisonedEvent) throw error;
          throw new PoisonedEvent(projectionKey(projection), nameOf(event.stored), error);
        }
      }
    }
    await client.query(sql.UNPARK_STREAM, [...key, stream]);
    await client.query(sql.NEXT_EPOCH, key);
  });
}

async function* parkedEvents(
  { store, opener }: { store: EventStore; opener: Opener },
  stream: string,
  revisions: Set<number>,
): AsyncGenerator<OpenedEvent[], void, undefined> {
  const first = Math.min(...revisions);
  for await (const batch of store.readStream(stream, { from: first })) {
    const due: StoredEvent[] = batch.filter((event) => revisions.delete(event.revision));
    if (due.length > 0) yield await opener.open(due);
    if (revisions.size === 0) return;
  }
  if (revisions.size > 0) throw new Error('the store no longer has all parked events of this stream');
}
