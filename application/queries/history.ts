import { streamName, type StreamId } from '../streams.js';
import type { EventSerializer, RecordedEvent } from '../ports/envelope.js';
import type { EventStore } from '../ports/event-store.js';

export interface HistoryRange {
  /** First revision wanted, from 0. */
  readonly from: number;
  /** Events at most. */
  readonly limit: number;
}

/** What happened to one aggregate, read from its stream: the log itself, never a read model. */
export class HistoryReader {
  constructor(
    private readonly store: EventStore,
    private readonly serializer: EventSerializer,
  ) {}

  /** In order of revision; empty when there is no such stream or nothing from there on. */
  async page(stream: StreamId, range: HistoryRange): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const batch of this.store.readStream(streamName(stream), { from: range.from, maxCount: range.limit })) {
      events.push(...(await this.serializer.open(batch)));
    }
    return events;
  }

  /** The whole stream, batch by batch. */
  async *all(stream: StreamId): AsyncIterable<readonly RecordedEvent[]> {
    for await (const batch of this.store.readStream(streamName(stream))) yield await this.serializer.open(batch);
  }
}
