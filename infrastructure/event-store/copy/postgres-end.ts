import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import {
  type Append,
  type EventStore,
  EventStoreUnavailable,
  type Position,
  type StoredEvent,
} from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { migrate } from '../../postgres/migrate.js';
import { makePool } from '../../postgres/pool.js';
import { APPEND_STATEMENT, type AppendRow, batchParameters, batchResults } from '../postgres/batch.js';
import type { Served } from '../eventstoredb/served.js';
import { liesInTheBytes } from '../postgres/failures.js';
import { eventLogMigrations } from '../postgres/migration.js';
import { openPostgresEventStore } from '../postgres/postgres-event-store.js';
import { query } from '../postgres/session.js';
import { DEFAULT_BACKOFF, delayMs } from '../settle.js';
import { conflictAt, CopyRefused, NoLogThere } from './errors.js';
import { appendsOf } from './grouping.js';
import { type LogBatch, type OrderedWriter, PATIENCE_MS, type StoreEnd } from './store-end.js';

/** Held by the session that copies into a database. */
const COPY_LOCK = '7272539003';
const DEADLINE_MS = 30_000;

export interface PostgresEndOptions {
  readonly url: string;
  readonly shown: string;
  readonly log: Logger;
  readonly served: Served;
  /** A database without the tables of a log gets them. */
  readonly make: boolean;
}

/** @throws CopyRefused when there is no log of Parley's in the database, EventStoreUnavailable. */
export async function openPostgresEnd(options: PostgresEndOptions): Promise<StoreEnd> {
  const { url, shown, log, make } = options;
  const [there] = await ask<{ found: boolean }>(url, "SELECT to_regclass('events.log') IS NOT NULL AS found");
  if (there?.found !== true) {
    if (!make) throw new NoLogThere(`There is no event log of Parley's in ${shown}.`);
    await migrate(url, eventLogMigrations);
  }
  return new PostgresEnd(await openPostgresEventStore({ url, log }), options);
}

class PostgresEnd implements StoreEnd {
  readonly shown: string;

  constructor(
    private readonly store: EventStore,
    private readonly options: PostgresEndOptions,
  ) {
    this.shown = options.shown;
  }

  get identity(): string {
    return this.store.identity;
  }

  async *read(after?: Position): AsyncGenerator<LogBatch, void, undefined> {
    for await (const all of this.store.readAll(after === undefined ? {} : { after })) {
      const events = all.filter(({ stream }) => this.options.served(stream));
      yield { events, others: all.length - events.length };
    }
  }

  first(): Promise<StoredEvent | undefined> {
    return this.next('forwards');
  }

  last(): Promise<StoredEvent | undefined> {
    return this.next('backwards');
  }

  async at(stream: string, revision: number): Promise<StoredEvent | undefined> {
    for await (const [event] of this.store.readStream(stream, { from: revision, maxCount: 1 })) return event;
    return undefined;
  }

  /** Every store of Parley's listens; this process's own does too. */
  async otherProcesses(): Promise<number> {
    const [row] = await ask<{ n: number }>(
      this.options.url,
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'parley events listen'",
    );
    return Math.max(0, (row?.n ?? 0) - 1);
  }

  writer(): OrderedWriter {
    return new PostgresWriter(this.options.url, this.identity, this.options.log);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private async next(direction: 'forwards' | 'backwards'): Promise<StoredEvent | undefined> {
    for await (const events of this.store.readAll({ direction })) {
      const found = events.find(({ stream }) => this.options.served(stream));
      if (found) return found;
    }
    return undefined;
  }
}

/**
 * One statement after the other on one connection, each written whole or not at all, so the order is the one given also
 * when a statement's outcome is unknown and it is sent again. The lock keeps a second copy out, and a killed one's session
 * has it for as long as its last statement runs.
 */
class PostgresWriter implements OrderedWriter {
  readonly window = 1_000;
  private readonly pool: pg.Pool;
  private readonly locked = new WeakSet<pg.PoolClient>();

  constructor(
    url: string,
    private readonly identity: string,
    private readonly log: Logger,
  ) {
    const settings = { enable_seqscan: 'off', enable_bitmapscan: 'off' };
    this.pool = makePool({ url, log, max: 1, name: 'parley copy', settings, statementTimeoutMs: DEADLINE_MS });
  }

  async write(events: readonly StoredEvent[]): Promise<void> {
    const appends = appendsOf(events);
    const until = Date.now() + PATIENCE_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.send(appends);
        return;
      } catch (error) {
        if (error instanceof CopyRefused) throw error;
        if (liesInTheBytes(error)) throw new CopyRefused(`The target can not store an event: ${String(error)}`);
        const waitMs = delayMs(attempt, DEFAULT_BACKOFF);
        if (Date.now() + waitMs > until) {
          if (error instanceof CopyRunning) throw new CopyRefused(error.message);
          throw new EventStoreUnavailable('the target does not answer', { cause: error });
        }
        this.log.debug({ err: error, attempt }, 'a write to the target is sent again');
        await pause(waitMs);
      }
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async send(appends: readonly Append[]): Promise<void> {
    const config = { ...APPEND_STATEMENT, values: batchParameters(appends) };
    const [row] = await query<AppendRow>(this.pool, config, DEADLINE_MS + 500, (client) => this.lock(client));
    if (row === undefined) throw new Error('events.append answered nothing');
    for (const [i, result] of batchResults(this.identity, appends, row).entries()) {
      const append = appends[i];
      if (append && result.kind === 'conflict') throw conflictAt(append.stream, append.expectedRevision + 1);
    }
  }

  private async lock(client: pg.PoolClient): Promise<void> {
    if (this.locked.has(client)) return;
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [COPY_LOCK]);
    if (rows[0]?.held !== true) throw new CopyRunning('Another copy writes to the target.');
    this.locked.add(client);
  }
}

class CopyRunning extends Error {
  override readonly name = 'CopyRunning';
}

async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the call under way rejects too
  try {
    await client.connect();
    return (await client.query<Row>(text)).rows;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EventStoreUnavailable(`PostgreSQL does not answer: ${why}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}
