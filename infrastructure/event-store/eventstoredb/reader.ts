import type { Position as LogPosition } from '@eventstore/db-client';
import { streamNameFilter } from '@eventstore/db-client';

import type {
  EventBatch,
  Position,
  ReadAllOptions,
  ReadStreamOptions,
  StoredEvent,
} from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { STREAM_PREFIX } from '../edge.js';
import type { Backoff } from '../settle.js';
import { delayMs, pause } from '../settle.js';
import { asStored } from './as-stored.js';
import type { Client } from './connection.js';
import { isNoSuchStream, isNotLeader, isTooSlow, wasCutOff } from './connection.js';
import type { Source } from './receive.js';
import { MAX_BATCH, receive } from './receive.js';
import type { RawEvent } from './stored-event.js';
import type { Served } from './served.js';
import { isServersOwn, logPosition, logPositionOf, samePosition, storedEvent } from './stored-event.js';

const FROM_THE_END = { direction: 'backwards', fromLeader: true } as const;

const BUFFER = { highWaterMark: MAX_BATCH };

/** How often a read is made anew that gave nothing: leadership may be moving, or the connection was lost. */
const TRIES = 3;

/** Everybody's events in one call of a limited read of the whole log. */
const MAX_PAGE = 4_096;

/** A catch-up read that gave fewer events than this ended near the head: the rest may come live. */
const NEAR_HEAD = 5_000;

export interface ReaderOptions {
  readonly served: Served;
  readonly log: Logger;
  readonly silenceMs: number;
  readonly backoff: Backoff;
}

interface RawOptions {
  readonly direction?: 'forwards' | 'backwards';
  readonly fromLeader?: boolean;
  /** Of everybody's events, the one at `after` included. */
  readonly maxCount?: number;
}

interface Resolved {
  readonly event?: RawEvent | undefined;
}

/** The reading half of the engine. Generators end by `stop`; errors are the client's own, to be translated above. */
export class Reader {
  readonly #client: Client;
  readonly #identity: string;
  readonly #options: ReaderOptions;
  readonly #isOurs: (event: RawEvent) => boolean;
  /** Where everybody's log ended when `head` last looked, and what it found. */
  #looked: { readonly end: LogPosition; readonly head: Position | undefined } | undefined;

  constructor(client: Client, identity: string, options: ReaderOptions) {
    this.#client = client;
    this.#identity = identity;
    this.#options = options;
    this.#isOurs = (event) => options.served(event.streamId) && !isServersOwn(event);
  }

  /** Always from the leader: a follower serves older states, and a stream's tail is decided upon. */
  async *stream(
    stream: string,
    { from, direction = 'forwards', maxCount }: ReadStreamOptions,
    stop: AbortSignal,
  ): AsyncGenerator<StoredEvent[], void, void> {
    const count = clampCount(maxCount);
    const fromRevision = firstRevision(from, direction);
    if (stream === '' || count === 0 || fromRevision === undefined) return;
    const options = { direction, fromRevision, maxCount: count, resolveLinkTos: false, requiresLeader: true };
    try {
      for await (const items of this.#received(() => this.#client.readStream(stream, options, BUFFER), stop)) {
        const events = this.#stored(items, (event) => !isServersOwn(event));
        if (events.length > 0) yield events;
      }
    } catch (error) {
      if (!isNoSuchStream(error)) throw error;
    }
  }

