import type {
  Append,
  AppendResult,
  EndsBatch,
  EventBatch,
  EventStore,
  Position,
  ReadAllOptions,
  ReadEndsOptions,
  ReadStreamOptions,
  StoredEvent,
} from '../../../application/ports/event-store.js';
import { EventStoreClosed } from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { makePool } from '../../postgres/pool.js';
import { cancellable } from '../cancellable.js';
import { AppendTroubles } from '../append-troubles.js';
import { checkAppend } from '../edge.js';
import { BatchWriter } from './batch-writer.js';
import { unavailable } from './failures.js';
import { LogReader } from './log-reader.js';
import { query } from './session.js';
import { Tail } from './tail.js';

export interface PostgresEventStoreOptions {
  /** Of a database that `eventLogMigrations` have run on. Direct: LISTEN and prepared statements need a session. */
  readonly url: string;
  readonly log: Logger;
  /** Connections for reading. Default 4; three more write and listen. */
  readonly poolSize?: number;
  /** For one statement's answer, milliseconds. Default 10,000. */
  readonly deadlineMs?: number;
  /** Is told of each transaction: how many appends, and how long it took. */
  readonly onBatch?: ((appends: number, seconds: number) => void) | undefined;
}

/** One is being written while the next travels and is parsed; more would only make the batches smaller. */
const BATCHES_IN_FLIGHT = 2;

/**
 * The event store in PostgreSQL.
 *
 * @throws EventStoreUnavailable when the server doesn't answer, or the database was not migrated or is not in UTF8.
 */
export async function openPostgresEventStore(options: PostgresEventStoreOptions): Promise<EventStore> {
  const { url, log, poolSize = 4, deadlineMs = 10_000 } = options;
  // A statement first planned on an empty table would keep a sequential scan for the session's life.
  const settings = { enable_seqscan: 'off', enable_bitmapscan: 'off' };
  const common = { url, log, statementTimeoutMs: deadlineMs, settings };
  const readPool = makePool({ ...common, max: poolSize, name: 'parley events read' });
  const writePool = makePool({ ...common, max: BATCHES_IN_FLIGHT, name: 'parley events write' });
  try {
    const text = "SELECT identity, current_setting('server_encoding') FROM events.store";
    const [row] = await query<[identity: string, encoding: string]>(readPool, { text }, deadlineMs);
    if (!row) throw new Error('events.store is empty');
    if (row[1] !== 'UTF8') throw new Error(`the database's encoding is ${row[1]}, it must be UTF8`);
    return new PostgresEventStore(row[0], { ...options, deadlineMs }, readPool, writePool);
  } catch (error) {
    await Promise.all([readPool.end(), writePool.end()]);
    throw unavailable(error);
  }
}

class PostgresEventStore implements EventStore {
  private readonly closing = new AbortController();
  private readonly tail: Tail;
  private readonly reader: LogReader;
  private readonly writer: BatchWriter;
  private readonly appendTroubles: AppendTroubles;
  private closed: Promise<void> | undefined;

  constructor(
    readonly identity: string,
    { url, log, deadlineMs, onBatch }: PostgresEventStoreOptions & { deadlineMs: number },
    private readonly readPool: ReturnType<typeof makePool>,
    private readonly writePool: ReturnType<typeof makePool>,
  ) {
    // The server's own timeout comes first: its answer says that nothing was written.
    const clientDeadlineMs = deadlineMs + 500;
    const common = { identity, log, deadlineMs: clientDeadlineMs };
    this.appendTroubles = new AppendTroubles(log);
    this.tail = new Tail({ url, log, deadlineMs });
    this.reader = new LogReader({ ...common, pool: readPool, tail: this.tail, closed: this.closing.signal });
    this.writer = new BatchWriter({
      ...common,
      pool: writePool,
      batchesInFlight: BATCHES_IN_FLIGHT,
      readAt: (stream, revision) => this.reader.at(stream, revision),
      written: () => {
        this.tail.written();
      },
      troubles: this.appendTroubles,
      onBatch,
    });
  }

  async append(appends: readonly Append[]): Promise<AppendResult[]> {
    if (this.closed) throw new EventStoreClosed('event store is closed');
    const sizes = appends.map(checkAppend);
    return Promise.all(appends.map((append, index) => this.writer.append(append, sizes[index] ?? 0)));
  }

  readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    return cancellable((cancelled) => this.reader.readStream(stream, options, cancelled));
  }

  existing(streams: readonly string[]): Promise<ReadonlySet<string>> {
    return this.reader.existing(streams);
  }

  eventsAt(places: readonly Pick<StoredEvent, 'stream' | 'revision'>[]): Promise<StoredEvent[]> {
    return this.reader.eventsAt(places);
  }

  lastRevision(stream: string): Promise<number> {
    return this.reader.lastRevision(stream);
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    return cancellable((cancelled) => this.reader.readAll(options, cancelled));
  }

  readEnds(options: ReadEndsOptions): AsyncIterable<EndsBatch> {
    return this.reader.readEnds(options);
  }

  subscribe(options: { readonly after?: Position } = {}): AsyncIterable<EventBatch> {
    return cancellable((cancelled) => this.reader.subscribe(options.after, cancelled));
  }

  troubles(): readonly string[] {
    return this.appendTroubles.told();
  }

  head(): Promise<Position | undefined> {
    return this.reader.head();
  }

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    this.closing.abort();
    await Promise.all([this.writer.close(), this.tail.close()]);
    await Promise.all([this.readPool.end(), this.writePool.end()]);
  }
}
