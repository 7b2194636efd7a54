import { setTimeout as pause } from 'node:timers/promises';
import {
  type Append,
  EventRefused,
  type EventStore,
  EventStoreUnavailable,
  type Position,
  type StoredEvent,
} from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { BatchAppender, type BatchAppendResult, type LogPosition } from '../eventstoredb/batch-append.js';
import { type Client, connect, disconnect, unavailable } from '../eventstoredb/connection.js';
import { IDENTITY_STREAM } from '../eventstoredb/identity.js';
import { openEventStoreDb } from '../eventstoredb/open.js';
import { MAX_BATCH, receive } from '../eventstoredb/receive.js';
import type { Served } from '../eventstoredb/served.js';
import {
  isServersOwn,
  logPosition,
  logPositionOf,
  type RawEvent,
  samePosition,
  storedEvent,
} from '../eventstoredb/stored-event.js';
import { AnswerUnclear, DEFAULT_BACKOFF, delayMs } from '../settle.js';
import { conflictAt, CopyRefused } from './errors.js';
import { appendsOf } from './grouping.js';
import { type LogBatch, type OrderedWriter, PATIENCE_MS, type StoreEnd } from './store-end.js';

/** How long the server may be silent while something is waited for, ms. */
const SILENCE_MS = 15_000;

export interface EventStoreDbEndOptions {
  readonly connectionString: string;
  readonly shown: string;
  readonly log: Logger;
  readonly served: Served;
}

/** @throws as `openEventStoreDb` */
export async function openEventStoreDbEnd(options: EventStoreDbEndOptions): Promise<StoreEnd> {
  const { connectionString, log } = options;
  const store = await openEventStoreDb({ connectionString, log });
  return new EventStoreDbEnd(store, connect(connectionString), options);
}

interface Resolved {
  readonly event?: RawEvent | undefined;
}

class EventStoreDbEnd implements StoreEnd {
  readonly shown: string;
  private readonly log: Logger;

  constructor(
    private readonly store: EventStore,
    private readonly client: Client,
    private readonly options: EventStoreDbEndOptions,
  ) {
    this.shown = options.shown;
    this.log = options.log;
  }

  get identity(): string {
    return this.store.identity;
  }

  read(after?: Position): AsyncGenerator<LogBatch, void, undefined> {
    return this.all('forwards', after);
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

  /** The server doesn't tell who is connected. */
  otherProcesses(): Promise<number> {
    return Promise.resolve(0);
  }

  writer(): OrderedWriter {
    return new EventStoreDbWriter(new BatchAppender(this.client, { log: this.log, deadlineMs: SILENCE_MS }), this.log);
  }

  async close(): Promise<void> {
    await this.store.close();
    await disconnect(this.client, this.log);
  }

  private async next(direction: 'forwards' | 'backwards'): Promise<StoredEvent | undefined> {
    for await (const { events } of this.all(direction)) if (events[0]) return events[0];
    return undefined;
  }

  private async *all(direction: 'forwards' | 'backwards', after?: Position): AsyncGenerator<LogBatch, void, undefined> {
    const { identity } = this;
    const from = after === undefined ? undefined : logPosition(after, identity);
    const source = this.client.readAll(
      {
        direction,
        fromPosition: from ?? (direction === 'forwards' ? 'start' : 'end'),
        resolveLinkTos: false,
        requiresLeader: true,
      },
      { highWaterMark: MAX_BATCH },
    );
    const stop = new AbortController().signal;
    try {
      for await (const { items } of receive<Resolved>(source, { silenceMs: SILENCE_MS, stop })) {
        const all = items.flatMap(({ event }) => event ?? []);
        // The server includes the event at the position.
        if (from && all[0]?.position && samePosition(logPositionOf(all[0]), from)) all.shift();
        const ours = all.filter((event) => this.options.served(event.streamId) && !isServersOwn(event));
        const ownBooks = all.filter(({ streamId }) => streamId === IDENTITY_STREAM).length;
        yield {
          events: ours.map((event) => storedEvent(event, identity)),
          others: all.length - ours.length - ownBooks,
        };
      }
    } catch (error) {
      throw error instanceof CopyRefused ? error : unavailable(error);
    }
  }
}

/**
 * As many appends at once as the server takes without letting one time out by itself (2 s), which it would then drop
 * while later ones are written.
 */
const IN_FLIGHT = 256;

/**
 * An append per stream and call, all of a window sent on one connection without waiting. The server takes up what one
 * connection sends in order. When the connection is lost, everything that was not acknowledged is sent again in order on
 * the next one. So on every connection each event comes behind all those before it that were not acknowledged then, and
 * whichever connection's copy is written first, the order is the one given. That the server kept it is checked by the
 * positions it answers.
 */
class EventStoreDbWriter implements OrderedWriter {
  readonly window = 1_000;
  /** Where the newest event of what was written so far is. */
  private reached = 0n;

