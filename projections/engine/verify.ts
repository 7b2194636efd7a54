import type pg from 'pg';
import type { EventStore } from '../../application/ports/event-store.js';
import { isPositionOf, parsePosition } from '../../application/ports/positions.js';
import { applyTo, loadParked } from './checkpoint.js';
import { loadDiscarded } from './discarded.js';
import { ForeignCheckpoint, PAST_THE_END, ProjectionUnfit } from './errors.js';
import { inspectSound, isFilling } from './inspect.js';
import { isPastEnd } from './mend.js';
import type { Opener } from '../../application/following/open.js';
import { physicalTables, projectionKey, scratchTablesOf, tablesOf, type Projection } from './projection.js';
import { fraction, replay } from '../../application/following/read.js';
import * as sql from './sql.js';
import { planReplay } from './plan.js';
import type { Stretch } from '../../application/following/stretch.js';
import { transaction } from './transaction.js';

export interface Verification {
  readonly equal: boolean;
  /** Up to where history was replayed: the live checkpoint. */
  readonly position: string;
  /** Events replayed. */
  readonly events: number;
  /** Why it doesn't go on, or isn't whole yet: its rows are compared as far as they go. */
  readonly halted?: string;
  /** Events set aside, of which the replay knows nothing either. */
  readonly parked: number;
  /** The streams of those, some of them. */
  readonly parkedStreams: readonly string[];
  /** Per table, the first rows in their key's order (as PostgreSQL's text) that only one side has so. */
  readonly differences: readonly TableDifference[];
}

const STREAMS_NAMED = 20;

export interface VerifyOptions {
  /** How many events of how many were replayed; the sum is estimated from positions. */
  readonly onProgress?: (progress: { done: number; total: number; rate: number; phase: 'replaying' }) => void;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
}

export interface TableDifference {
  readonly table: string;
  readonly onlyLive: readonly string[];
  readonly onlyReplayed: readonly string[];
}

/**
 * Replays history up to exactly the live checkpoint into temporary tables and compares all rows. One snapshot holds the
 * live rows and their checkpoint still, so the projector goes on meanwhile. Parked and discarded events are left out, as they are live.
 * @throws ForeignCheckpoint, ProjectionUnfit (something is missing, or it stands behind the end of the log), PoisonedEvent,
 * NewerSchema, or what the projection throws
 */
export async function verify(
  deps: { projection: Projection; store: EventStore; opener: Opener; pool: pg.Pool },
  { signal = new AbortController().signal, onProgress }: VerifyOptions = {},
): Promise<Verification> {
  const { projection } = deps;
  const started = performance.now();
  const begin =
    'BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off';
  return transaction(deps.pool, begin, async (client) => {
    const live = await inspectSound(client, projection);
    if (live.position !== '' && !isPositionOf(live.position, deps.store.identity))
      throw new ForeignCheckpoint(projection.name);
    if (isPastEnd(live.position, await deps.store.head(), deps.store.identity))
      throw new ProjectionUnfit(projectionKey(projection), PAST_THE_END);
    const parked = await loadParked(client, projection, live.letter);
    const discarded = await loadDiscarded(client, projection);
    // A rebuild that switches meanwhile waits with dropping these.
    const liveTables = physicalTables(projection, tablesOf(projection, live.letter));
    await client.query(`LOCK TABLE ${liveTables.join(', ')} IN ACCESS SHARE MODE`);
    const scratch = scratchTablesOf(projection);
    for (const statement of projection.ddl(scratch))
      await client.query(statement.replace(/^\s*CREATE TABLE/i, 'CREATE TEMPORARY TABLE'));

    let events = 0;
    let firstOrdinal: bigint | undefined;
    for await (const stretch of historyUpTo(deps, live.position, signal)) {
      const unparked = stretch.events.filter(
        ({ stored }) => !(stored.revision >= (parked.get(stored.stream) ?? Infinity)),
      );
      await applyTo(client, projection, scratch, planReplay(projection, unparked, discarded));
      events += stretch.events.length;
      const [first] = stretch.events;
      if (first !== undefined) firstOrdinal ??= parsePosition(first.stored.position).ordinal;
      const share = fraction(firstOrdinal, stretch.to, live.position);
      const rate = Math.round(events / Math.max((performance.now() - started) / 1000, 0.001));
      onProgress?.({
        done: events,
        total: Math.max(Math.round(events / Math.max(share, 1e-9)), events),
        rate,
        phase: 'replaying',
      });
    }
    const differences = await compare(client, projection, live.letter);
    for (const table of physicalTables(projection, scratch)) await client.query(`DROP TABLE ${table}`);
    const halted = live.stopped ?? (isFilling(live) ? 'it is being filled from history' : undefined);
    return {
      equal: differences.length === 0,
      position: live.position,
      events,
      differences,
      parked: live.parked,
      parkedStreams: [...parked.keys()].sort().slice(0, STREAMS_NAMED),
      ...(halted === undefined ? {} : { halted }),
    };
  });
}

async function* historyUpTo(
  { store, opener }: { store: EventStore; opener: Opener },
  position: string,
  signal: AbortSignal,
): AsyncGenerator<Stretch, void, undefined> {
  if (position === '') return;
  for await (const stretch of replay(store, '', opener, signal)) {
    const due = stretch.upTo(position);
    if (due.events.length > 0) yield due;
    if (due.events.length < stretch.events.length) return;
  }
  signal.throwIfAborted();
}

async function compare(client: pg.ClientBase, projection: Projection, letter: 'a' | 'b'): Promise<TableDifference[]> {
  const live = physicalTables(projection, tablesOf(projection, letter));
  const replayed = physicalTables(projection, scratchTablesOf(projection));
  const differences: TableDifference[] = [];
  for (const [i, table] of live.entries()) {
    const other = replayed[i] ?? '';
    const { rows: key } = await client.query<{ name: string }>(sql.KEY_OF, [other]);
    const text = sql.differing(
      table,
      other,
      key.map(({ name }) => name),
    );
    const { rows } = await client.query<{ live: string | null; replayed: string | null }>(text);
    if (rows.length > 0)
      differences.push({
        table,
        onlyLive: rows.flatMap((row) => row.live ?? []),
        onlyReplayed: rows.flatMap((row) => row.replayed ?? []),
      });
  }
  return differences;
}
