import {
  type Append,
  type AppendResult,
  type EventBatch,
  type EventStore,
  EventRefused,
  EventStoreClosed,
  EventStoreUnavailable,
  NO_STREAM,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StoredEvent,
} from '../../application/ports/event-store.js';
import { makePosition } from '../../application/ports/positions.js';

/** Pending until `resolve`; says how many wait at it. */
export class Gate {
  arrived = 0;
  #open!: () => void;
  readonly #passed = new Promise<void>((resolve) => (this.#open = resolve));

  open(): void {
    this.#open();
  }

  async pass(): Promise<void> {
    this.arrived += 1;
    await this.#passed;
  }
}

/** An event store in memory whose trouble a test makes: conflicts, delays, unknown outcomes, a store that is away. */
export class MemoryEventStore implements EventStore {
  readonly identity = 'memory';
  readonly log: StoredEvent[] = [];
  /** What was sent, accepted or not. */
  readonly sent: Append[] = [];
  reads = 0;
  closed = false;
  /** So many of a stream's newest events no reader sees yet: a cluster's leader has them, a majority hasn't. */
  unseen = 0;
  /** Reads reject while it is set. */
  away = false;
  /** Runs before an append takes its place: others can write first (a conflict), or hold it (an unknown outcome). */
  beforeAppend: (append: Append) => Promise<void> | void = () => undefined;
  /** Runs after an append took its place and before its caller hears of it. */
  afterAppend: (append: Append) => Promise<void> | void = () => undefined;
  beforeRead: (stream: string) => Promise<void> | void = () => undefined;
  readonly #streams = new Map<string, StoredEvent[]>();
  #fail: ((error: EventStoreClosed) => void) | undefined;
  readonly #closing = new Promise<never>((_resolve, reject) => (this.#fail = reject));

  constructor() {
    this.#closing.catch(() => undefined); // Only those who race it hear of it.
  }

  of(stream: string): readonly StoredEvent[] {
    return this.#streams.get(stream) ?? [];
  }

  async append(appends: readonly Append[]): Promise<AppendResult[]> {
    const results: AppendResult[] = [];
    for (const append of appends) results.push(await Promise.race([this.#one(append), this.#closing]));
    return results;
  }

  async #one(append: Append): Promise<AppendResult> {
    this.sent.push(append);
    if (append.events.length === 0) throw new EventRefused('an append has at least one event');
    await this.beforeAppend(append);
    const result = this.write(append);
    await this.afterAppend(append);
    return result;
  }

  /** As if somebody had deleted it from the log. */
  lose(stream: string, revision: number): void {
    const there = this.#streams.get(stream) ?? [];
    this.#streams.set(
      stream,
      there.filter((event) => event.revision !== revision),
    );
  }

  /** At once, past all hooks: what another process does. */
  write({ stream, expectedRevision, events }: Append): AppendResult {
    const there = this.#streams.get(stream) ?? [];
    const actual = there.length - 1;
    if (actual !== expectedRevision) return { kind: 'conflict', expected: expectedRevision, actual };
    for (const event of events) {
      const position = makePosition(this.identity, BigInt(this.log.length + 1));
      const stored = { ...event, stream, revision: there.length, position };
      there.push(stored);
      this.log.push(stored);
    }
    this.#streams.set(stream, there);
    const last = this.log.at(-1);
    if (last === undefined) throw new EventRefused('an append has at least one event');
    return { kind: 'appended', revision: there.length - 1, position: last.position };
  }

  /** What a store that was put back from a backup has lost. */
  shorten(stream: string, length: number): void {
    this.#streams.set(stream, [...this.of(stream)].slice(0, length));
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    this.reads += 1;
    await this.beforeRead(stream);
    if (this.closed) throw new EventStoreClosed('closed');
    if (this.away) throw new EventStoreUnavailable('away');
    const { from = 0, maxCount = Infinity } = options;
    const seen = (this.of(stream).at(-1)?.revision ?? -1) + 1 - this.unseen;
    const events = this.of(stream).filter(({ revision }) => revision >= from && revision < seen);
    const wanted = events.slice(0, maxCount);
    for (let start = 0; start < wanted.length; start += 100) {
      await Promise.resolve();
      yield wanted.slice(start, start + 100);
    }
  }

  async *readAll({ after }: ReadAllOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    await Promise.resolve();
    const events = this.log.filter(({ position }) => after === undefined || position > after);
    if (events.length > 0) yield events;
  }

  // eslint-disable-next-line require-yield
  async *subscribe(): AsyncIterable<EventBatch> {
    await Promise.resolve();
    throw new EventStoreUnavailable('the store in memory has no subscription');
  }

  head(): Promise<Position | undefined> {
    return Promise.resolve(this.log.at(-1)?.position);
  }

  revisionOf(stream: string): number {
    return (this.#streams.get(stream)?.length ?? 0) + NO_STREAM;
  }

  close(): Promise<void> {
    this.closed = true;
    this.#fail?.(new EventStoreClosed('closed'));
    return Promise.resolve();
  }
}
