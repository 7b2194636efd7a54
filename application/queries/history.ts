import { streamName, type StreamId } from '../streams.js';
import { type EventSerializer, EventUnreadable, type RecordedEvent } from '../ports/envelope.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';

export interface HistoryRange {
  /** First revision wanted, from 0. */
  readonly from: number;
  /** Events at most. */
  readonly limit: number;
}

/** An event that is in the log, but can't be read: damaged, or its key is gone. Whoever audits is told of it in its place. */
export interface UnreadableEvent {
  readonly stored: StoredEvent;
  /** Why, without content of the event. */
  readonly unreadable: EventUnreadable;
}

export type HistoryItem = RecordedEvent | UnreadableEvent;

export const isUnreadable = (item: HistoryItem): item is UnreadableEvent => 'unreadable' in item;

/** What happened to one aggregate, read from its stream: the log itself, never a read model. */
export class HistoryReader {
  constructor(
    private readonly store: EventStore,
    private readonly serializer: Pick<EventSerializer, 'open'>,
  ) {}

  /** In order of revision; empty when there is no such stream or nothing from there on. */
  async page(stream: StreamId, range: HistoryRange): Promise<HistoryItem[]> {
    const items: HistoryItem[] = [];
    for await (const batch of this.store.readStream(streamName(stream), { from: range.from, maxCount: range.limit })) {
      items.push(...(await this.open(batch)));
    }
    return items;
  }

  /** The whole stream, batch by batch. */
  async *all(stream: StreamId): AsyncIterable<readonly HistoryItem[]> {
    for await (const batch of this.store.readStream(streamName(stream))) yield await this.open(batch);
  }

  /** Each as it was read, or why it can't be. Halves a batch with an event that can't be read until that one stands alone. */
  async open(events: readonly StoredEvent[]): Promise<HistoryItem[]> {
    try {
      return await this.serializer.open(events);
    } catch (error) {
      if (!(error instanceof EventUnreadable)) throw error;
      const [only] = events;
      if (events.length === 1 && only) return [{ stored: only, unreadable: error }];
      const half = events.length >> 1;
      return [...(await this.open(events.slice(0, half))), ...(await this.open(events.slice(half)))];
    }
  }
}
