import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Aggregate } from '../../application/commands/aggregate.js';
import type { RequestContext } from '../../application/commands/request.js';
import type {
  Envelope,
  EventSerializer,
  EventToWrite,
  RecordedEvent,
  StreamTail,
} from '../../application/ports/envelope.js';
import type { StoredEvent } from '../../application/ports/event-store.js';
import type { StreamId } from '../../application/streams.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import { refuse } from '../../domain/shared/errors.js';

/** The least aggregate on which everything of the pipeline shows: a list of names that may be added, removed, counted. */
export type CounterEvent =
  DomainEvent<'Added', { name: string; at: number }> | DomainEvent<'Removed', { name: string }>;

export type CounterCommand =
  /** Refused when it is there. */
  | { readonly type: 'Add'; readonly names: readonly string[] }
  /** Already so when it isn't there. */
  | { readonly type: 'Remove'; readonly name: string }
  /** A decision that is broken. */
  | { readonly type: 'Crash' };

export interface CounterState {
  readonly names: readonly string[];
}

export interface CounterOutcome {
  readonly count: number;
  readonly at: number;
}

export const counter: Aggregate<CounterState, CounterCommand, CounterEvent, CounterOutcome> = {
  category: 'group',
  decider: {
    initialState: { names: [] },
    evolve: ({ names }, event) =>
      event.type === 'Added'
        ? { names: [...names, event.data.name] }
        : { names: names.filter((name) => name !== event.data.name) },
    decide: ({ names }, command) => {
      switch (command.type) {
        case 'Add': {
          const taken = command.names.filter((name) => names.includes(name));
          if (taken.length > 0) refuse('AlreadyGroupMember', { userIds: taken });
          return {
            events: command.names.map((name) => ({ type: 'Added' as const, data: { name, at: command.at } })),
            outcome: { count: names.length + command.names.length, at: command.at },
          };
        }
        case 'Remove':
          return names.includes(command.name)
            ? {
                events: [{ type: 'Removed' as const, data: { name: command.name } }],
                outcome: { count: names.length - 1, at: command.at },
              }
            : { events: [], outcome: { count: names.length, at: command.at } };
        case 'Crash':
          throw new TypeError('a broken decision');
      }
    },
  },
};

export const counterStream = (groupId: string): StreamId => ({ category: 'group', tenant: 't', groupId });

export const asUser = (id: string, more: Partial<RequestContext> = {}): RequestContext => ({
  tenant: 't',
  actor: { kind: 'user', id },
  via: 'test',
  ...more,
});

/** Stores events as they are; knows every type but `Strange`. */
export const plainSerializer: EventSerializer = {
  seal: (stream, tail, events) => Promise.resolve(seal(stream, tail, events)),
  open: (events) => Promise.resolve(events.map(open)),
};

function seal(
  stream: string,
  tail: StreamTail,
  events: readonly EventToWrite[],
): Awaited<ReturnType<EventSerializer['seal']>> {
  let { hash } = tail;
  const sealed = events.map(({ event, correlationId, causationId, ...context }) => {
    const data = JSON.stringify(event.data);
    const prevHash = hash;
    hash = createHash('sha256').update(`${hash} ${data}`).digest('base64url');
    const envelope = { schemaVersion: 1, ...context, $correlationId: correlationId, $causationId: causationId };
    return { id: uuidv7(), type: event.type, data, metadata: JSON.stringify({ ...envelope, prevHash, hash }) };
  });
  return { stream, expectedRevision: tail.revision, events: sealed, lastHash: hash };
}

function open(stored: StoredEvent): RecordedEvent {
  const { id, stream, revision, position, type, data, metadata } = stored;
  const event = type === 'Strange' ? undefined : { type, data: JSON.parse(data) as object };
  return { id, stream, revision, position, type, envelope: JSON.parse(metadata) as Envelope, event, stored };
}
