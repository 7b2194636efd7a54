import type pg from 'pg';
import type {
  EndsBatch,
  EventBatch,
  Position,
  ReadAllOptions,
  ReadEndsOptions,
  ReadStreamOptions,
  StoredEvent,
} from '../../../application/ports/event-store.js';
import { EventStoreClosed, NO_STREAM } from '../../../application/ports/event-store.js';
import { ForeignPosition, makePosition, parsePosition } from '../../../application/ports/positions.js';
import { Coalescer } from '../../serialization/keys/coalescer.js';
import { unlessCancelled } from '../cancellable.js';
import { textArray } from './array-parameters.js';
import { unavailable } from './failures.js';
import { DeadlinePassed, query } from './session.js';
import type { Tail } from './tail.js';

/** Bounds of one page: events, and bytes of data and metadata. One event above the bound makes a page of its own. */
const PAGE_EVENTS = 500;
const PAGE_BYTES = 4 * 1024 * 1024;

/** Their ends are some fifty bytes each. */
const PAGE_ENDS = 2_000;

const MAX_BIGINT = '9223372036854775807';

/**
 * A page by key: no cursor and no transaction is held while the consumer is at work. `octet_length` looks at a long text's
 * header only, so what is beyond the page's bytes is never fetched.
 */
function pageStatement(name: string, where: string, order: string): pg.QueryConfig {
  return {
    name: `parley-${name}`,
    text: `SELECT position, stream, revision, id, type, data, metadata
      FROM (
        SELECT *, sum(octet_length(data) + octet_length(metadata)) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)
          - octet_length(data) - octet_length(metadata) AS bytes_before
        FROM (SELECT * FROM events.log WHERE ${where} ORDER BY ${order} LIMIT $1) AS candidate
      ) AS measured
      WHERE bytes_before < ${PAGE_BYTES}
      ORDER BY ${order}`,
  };
}

const STATEMENTS = {
  allForwards: pageStatement('all-forwards', 'position > $2', 'position'),
  allBackwards: pageStatement('all-backwards', 'position < $2', 'position DESC'),
  streamForwards: pageStatement('stream-forwards', 'stream = $3 AND revision >= $2', 'revision'),
  streamBackwards: pageStatement('stream-backwards', 'stream = $3 AND revision <= $2', 'revision DESC'),
  ends: {
    name: 'parley-ends',
    text: `SELECT max(position), count(*), string_agg(right(metadata, $3), '' ORDER BY position)
      FROM (SELECT position, metadata FROM events.log WHERE position > $2 ORDER BY position LIMIT $1) AS page`,
  },
  at: {
    name: 'parley-event-at',
    text: `SELECT position, stream, revision, id, type, data, metadata
      FROM events.log WHERE revision = $1 AND stream = $2`,
  },
  eventsAt: {
    name: 'parley-events-at',
    text: `SELECT position, log.stream, log.revision, id, type, data, metadata
      FROM unnest($1::text[], $2::bigint[]) AS wanted (stream, revision)
      JOIN events.log ON log.stream = wanted.stream COLLATE "C" AND log.revision = wanted.revision`,
  },
  existing: {
    name: 'parley-existing',
    text: `SELECT wanted FROM unnest($1::text[]) AS wanted
      WHERE EXISTS (SELECT FROM events.log WHERE stream = wanted COLLATE "C" AND revision = 0)`,
  },
  lastRevisions: {
    name: 'parley-last-revisions',
    text: `SELECT (SELECT revision FROM events.log WHERE stream = wanted COLLATE "C" ORDER BY revision DESC LIMIT 1)
      FROM unnest($1::text[]) WITH ORDINALITY AS u (wanted, place) ORDER BY place`,
  },
  head: { name: 'parley-head', text: 'SELECT position FROM events.log ORDER BY position DESC LIMIT 1' },
};