  /**
   * Others' events are read over, so a limited read asks for pages that grow until it has what it wants, and takes each to
   * its end: a server takes a client that breaks off hundreds of calls for an attacker, and drops the connection.
   */
  async *all(options: ReadAllOptions, stop: AbortSignal): AsyncGenerator<StoredEvent[], void, void> {
    let left = clampCount(options.maxCount);
    const paged = left < MAX_PAGE;
    let after = options.after === undefined ? undefined : logPosition(options.after, this.#identity);
    for (let page = paged ? left + 1 : Number.MAX_SAFE_INTEGER; left > 0; page = Math.min(page * 4, MAX_PAGE)) {
      let seen = 0;
      for await (const items of this.#allRaw(after, { ...options, maxCount: page }, stop)) {
        seen += items.length;
        after = lastPosition(items) ?? after;
        const events = this.#stored(items, this.#isOurs).slice(0, left);
        left -= events.length;
        if (events.length > 0) yield events;
        if (!paged && left === 0) return;
      }
      if (!paged || seen === 0) return;
    }
  }

  /**
   * The place of our newest event, or nothing where there is none. What others wrote since is read over once: the next time
   * the end that was seen is as far back as it looks.
   */
  async *head(stop: AbortSignal): AsyncGenerator<Position, void, void> {
    const known = this.#looked;
    let end: LogPosition | undefined;
    let head: Position | undefined;
    let after: LogPosition | undefined;
    for (let page = 2; ; page = Math.min(page * 8, MAX_PAGE)) {
      let seen = 0;
      for await (const items of this.#allRaw(after, { ...FROM_THE_END, maxCount: page }, stop)) {
        seen += items.length;
        end ??= items[0] && logPositionOf(items[0]);
        after = lastPosition(items) ?? after;
        head ??= this.#stored(items, this.#isOurs)[0]?.position;
      }
      if (stop.aborted) return;
      if (head !== undefined || seen === 0) break;
      if (known && after && after.commit <= known.end.commit) {
        head = known.head;
        break;
      }
    }
    if (end && end.commit > (this.#looked?.end.commit ?? -1n)) this.#looked = { end, head };
    if (head !== undefined) yield head;
  }

  /**
   * Reads up to near the head, then subscribes there: the server ends a live subscription whose reader is slow, and a reader
   * with a backlog is. If it does so all the same, what is buffered is given and reading goes on behind it, so nothing is
   * lost. Checkpoints of the server are not used: only places where an event was, in the order they came.
   */
  async *subscription(after: LogPosition | undefined, stop: AbortSignal): AsyncGenerator<EventBatch, void, void> {
    let last = after;
    for (let slow = 0; ;) {
      for (let seen = NEAR_HEAD; seen >= NEAR_HEAD;) {
        seen = 0;
        for await (const items of this.#allRaw(last, {}, stop)) {
          seen += items.length;
          last = lastPosition(items) ?? last;
          const events = this.#stored(items, this.#isOurs);
          if (events.length > 0) yield { events, caughtUp: false };
        }
        if (stop.aborted) return;
      }
      const live = this.#client.subscribeToAll(
        {
          fromPosition: last ?? 'start',
          filter: streamNameFilter({ prefixes: [STREAM_PREFIX] }),
          resolveLinkTos: false,
        },
        BUFFER,
      );
      const call = { silenceMs: this.#options.silenceMs, stop, isSubscription: true };
      try {
        for await (const { items, caughtUp } of receive<Resolved>(asStored(live), call)) {
          slow = 0;
          // Only where an event of ours was: what the server lets slip through its filter may stand anywhere.
          last = lastPosition(items.flatMap(({ event }) => (event && this.#isOurs(event) ? event : []))) ?? last;
          const events = this.#stored(items, this.#isOurs);
          if (events.length > 0 || caughtUp) yield { events, caughtUp };
        }
        if (stop.aborted) return;
        throw new Error('the server ended a subscription');
      } catch (error) {
        if (!isTooSlow(error)) throw error;
        slow += 1;
        this.#options.log.info({ times: slow }, 'reader too slow for a live subscription, catching up by reading');
        await pause(delayMs(slow, this.#options.backoff), stop);
      }
    }
  }

  /** Events of everybody, exclusive of the one at `after`: forwards, the server includes it. */
  async *#allRaw(
    after: LogPosition | undefined,
    { direction = 'forwards', fromLeader = false, maxCount = Number.MAX_SAFE_INTEGER }: RawOptions,
    stop: AbortSignal,
  ): AsyncGenerator<RawEvent[], void, void> {
    const read = (): Source =>
      this.#client.readAll(
        {
          direction,
          fromPosition: after ?? (direction === 'forwards' ? 'start' : 'end'),
          maxCount,
          resolveLinkTos: false,
          requiresLeader: fromLeader,
        },
        BUFFER,
      );
    for await (const events of this.#received(read, stop)) {
      const [first] = events;
      if (after && first?.position && samePosition(first.position, after)) events.shift();
      if (events.length > 0) yield events;
    }
  }

  /**
   * What a read gives. One that asked a follower is sent to the leader, where the client has turned to meanwhile; one whose
   * connection was lost before it gave anything is made again on the next: reading twice does no harm.
   */
  async *#received(read: () => Source, stop: AbortSignal): AsyncGenerator<RawEvent[], void, void> {
    for (let attempt = 1, begun = false; ; attempt += 1) {
      try {
        for await (const { items } of receive<Resolved>(asStored(read()), {
          silenceMs: this.#options.silenceMs,
          stop,
        })) {
          begun = true;
          yield items.flatMap(({ event }) => event ?? []);
        }
        return;
      } catch (error) {
        if (begun || attempt > TRIES) throw error;
        if (wasCutOff(error)) await pause(delayMs(attempt, this.#options.backoff), stop);
        else if (!isNotLeader(error)) throw error;
      }
    }
  }

  #stored(items: readonly (Resolved | RawEvent)[], wanted: (event: RawEvent) => boolean): StoredEvent[] {
    const events: StoredEvent[] = [];
    for (const item of items) {
      const event = 'streamId' in item ? item : item.event;
      if (event && wanted(event)) events.push(storedEvent(event, this.#identity));
    }
    return events;
  }
}

function lastPosition(events: readonly RawEvent[]): LogPosition | undefined {
  const last = events.at(-1);
  return last && logPositionOf(last);
}

/** The server takes no count of 0 and nothing but whole numbers. */
function clampCount(maxCount: number | undefined): number {
  if (maxCount === undefined || maxCount > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
  return Math.max(0, Math.floor(maxCount) || 0);
}

/** Undefined where there can be no event. */
function firstRevision(
  from: number | undefined,
  direction: 'forwards' | 'backwards',
): bigint | 'start' | 'end' | undefined {
  if (from === undefined || Number.isNaN(from)) return direction === 'forwards' ? 'start' : 'end';
  if (from < 0) return direction === 'forwards' ? 'start' : undefined;
  if (from > Number.MAX_SAFE_INTEGER) return direction === 'forwards' ? undefined : 'end';
  return BigInt(Math.floor(from));
}
