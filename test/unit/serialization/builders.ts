import type { EventToWrite, SealedAppend, StreamTail } from '../../../application/ports/envelope.js';
import { NO_STREAM, type Position, type StoredEvent } from '../../../application/ports/event-store.js';
import type { DomainEvent } from '../../../domain/shared/event.js';

export const STREAM = 'parley_group-t1.4503599627370497';

export const NEW_STREAM: StreamTail = { revision: NO_STREAM, hash: '' };

/** An event by a user of tenant t1, to be written. */
export const toWrite = (event: DomainEvent, context: Partial<EventToWrite> = {}): EventToWrite => ({
  tenant: 't1',
  actor: { kind: 'user', id: 'ann' },
  via: 'v1:POST /groups',
  correlationId: '0190f0f0-0000-7000-8000-00000000000a',
  causationId: '0190f0f0-0000-7000-8000-00000000000a',
  occurredAt: 1_700_000_000_000,
  ...context,
  event,
});

export const muted = (userId: string): DomainEvent => ({
  type: 'MemberMuted',
  data: { groupId: '4503599627370497', userId, until: null, by: 'ann' },
});

export const joined = (userId: string, card?: object): DomainEvent => ({
  type: 'MemberJoined',
  data: {
    groupId: '4503599627370497',
    userId,
    role: 'member',
    source: 'open',
    joinedAt: 1_700_000_000_000,
    seesEarlier: true,
    ...(card === undefined ? {} : { card }),
  },
});

/** As a store would give the append back. */
export const stored = (append: SealedAppend): StoredEvent[] =>
  append.events.map((event, index) => ({
    ...event,
    stream: append.stream,
    revision: append.expectedRevision + 1 + index,
    position: `test:${String(index)}` as Position,
  }));

export async function* streamOf(events: readonly StoredEvent[]): AsyncGenerator<StoredEvent> {
  yield* await Promise.resolve(events);
}

export const prevHashOf = ({ metadata }: StoredEvent): string =>
  (JSON.parse(metadata) as { prevHash: string }).prevHash;
