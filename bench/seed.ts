import type { EventSerializer, EventToWrite, SealedAppend, StreamTail } from '../application/ports/envelope.js';
import { type EventStore, NO_STREAM, type Position } from '../application/ports/event-store.js';
import { type StreamId, streamName } from '../application/streams.js';
import { groupPresets } from '../domain/group/presets.js';
import type { DomainEvent } from '../domain/shared/event.js';

export const TENANT = '1000';
export const OWNER = 'owner';
/** Events of one append, streams of one round trip. */
const EVENTS_AT_ONCE = 500;
const STREAMS_AT_ONCE = 250;

export interface SeededGroup {
  readonly groupId: string;
  /** The owner is the first of them. */
  readonly members: number;
}

export const memberId = (n: number): string => (n === 0 ? OWNER : `u${n.toString()}`);

/** Histories as the server would have written them, sealed and appended in bulk. Gives the last position. */
export class Seed {
  #last: Position | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly serializer: EventSerializer,
  ) {}

  get last(): Position {
    if (this.#last === undefined) throw new Error('nothing was seeded');
    return this.#last;
  }

  async users(count: number): Promise<void> {
    const streams = Array.from({ length: count }, (_, n): readonly [StreamId, DomainEvent[]] => {
      const userId = memberId(n);
      const data = { userId, number: 2 ** 52 + n, nickname: `User ${n.toString()}`, avatar: '', ext: '' };
      return [{ category: 'user', tenant: TENANT, userId }, [{ type: 'UserRegistered', data }]];
    });
    await this.#write(streams);
  }

  async groups(groups: readonly SeededGroup[]): Promise<void> {
    const streams = groups.map(({ groupId, members }, n): readonly [StreamId, DomainEvent[]] => [
      { category: 'group', tenant: TENANT, groupId },
      [created(groupId, 2 ** 52 + 1_000_000 + n), ...Array.from({ length: members }, (_, m) => joined(groupId, m))],
    ]);
    await this.#write(streams);
  }

  /** New streams, many at once as long as they are short. */
  async #write(streams: readonly (readonly [StreamId, DomainEvent[]])[]): Promise<void> {
    for (let start = 0; start < streams.length; start += STREAMS_AT_ONCE) {
      const rows = streams.slice(start, start + STREAMS_AT_ONCE).map(([id, events]) => ({
        name: streamName(id),
        events,
        tail: { revision: NO_STREAM, hash: '' } as StreamTail,
      }));
      const longest = Math.max(...rows.map(({ events }) => events.length));
      for (let from = 0; from < longest; from += EVENTS_AT_ONCE) {
        const appends = await Promise.all(
          rows
            .filter(({ events }) => from < events.length)
            .map(async (row): Promise<SealedAppend> => {
              const some = row.events.slice(from, from + EVENTS_AT_ONCE).map(written);
              const sealed = await this.serializer.seal(row.name, row.tail, some);
              row.tail = { revision: row.tail.revision + some.length, hash: sealed.lastHash };
              return sealed;
            }),
        );
        for (const result of await this.store.append(appends)) {
          if (result.kind !== 'appended') throw new Error('the database was not empty');
          this.#last = result.position;
        }
      }
    }
  }
}

const START = Date.UTC(2026, 0, 1);

const written = (event: DomainEvent): EventToWrite => ({
  tenant: TENANT,
  actor: { kind: 'user', id: OWNER },
  via: 'bench',
  correlationId: event.type,
  causationId: event.type,
  occurredAt: START,
  event,
});

const created = (groupId: string, number: number): DomainEvent => {
  const { rules, defaults } = groupPresets.parley;
  const data = {
    groupId,
    number,
    incarnation: 1,
    rules,
    kind: '',
    name: groupId,
    avatar: '',
    introduction: '',
    ext: '',
    customFields: [],
    ownerId: OWNER,
    creatorId: OWNER,
    ...defaults,
    createdAt: START,
    origin: { kind: 'created' },
  };
  return { type: 'GroupCreated', data };
};

const joined = (groupId: string, n: number): DomainEvent => ({
  type: 'MemberJoined',
  data: {
    groupId,
    userId: memberId(n),
    role: n === 0 ? 'owner' : 'member',
    source: 'creation',
    joinedAt: START + n,
    seesEarlier: false,
  },
});