  constructor(
    private readonly appender: BatchAppender,
    private readonly log: Logger,
  ) {}

  async write(events: readonly StoredEvent[], options: { readonly singly?: boolean } = {}): Promise<void> {
    const appends = appendsOf(events, options);
    for (let start = 0; start < appends.length; start += IN_FLIGHT) {
      await this.settle(appends.slice(start, start + IN_FLIGHT));
    }
  }

  close(): Promise<void> {
    this.appender.close();
    return Promise.resolve();
  }

  private async settle(appends: readonly Append[]): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    const places = new Map<Append, LogPosition>();
    for (let attempt = 1; ; attempt += 1) {
      const left = appends.filter((append) => !places.has(append));
      // Called in one turn, so that they all go out on the same connection or not at all.
      const results = await Promise.allSettled(left.map((append) => this.appender.send(append)));
      const why = noteWritten(left, results, places);
      if (places.size === appends.length) break;
      const waitMs = delayMs(attempt, DEFAULT_BACKOFF);
      if (Date.now() + waitMs > until) throw new EventStoreUnavailable('the target does not answer', { cause: why });
      this.log.debug({ err: why, attempt, appends: left.length }, 'writes to the target are sent again');
      await pause(waitMs);
    }
    this.checkOrder(appends, places);
  }

  /** @throws CopyRefused when the server has dropped one append and taken those behind it, all the same. */
  private checkOrder(appends: readonly Append[], places: ReadonlyMap<Append, LogPosition>): void {
    for (const append of appends) {
      const commit = places.get(append)?.commit ?? this.reached;
      if (commit < this.reached) {
        throw new CopyRefused(
          `The target wrote an event of ${append.stream} behind events that were sent after it, so its log is in another order than the source's. ` +
            'Empty it and copy again.',
        );
      }
      this.reached = commit;
    }
  }
}

/** Notes where appends were written. Gives why the first of the others has no answer. @throws CopyRefused */
function noteWritten(
  appends: readonly Append[],
  results: readonly PromiseSettledResult<BatchAppendResult>[],
  places: Map<Append, LogPosition>,
): unknown {
  let why: unknown;
  for (const [i, result] of results.entries()) {
    const append = appends[i];
    if (append === undefined) continue;
    if (result.status === 'rejected') {
      if (result.reason instanceof EventRefused) {
        throw new CopyRefused(`The target does not take an event of ${append.stream}: ${result.reason.message}.`);
      }
      why ??= result.reason;
    } else if (result.value.kind === 'appended') {
      if (result.value.position === undefined) why ??= new AnswerUnclear('an answer without a position');
      else places.set(append, result.value.position);
    } else if (why === undefined) {
      throw conflictAt(append.stream, append.expectedRevision + 1);
    }
    // Else it conflicts perhaps only because one before it was lost, and is sent again behind that.
  }
  return why;
}
