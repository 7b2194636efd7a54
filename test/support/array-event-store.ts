import type { Envelope, EventSerializer, RecordedEvent } from '../../application/ports/envelope.js';
import {
  EventStoreUnavailable,
  NO_STREAM,
  type Append,
  type AppendResult,
  type EventBatch,
  type EventStore,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StoredEvent,
} from '../../application/ports/event-store.js';
import { makePosition } from '../../application/ports/positions.js';
import type { DomainEvent } from '../../domain/shared/event.js';

/** The port over an array: for suites that are about what reads a store, not about a store. */
export class ArrayEventStore implements EventStore {
  readonly log: StoredEvent[] = [];
  /** Events per batch at most. */
  batchSize = 500;
  private wakers = new Set<() => void>();
  private failing = 0;

  constructor(readonly identity = 'array1') {}

  append(appends: readonly Append[]): Promise<AppendResult[]> {
    const results = appends.map((append): AppendResult => {
      const actual = this.log.filter((event) => event.stream === append.stream).length - 1;
      if (actual !== append.expectedRevision)
        return { kind: 'conflict', expected: append.expectedRevision, actual: actual < 0 ? NO_STREAM : actual };
      append.events.forEach((event, i) => this.push({ ...event, stream: append.stream, revision: actual + 1 + i }));
      return { kind: 'appended', revision: actual + append.events.length, position: this.log.at(-1)!.position };
    });
    this.wake();
    return Promise.resolve(results);
  }

  /** Unchecked, for histories made in bulk; `wake` afterwards. */
  push(event: Omit<StoredEvent, 'position'>): void {
    // Ordinals with gaps: nobody may count on them.
    this.log.push({ ...event, position: makePosition(this.identity, BigInt(this.log.length + 1) * 3n) });
  }

  wake(): void {
    for (const waker of this.wakers) waker();
    this.wakers.clear();
  }

  /** Subscriptions and reads that are open now end with `EventStoreUnavailable`, and so do the next `times - 1`. */
  fail(times = 1): void {
    this.failing = times;
    this.wake();
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    const events = this.log.filter((event) => event.stream === stream && event.revision >= (options.from ?? 0));
    yield* this.chunks(events);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    yield* this.chunks(this.log.slice(this.indexAfter(options.after)));
  }

  async *subscribe(options: { readonly after?: Position } = {}): AsyncIterable<EventBatch> {
    let next = this.indexAfter(options.after);
    for (;;) {
      if (this.failing > 0) {
        this.failing--;
        throw new EventStoreUnavailable('as the test asked');
      }
      const events = this.log.slice(next, next + this.batchSize);
      next += events.length;
      if (events.length > 0) yield { events, caughtUp: next === this.log.length };
      else await new Promise<void>((resolve) => this.wakers.add(resolve));
    }
  }

  head(): Promise<Position | undefined> {
    return Promise.resolve(this.log.at(-1)?.position);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private indexAfter(after: Position | undefined): number {
    if (after === undefined) return 0;
    const index = this.log.findIndex((event) => event.position > after);
    return index < 0 ? this.log.length : index;
  }

  private async *chunks(events: readonly StoredEvent[]): AsyncIterable<readonly StoredEvent[]> {
    for (let i = 0; i < events.length; i += this.batchSize) {
      await Promise.resolve();
      yield events.slice(i, i + this.batchSize);
    }
  }
}

/** The envelope and payload as plain JSON: what a suite about reading needs of the serializer. */
export const plainSerializer: Pick<EventSerializer, 'open'> = {
  open: (events) => Promise.resolve(events.map(openPlain)),
};

function openPlain(stored: StoredEvent): RecordedEvent {
  const envelope = JSON.parse(stored.metadata) as Envelope;
  const data = JSON.parse(stored.data) as object;
  return {
    id: stored.id,
    stream: stored.stream,
    revision: stored.revision,
    position: stored.position,
    type: stored.type,
    envelope,
    event: { type: stored.type, data },
    stored,
  };
}

/** Who did it, and under which correlation, where nothing is asked about that. */
const SOMEBODY = { actor: { kind: 'user', id: 'somebody' }, $correlationId: 'a correlation' } as const;

export function plainText(
  event: DomainEvent,
  { tenant, occurredAt, schemaVersion = 1 }: { tenant: string; occurredAt: number; schemaVersion?: number },
): { data: string; metadata: string } {
  return {
    data: JSON.stringify(event.data),
    metadata: JSON.stringify({ schemaVersion, tenant, occurredAt, ...SOMEBODY }),
  };
}
