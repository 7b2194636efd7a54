import { type EventSerializer, EventUnreadable, type LostKey, type RecordedEvent } from '../ports/envelope.js';
import type { StoredEvent } from '../ports/event-store.js';
import { blamesEvent } from './errors.js';

/** A stored event as far as those need it who follow the log. */
export interface OpenedEvent {
  readonly stored: StoredEvent;
  /** Absent when nobody handles its type, or when it can't be read. */
  readonly recorded?: RecordedEvent;
  /** Why it can't be read (damaged text, unknown key); not because a database is away. */
  readonly failure?: unknown;
}

/** Opens what somebody handles, each event once for all of them. */
export class Opener {
  constructor(
    private readonly serializer: Pick<EventSerializer, 'open'>,
    private readonly types: ReadonlySet<string>,
  ) {}

  /** Rejects only for trouble that would hit any event (a key table that doesn't answer). */
  async open(events: readonly StoredEvent[]): Promise<OpenedEvent[]> {
    const wanted = events.filter((event) => this.types.has(event.type));
    const opened = await this.read(wanted);
    let next = 0;
    return events.map((stored) => (this.types.has(stored.type) ? (opened[next++] ?? { stored }) : { stored }));
  }

  private async read(events: readonly StoredEvent[]): Promise<OpenedEvent[]> {
    if (events.length === 0) return [];
    try {
      const recorded = await this.serializer.open(events);
      return events.map((stored, i) => {
        const event = recorded[i];
        return event === undefined ? { stored, failure: new Error('it was not read') } : { stored, recorded: event };
      });
    } catch (error) {
      if (!blamesEvent(error)) throw error;
      const [only] = events;
      if (events.length === 1 && only) return [{ stored: only, failure: error }];
      const half = events.length >> 1;
      return [...(await this.read(events.slice(0, half))), ...(await this.read(events.slice(half)))];
    }
  }
}

/** Reads events again once what was missing for one is dealt with; what is missing still is told to the caller. */
export const reopening = (
  serializer: Pick<EventSerializer, 'open'>,
  onLostKey: (key: LostKey) => Promise<void>,
): Pick<EventSerializer, 'open'> => ({
  open: async (events) => {
    const tried = new Set<string>();
    for (;;) {
      try {
        return await serializer.open(events);
      } catch (error) {
        if (!(error instanceof EventUnreadable) || error.lostKey === undefined) throw error;
        const { keyId } = error.lostKey;
        if (tried.has(keyId)) throw error;
        tried.add(keyId);
        await onLostKey(error.lostKey);
      }
    }
  },
});
