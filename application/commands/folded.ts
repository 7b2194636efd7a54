import type { DomainEvent } from '../../domain/shared/event.js';
import { EventUnreadable, type EventSerializer, type RecordedEvent } from '../ports/envelope.js';
import { type EventStore, NO_STREAM, type Position, type ReadStreamOptions } from '../ports/event-store.js';
import type { Aggregate } from './aggregate.js';
import { RecentKeys } from './recent-keys.js';

/** A stream folded up to a revision, with what its next event needs. A value, save for `keys`, which grows with it. */
export interface Folded<State> {
  readonly state: State;
  /** `NO_STREAM` when there is none. */
  readonly revision: number;
  /** Of the last event, '' when there is none. */
  readonly hash: string;
  /** `occurredAt` of the last event, ms UTC. */
  readonly lastAt: number;
  readonly position: Position | undefined;
  /** Text of the folded payloads, as an estimate of what the state takes. */
  readonly bytes: number;
  /** The first event that this code doesn't know: nothing may be decided on what is folded without it. */
  readonly unknown: { readonly revision: number; readonly type: string } | undefined;
  readonly keys: RecentKeys;
}

export const nothingYet = <State>(initialState: State): Folded<State> => ({
  state: initialState,
  revision: NO_STREAM,
  hash: '',
  lastAt: 0,
  position: undefined,
  bytes: 0,
  unknown: undefined,
  keys: new RecentKeys(),
});

export interface Reading {
  readonly store: EventStore;
  readonly serializer: EventSerializer;
}

/** `before` with all events of the stream after it, or only those up to revision `to`. */
export async function foldOn<State, Command, Event extends DomainEvent, Outcome>(
  { store, serializer }: Reading,
  aggregate: Aggregate<State, Command, Event, Outcome>,
  stream: string,
  before: Folded<State>,
  to?: number,
): Promise<Folded<State>> {
  if (to !== undefined && to <= before.revision) return before;
  const options: ReadStreamOptions = {
    from: before.revision + 1,
    ...(to === undefined ? {} : { maxCount: to - before.revision }),
  };
  let folded = before;
  for await (const batch of store.readStream(stream, options)) {
    for (const event of await serializer.open(batch)) folded = evolved(aggregate, folded, event);
  }
  return folded;
}

function evolved<State, Command, Event extends DomainEvent, Outcome>(
  aggregate: Aggregate<State, Command, Event, Outcome>,
  before: Folded<State>,
  { event, revision, position, envelope, type, stored }: RecordedEvent,
): Folded<State> {
  if (revision !== before.revision + 1) {
    throw new EventUnreadable(stored.stream, before.revision + 1, 'it is missing in its stream');
  }
  if (envelope.commandKey !== undefined) {
    before.keys.note(envelope.commandKey, { first: revision, last: revision, at: envelope.occurredAt, position });
  }
  return {
    // The registry gives only payloads that fit their type, in a stream that only this aggregate writes.
    state: event === undefined ? before.state : aggregate.decider.evolve(before.state, event as Event),
    revision,
    hash: envelope.hash,
    lastAt: Math.max(before.lastAt, envelope.occurredAt),
    position,
    bytes: before.bytes + stored.data.length,
    unknown: before.unknown ?? (event === undefined ? { revision, type } : undefined),
    keys: before.keys,
  };
}
