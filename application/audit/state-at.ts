import { type HistoryItem, type HistoryReader, isUnreadable } from '../queries/history.js';
import type { EventStore } from '../ports/event-store.js';
import { type StreamId, streamName } from '../streams.js';
import { Folding, type StateAt } from './shown-state.js';

/** As of a revision, that one included, or of a time, ms UTC, all that was decided by then; absent: as of now. */
export type Moment = { readonly revision: number } | { readonly at: number } | undefined;

export interface Changes {
  readonly before: StateAt;
  readonly after: StateAt;
  /** What happened in between, in its order: the first ones. */
  readonly events: readonly HistoryItem[];
  /** How many happened. */
  readonly happened: number;
}

/** Any aggregate as it was: its stream, folded by what the live system folds it by. */
export class StateReader {
  constructor(
    private readonly store: Pick<EventStore, 'readStream'>,
    private readonly reader: Pick<HistoryReader, 'open'>,
  ) {}

  /** @throws EventUnreadable for an event that can't be read, since nobody knows what it would have changed */
  async stateAt(stream: StreamId, moment: Moment): Promise<StateAt> {
    return (await this.changes(stream, moment, moment, 0)).after;
  }

  /**
   * @param most events that are given, of those that happened in between
   * @throws EventUnreadable
   */
  async changes(stream: StreamId, from: Moment, until: Moment, most: number): Promise<Changes> {
    const folding = new Folding(stream);
    const events: HistoryItem[] = [];
    let happened = 0;
    let before: StateAt | undefined;
    read: for await (const batch of this.store.readStream(streamName(stream))) {
      for (const item of await this.reader.open(batch)) {
        if (isUnreadable(item)) throw item.unreadable;
        if (isAfter(item, until)) break read;
        if (before === undefined && isAfter(item, from)) before = folding.shown();
        if (before !== undefined) {
          happened += 1;
          if (events.length < most) events.push(item);
        }
        folding.fold(item);
      }
    }
    const after = folding.shown();
    return { before: before ?? after, after, events, happened };
  }
}

function isAfter(item: Exclude<HistoryItem, { unreadable: unknown }>, moment: Moment): boolean {
  if (moment === undefined) return false;
  return 'revision' in moment ? item.revision > moment.revision : item.envelope.occurredAt > moment.at;
}
