import pg from 'pg';
import { NO_STREAM, type EventStore } from '../../application/ports/event-store.js';
import { openEmmett } from '../peers/emmett.js';
import { laneAppender } from '../lanes.js';
import type { Row } from '../harness.js';
import { muteEvent } from '../payload.js';

/** The same columns and indexes as the log's own table, without anything around them. */
const RAW_TABLE = 'bench_raw_event';

export interface AppendBench {
  readonly rows: Row[];
  close(): Promise<void>;
}

/**
 * Durable append, one event each, every lane its own stream: through the engine, by a raw prepared single-row INSERT in
 * autocommit, and by emmett's PostgreSQL store. Both peers get a pool of at most 32 connections.
 */
export async function appendPostgres(url: string, store: EventStore): Promise<AppendBench> {
  const emmettPool = new pg.Pool({ connectionString: url, max: 32 });
  // First: it says so when the peers aren't installed, before anything is open.
  const emmett = await openEmmett(url, emmettPool);
  const rawPool = new pg.Pool({ connectionString: url, max: 32 });
  await rawPool.query(`CREATE TABLE ${RAW_TABLE} (LIKE events.log INCLUDING ALL)`);
  const columns = await rawPool.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'events.log'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
  );
  const raw = rawInsert(
    rawPool,
    columns.rows.map((r) => r.name),
  );

  const row = (lanes: number): Row => {
    const ours = laneAppender(lanes, async (stream, revision) => {
      const [result] = await store.append([{ stream, expectedRevision: revision, events: [muteEvent()] }]);
      if (result?.kind !== 'appended') throw new Error('the append was refused');
    });
    const theirs = laneAppender(lanes, raw);
    const peer = laneAppender(lanes, async (stream, revision) => {
      const { type, data, metadata } = muteEvent();
      await emmett.appendToStream(
        stream,
        [{ type, data: JSON.parse(data) as object, metadata: JSON.parse(metadata) as object }],
        { expectedStreamVersion: revision === NO_STREAM ? 'STREAM_DOES_NOT_EXIST' : BigInt(revision + 1) },
      );
    });
    return {
      name: `durable append, PostgreSQL, ${lanes.toString()} in flight`,
      unit: 'ops/s',
      sides: [
        { name: 'Parley engine', run: ours },
        { name: 'raw single-row INSERT (pg, pool 32)', run: theirs },
        { name: 'emmett-postgresql (pool 32)', run: peer },
      ],
      bars: [
        ...(lanes === 32 ? [{ peer: 'raw single-row INSERT (pg, pool 32)', bar: 1.2 }] : []),
        ...(lanes === 256 ? [{ peer: 'raw single-row INSERT (pg, pool 32)', bar: 1.5 }] : []),
        ...(lanes > 1 ? [{ peer: 'emmett-postgresql (pool 32)', bar: 5 }] : []),
      ],
    };
  };

  return {
    rows: [row(1), row(32), row(256)],
    close: async () => {
      await emmett.close();
      await rawPool.end();
      if (!emmettPool.ended) await emmettPool.end();
    },
  };
}

function rawInsert(pool: pg.Pool, columns: readonly string[]): (stream: string, revision: number) => Promise<unknown> {
  let position = 0;
  const text = `INSERT INTO ${RAW_TABLE} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${(i + 1).toString()}`).join(', ')})`;
  return (stream, revision) => {
    const { id, type, data, metadata } = muteEvent();
    const values: Record<string, unknown> = {
      position: ++position,
      stream,
      revision: revision + 1,
      id,
      type,
      data,
      metadata,
    };
    return pool.query({ name: 'raw-insert', text, values: columns.map((column) => values[column] ?? new Date()) });
  };
}
