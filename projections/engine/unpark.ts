import type pg from 'pg';
import type { EventStore, StoredEvent } from '../../application/ports/event-store.js';
import { applyTo, loadActive, loadParked, lockCheckpoint } from './checkpoint.js';
import { blamesEvent, messageOf, nameOf } from '../../application/following/errors.js';
import { Fenced, NotParked, PoisonedEvent } from './errors.js';
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

/** In log order, the first 1000; of one stream, or one event by its id, where that is given. */
export async function listParked(pool: pg.Pool, projection: Projection, of?: string): Promise<ParkedEvent[]> {
  const { rows } = await pool.query<{
    stream: string;
    revision: string;
    position: string;
    event_id: string;
    type: string;
    error: string | null;
    parked_at: Date;
  }>(sql.PARKED_LIST, [projection.name, projection.version, of ?? null]);
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
  /** Streams that failed again: what is before the event that failed is applied. */
  readonly failed: readonly { readonly stream: string; readonly error: unknown }[];
}

interface Deps {
  readonly projection: Projection;
  readonly store: EventStore;
  readonly opener: Opener;
  readonly pool: pg.Pool;
}

/** Tries parked streams again (one, or all): each stream's events in order, up to one that fails. */
export async function unpark(deps: Deps, stream?: string): Promise<UnparkResult> {
  const { letter } = await loadActive(deps.pool, deps.projection);
  const parked = await loadParked(deps.pool, deps.projection, letter);
  const unparked: string[] = [];
  const failed: { stream: string; error: unknown }[] = [];
  for (const name of stream === undefined ? parked.keys() : [stream]) {
    if (!parked.has(name)) continue;
    try {
      const stuck = await unparkStream(deps, letter, () => Promise.resolve(name));
      if (stuck === undefined) unparked.push(name);
      else failed.push({ stream: name, error: stuck });
    } catch (error) {
      failed.push({ stream: name, error });
    }
  }
  return { unparked, failed };
}

/** Who decided that an event is never applied, and why. */
export interface Decision {
  readonly by: string;
  /** Kept for good: it names nobody. */
  readonly reason: string;
}

/**
 * Takes one parked event out for good, on record: replays leave it out, too. What waits behind it in its stream is tried at
 * once. Gives what that is stuck at, if it is.
 * @throws NotParked
 */
export async function discard(
  deps: Deps,
  eventId: string,
  { by, reason }: Decision,
): Promise<PoisonedEvent | undefined> {
  const { projection, pool } = deps;
  const { letter } = await loadActive(pool, projection);
  return unparkStream(deps, letter, async (client) => {
    // Unlike rows and checkpoints, nothing can make it again.
    await client.query('SET LOCAL synchronous_commit = on');
    const values = [projection.name, projection.version, letter, eventId, by, reason];
    const { rows } = await client.query<{ stream: string }>(sql.DISCARD, values);
    if (rows[0] === undefined) throw new NotParked(projection.name, eventId);
    return rows[0].stream;
  });
}

/**
 * The lock on the checkpoint keeps the live writer from parking or applying meanwhile; the next epoch makes it read its
 * lists of parked streams and discarded events again. Gives the event that failed.
 * @param choose in the same transaction
 */
async function unparkStream(
  deps: Deps,
  letter: Letter,
  choose: (client: pg.Client) => Promise<string>,
): Promise<PoisonedEvent | undefined> {
  const { projection, pool } = deps;
  return transaction(pool, BEGIN_APPLY, async (client) => {
    if ((await lockCheckpoint(client, projection, letter)) === undefined) throw new Fenced(projectionKey(projection));
    const stream = await choose(client);
    const key = [projection.name, projection.version, letter];
    const { rows } = await client.query<{ revision: string }>(sql.PARKED_OF_STREAM, [...key, stream]);
    const revisions = new Set(rows.map((row) => Number(row.revision)));
    let stuck: PoisonedEvent | undefined;
    for await (const event of parkedEvents(deps, stream, revisions)) {
      stuck = await applyParked(client, projection, letter, event);
      const { revision } = event.stored;
      if (stuck !== undefined) {
        await client.query(sql.SAY_WHY_PARKED, [...key, stream, revision, messageOf(stuck.cause)]);
        break;
      }
      await client.query(sql.UNPARK_UP_TO, [...key, stream, revision]);
    }
    await client.query(sql.NEXT_EPOCH, key);
    return stuck;
  });
}

/** Gives why it can't be applied, if so. @throws what isn't to be blamed on the event */
async function applyParked(
  client: pg.Client,
  projection: Projection,
  letter: Letter,
  event: OpenedEvent,
): Promise<PoisonedEvent | undefined> {
  await client.query('SAVEPOINT parked');
  try {
    await applyTo(client, projection, tablesOf(projection, letter), planReplay(projection, [event], new Set()));
    return undefined;
  } catch (error) {
    if (!blamesEvent(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT parked');
    if (error instanceof PoisonedEvent) return error;
    return new PoisonedEvent(projectionKey(projection), nameOf(event.stored), error);
  }
}

async function* parkedEvents(
  { store, opener }: { store: EventStore; opener: Opener },
  stream: string,
  revisions: Set<number>,
): AsyncGenerator<OpenedEvent, void, undefined> {
  if (revisions.size === 0) return;
  const first = Math.min(...revisions);
  for await (const batch of store.readStream(stream, { from: first })) {
    const due: StoredEvent[] = batch.filter((event) => revisions.delete(event.revision));
    if (due.length > 0) yield* await opener.open(due);
    if (revisions.size === 0) return;
  }
  if (revisions.size > 0) throw new Error('the store no longer has all parked events of this stream');
}
