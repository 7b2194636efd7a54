/**
 * The event store as the application sees it: one port, two engines (PostgreSQL, EventStoreDB), one contract suite that
 * both pass. It moves stored text; what the text means is the serializer's business.
 */

/** Expected revision of a stream that must not be there yet. Revisions start at 0. */
export const NO_STREAM = -1;

/**
 * A place in the store's log of all streams: opaque, ordered within one store (`comparePositions`), not gapless, and
 * carrying the store's identity, so that a cursor from another store is recognised. Never in an event, a hash or an ETag.
 */
export type Position = string & { readonly __brand: 'Position' };

/** An event as it is sent: exactly the text that was hashed, so a re-send carries the same bytes. */
export interface EventToAppend {
  /** uuid, lower case. */
  readonly id: string;
  readonly type: string;
  /** JSON text of an object. */
  readonly data: string;
  /** JSON text of an object. */
  readonly metadata: string;
}

export interface StoredEvent extends EventToAppend {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
}

export interface Append {
  readonly stream: string;
  /** Revision of the stream's last event, or `NO_STREAM`. Always exact. */
  readonly expectedRevision: number;
  /** At least one. */
  readonly events: readonly EventToAppend[];
}

/**
 * A conflict is a value. Re-sending events that are already there, with the same ids at the same revision, is a success
 * with the first revision and position (data is not compared).
 */
export type AppendResult =
  | {
      readonly kind: 'appended';
      /** Of the append's last event. */
      readonly revision: number;
      readonly position: Position;
    }
  | {
      readonly kind: 'conflict';
      readonly expected: number;
      /** `NO_STREAM` when there is none. */
      readonly actual: number;
    };

/** Log order, in batches as they came from the store; a batch is never empty except to say `caughtUp`. */
export interface EventBatch {
  readonly events: readonly StoredEvent[];
  /** True when nothing more was waiting in the store just after this batch. May come again later. */
  readonly caughtUp: boolean;
}

export interface ReadStreamOptions {
  /** First revision wanted; default the start (forwards) or the end (backwards). */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  /** Default: all. */
  readonly maxCount?: number;
}

export interface ReadAllOptions {
  /** Exclusive in both directions; absent = the start (forwards) or the end (backwards). */
  readonly after?: Position;
  readonly direction?: 'forwards' | 'backwards';
  readonly maxCount?: number;
}

export interface ReadEndsOptions {
  readonly after?: Position;
  /** Of each event's metadata. */
  readonly characters: number;
}

/** Of events that follow one another in the log. */
export interface EndsBatch {
  readonly count: number;
  /** Joined; shorter than they should be when an event's metadata is. */
  readonly ends: string;
  /** Of the last of them. */
  readonly to: Position;
}

export interface EventStore {
  /** Stable for the life of the store's data; part of every position. */
  readonly identity: string;

  /**
   * Independent appends, never atomic together; several for one stream may be chained, each expecting the revision that
   * the one before leaves. Results stand in the order of the requests.
   *
   * An unknown outcome (connection lost, deadline passed) is settled in here: the same bytes are sent again at the same
   * revision until the store says success or conflict, and a conflict after an unknown outcome is settled by reading that
   * revision. So the promise may stay pending for as long as the store is gone; callers race it against their own deadline.
   * It rejects only with `EventRefused` or `WritesRefused` (nothing was written), and with `EventStoreClosed` or
   * `OutcomeLeftOpen` (it may have been).
   */
  append(appends: readonly Append[]): Promise<AppendResult[]>;

  /** Events of one stream, in batches; a stream that isn't there gives none. Rejects with `EventStoreUnavailable`. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly StoredEvent[]>;

  /** Those of many streams that are there; absent: the store answers for one at a time. Rejects with `EventStoreUnavailable`. */
  existing?(streams: readonly string[]): Promise<ReadonlySet<string>>;

  /** Those of these single events that are there. Absent: they are read by their streams. Rejects with `EventStoreUnavailable`. */
  eventsAt?(places: readonly Pick<StoredEvent, 'stream' | 'revision'>[]): Promise<StoredEvent[]>;

  /**
   * Revision of a stream's last event, `NO_STREAM` when there is none, as it is after the call; those who ask at the same time
   * are answered together. Absent: reading the stream from where one knows it is as quick. Rejects with `EventStoreUnavailable`.
   */
  lastRevision?(stream: string): Promise<number>;

  /** Parley's events of all streams (others' are left out), in log order. */
  readAll(options?: ReadAllOptions): AsyncIterable<readonly StoredEvent[]>;

  /**
   * Of the same events the last characters of their metadata, where their hashes stand; absent: reading the events is as
   * quick. Rejects with `EventStoreUnavailable`.
   */
  readEnds?(options: ReadEndsOptions): AsyncIterable<EndsBatch>;

  /**
   * All events after `after`, then those that come. Ends only when the consumer stops (which cancels the call) or with
   * `EventStoreUnavailable`; whoever consumes it resubscribes from the last position it applied.
   */
  subscribe(options?: { readonly after?: Position }): AsyncIterable<EventBatch>;

  /** Why appends fail now or stay without an outcome, a sentence each, for the operator. None when all is well. */
  troubles?(): readonly string[];

  /** Position of the newest of Parley's events, undefined when there is none. */
  head(): Promise<Position | undefined>;

  close(): Promise<void>;
}

/** The store doesn't answer now; trying again later may help. */
export class EventStoreUnavailable extends Error {
  override readonly name = 'EventStoreUnavailable';
}

/** The append can never be accepted as it is (size, text that can't be stored, no events). Nothing was written. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

/**
 * The store takes nothing now, told why, and may take it later. Nothing was written.
 * `diskFull` is also said by the other places that a command writes to.
 */
export class WritesRefused extends Error {
  override readonly name = 'WritesRefused';
  constructor(
    readonly why: 'diskFull' | 'accessDenied',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The store answers, but not whether an append that may have been written was written, and it went on like that for too
 * long. Whoever decides next reads the stream anew.
 */
export class OutcomeLeftOpen extends Error {
  override readonly name = 'OutcomeLeftOpen';
}

export class EventStoreClosed extends Error {
  override readonly name = 'EventStoreClosed';
}

/** Limits of one append and one event on both engines alike, in bytes of UTF-8 text (data + metadata + type). */
export const MAX_APPEND_BYTES = 900 * 1024;
export const MAX_EVENT_BYTES = 256 * 1024;
