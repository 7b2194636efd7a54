import type { DomainEvent } from '../../domain/shared/event.js';
import { EventUnreadable, type EventSerializer, type RecordedEvent } from '../ports/envelope.js';
import { type EventStore, NO_STREAM, type Position, type ReadStreamOptions } from '../ports/event-store.js';
import type { Aggregate } from './aggregate.js';
import { RecentKeys } from './recent-keys.js';
import type { Kept, StateSnapshots } from './state-snapshots.js';

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
  /** Revision of the newest snapshot that was read or begun, `NO_STREAM` when there is none. */
  readonly snapshot: number;
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
  snapshot: NO_STREAM,
});

export interface Reading {
  readonly store: EventStore;
  readonly serializer: EventSerializer;
  /** Absent: streams are read from their start. */
  readonly snapshots?: StateSnapshots | undefined;
}

/** The stream from its start, or only up to revision `to`: of a long one, a snapshot and the events after it. */
export async function foldWhole<State, Command, Event extends DomainEvent, Outcome>(
  reading: Reading,
  aggregate: Aggregate<State, Command, Event, Outcome>,
  stream: string,
  to = Number.MAX_SAFE_INTEGER,
): Promise<Folded<State>> {
  const { snapshots } = reading;
  if (snapshots !== undefined) {
    for await (const kept of snapshots.of(aggregate, stream, to)) {
      const folded = await foldFrom(reading, aggregate, stream, kept, to);
      if (folded !== undefined) return folded;
    }
  }
  return foldOn(reading, aggregate, stream, nothingYet(aggregate.decider.initialState), to);
}

/** Undefined when the stream's event at the snapshot's revision isn't the one it speaks of. */
async function foldFrom<State, Command, Event extends DomainEvent, Outcome>(
  { store, serializer }: Reading,
  aggregate: Aggregate<State, Command, Event, Outcome>,
  stream: string,
  kept: Kept<State>,
  to: number,
): Promise<Folded<State> | undefined> {
  let folded: Folded<State> | undefined;
  const options = { from: kept.revision, ...(to < Number.MAX_SAFE_INTEGER && { maxCount: to - kept.revision + 1 }) };
  for await (const batch of store.readStream(stream, options)) {
    for (const event of await serializer.open(batch)) {
      if (folded !== undefined) {
        folded = evolved(aggregate, folded, event);
        continue;
      }
      const { revision, position, envelope } = event;
      if (revision !== kept.revision || envelope.hash !== kept.hash) return undefined;
      // Keys up to here are looked for in the stream.
      const keys = new RecentKeys(revision + 1);
      folded = { ...kept, position, unknown: undefined, keys, snapshot: revision };
    }
  }
  return folded;
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
    snapshot: before.snapshot,
  };
}