type Row = [
  position: string,
  stream: string,
  revision: string,
  id: string,
  type: string,
  data: string,
  metadata: string,
];

interface Page {
  readonly events: readonly StoredEvent[];
  /** There may be more behind it. */
  readonly full: boolean;
}

export interface LogReaderOptions {
  readonly pool: pg.Pool;
  readonly identity: string;
  readonly deadlineMs: number;
  readonly tail: Tail;
  readonly closed: AbortSignal;
}

/** Streams whose last revisions one statement asks for. */
const LAST_REVISIONS = 1_000;

export class LogReader {
  private readonly lastRevisions = new Coalescer(
    (streams: readonly string[]) => this.readLast(streams),
    LAST_REVISIONS,
  );

  constructor(private readonly options: LogReaderOptions) {}

  async *readStream(
    stream: string,
    options: ReadStreamOptions,
    cancelled: AbortSignal,
  ): AsyncGenerator<StoredEvent[], void> {
    const { direction = 'forwards', from, maxCount = Infinity } = options;
    const forwards = direction === 'forwards';
    if (!forwards && from !== undefined && from < 0) return;
    const first = forwards ? String(Math.max(0, from ?? 0)) : from === undefined ? MAX_BIGINT : String(from);
    yield* this.pages(first, maxCount, cancelled, {
      read: (key, limit) =>
        this.page(forwards ? STATEMENTS.streamForwards : STATEMENTS.streamBackwards, [limit, key, stream]),
      keyAfter: ({ revision }) => String(forwards ? revision + 1 : revision - 1),
    });
  }

  async *readAll(options: ReadAllOptions, cancelled: AbortSignal): AsyncGenerator<StoredEvent[], void> {
    const { direction = 'forwards', after, maxCount = Infinity } = options;
    const forwards = direction === 'forwards';
    const first = after === undefined ? (forwards ? '0' : MAX_BIGINT) : this.ordinalOf(after);
    yield* this.pages(first, maxCount, cancelled, {
      read: (key, limit) => this.page(forwards ? STATEMENTS.allForwards : STATEMENTS.allBackwards, [limit, key]),
      keyAfter: ({ position }) => this.ordinalOf(position),
    });
  }

  async *subscribe(after: Position | undefined, cancelled: AbortSignal): AsyncGenerator<EventBatch, void> {
    const { tail } = this.options;
    const read = (key: string): Promise<Page> => heard(this.page(STATEMENTS.allForwards, [PAGE_EVENTS, key]));
    let key = after === undefined ? '0' : this.ordinalOf(after);
    let saidCaughtUp = false;
    let wakes = tail.wakes;
    let pending = read(key);
    for (;;) {
      const page = await unlessCancelled(pending, cancelled);
      if (page === undefined) return;
      const last = page.events.at(-1);
      if (last) key = this.ordinalOf(last.position);
      // While the consumer is at work on this page, the next one is on its way.
      if (page.full) pending = read(key);
      if (last || !saidCaughtUp) yield { events: page.events, caughtUp: !page.full };
      saidCaughtUp = !page.full;
      if (page.full) continue;
      await tail.after(wakes, cancelled);
      if (cancelled.aborted) return;
      wakes = tail.wakes;
      pending = read(key);
    }
  }

  async *readEnds({ after, characters }: ReadEndsOptions): AsyncGenerator<EndsBatch, void> {
    let key = after === undefined ? '0' : this.ordinalOf(after);
    for (;;) {
      const [row] = await this.query<[string | null, string, string]>({
        ...STATEMENTS.ends,
        values: [PAGE_ENDS, key, characters],
      });
      const [last, count, ends] = row ?? [];
      if (last === undefined || last === null || ends === undefined) return;
      yield { count: Number(count), ends, to: makePosition(this.options.identity, BigInt(last)) };
      if (Number(count) < PAGE_ENDS) return;
      key = last;
    }
  }

  async existing(streams: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.query<[string]>({ ...STATEMENTS.existing, values: [streams] });
    return new Set(rows.map(([stream]) => stream));
  }

  lastRevision(stream: string): Promise<number> {
    return this.lastRevisions.ask(stream, stream);
  }

  private async readLast(streams: readonly string[]): Promise<number[]> {
    const rows = await this.query<[string | null]>({ ...STATEMENTS.lastRevisions, values: [textArray(streams)] });
    return rows.map(([revision]) => (revision === null ? NO_STREAM : Number(revision)));
  }

  async head(): Promise<Position | undefined> {
    const [row] = await this.query<[string]>(STATEMENTS.head);
    return row && makePosition(this.options.identity, BigInt(row[0]));
  }

  async at(stream: string, revision: number): Promise<StoredEvent | undefined> {
    const [row] = await this.query<Row>({ ...STATEMENTS.at, values: [revision, stream] });
    return row && this.event(row);
  }

  async eventsAt(places: readonly Pick<StoredEvent, 'stream' | 'revision'>[]): Promise<StoredEvent[]> {
    const streams = textArray(places.map(({ stream }) => stream));
    const revisions = places.map(({ revision }) => revision);
    return (await this.query<Row>({ ...STATEMENTS.eventsAt, values: [streams, revisions] })).map((row) =>
      this.event(row),
    );
  }

  private async *pages(
    first: string,
    maxCount: number,
    cancelled: AbortSignal,
    how: { read(key: string, limit: number): Promise<Page>; keyAfter(last: StoredEvent): string },
  ): AsyncGenerator<StoredEvent[], void> {
    let left = maxCount;
    if (!(left > 0)) return;
    let pending = heard(how.read(first, Math.min(PAGE_EVENTS, left)));
    for (;;) {
      const page = await unlessCancelled(pending, cancelled);
      const last = page?.events.at(-1);
      if (page === undefined || last === undefined) return;
      left -= page.events.length;
      const more = page.full && left > 0;
      if (more) pending = heard(how.read(how.keyAfter(last), Math.min(PAGE_EVENTS, left)));
      yield [...page.events];
      if (!more) return;
    }
  }

  private async page(statement: pg.QueryConfig, values: [limit: number, ...key: string[]]): Promise<Page> {
    const rows = await this.query<Row>({ ...statement, values });
    const events = rows.map((row) => this.event(row));
    return { events, full: rows.length === values[0] || bytesOf(events) >= PAGE_BYTES };
  }

  private event([position, stream, revision, id, type, data, metadata]: Row): StoredEvent {
    const place = `${this.options.identity}:${position.padStart(20, '0')}` as Position;
    return { id, type, data, metadata, stream, revision: Number(revision), position: place };
  }

  /** A read can be asked again without harm, so one lost connection (an idle one that was cut meanwhile) is no failure. */
  private async query<R extends unknown[]>(config: pg.QueryConfig): Promise<R[]> {
    const { pool, deadlineMs, closed } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      if (closed.aborted) throw new EventStoreClosed('event store is closed');
      try {
        return await query<R>(pool, config, deadlineMs);
      } catch (error) {
        if (attempt === 2 || error instanceof DeadlinePassed)
          throw closed.aborted ? new EventStoreClosed('event store was closed') : unavailable(error);
      }
    }
  }

  /** @throws ForeignPosition */
  private ordinalOf(position: Position): string {
    const { store, ordinal, second } = parsePosition(position);
    if (store !== this.options.identity || second !== undefined || ordinal > BigInt(MAX_BIGINT)) {
      throw new ForeignPosition('a position of another store');
    }
    return ordinal.toString();
  }
}

/** Its failure is met where it is awaited, which may be later, or never when the consumer stops first. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function bytesOf(events: readonly StoredEvent[]): number {
  let bytes = 0;
  for (const { data, metadata } of events) bytes += Buffer.byteLength(data) + Buffer.byteLength(metadata);
  return bytes;
}
