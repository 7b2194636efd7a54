import type { EventSerializer, EventToWrite, SealedAppend, StreamTail } from '../application/ports/envelope.js';
import { type EventStore, NO_STREAM, type Position } from '../application/ports/event-store.js';
import { type StreamId, streamName } from '../application/streams.js';
import { conversationAggregate } from '../application/commands/conversation-aggregate.js';
import { newId } from '../application/new-id.js';
import type { Snapshots } from '../application/ports/snapshots.js';
import type { ConversationAbout, ConversationEvent, MessageSent } from '../domain/conversation/events.js';
import { WINDOW } from '../domain/conversation/recent-messages.js';
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
  /** Who else is in it. */
  readonly also?: readonly string[];
  /** Default `OWNER`. */
  readonly owner?: string;
}

export interface SeededConversation {
  readonly about: ConversationAbout;
  /** Take turns; only who is among them may write. */
  readonly senders: readonly string[];
  readonly messages: number;
}

/** Of a message, before which nothing was said in a seeded conversation. */
export const seededWord = (seq: number): string => `word${seq.toString()}.`;

/** A list that needn't be in memory. */
interface Listed<Item> {
  readonly length: number;
  slice(from: number, to: number): readonly Item[];
}

export const memberId = (n: number): string => (n === 0 ? OWNER : `u${n.toString()}`);

/** Histories as the server would have written them, sealed and appended in bulk. Gives the last position. */
export class Seed {
  #last: Position | undefined;
  #groups = 0;

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
    const streams = groups.map(({ groupId, members, also = [], owner = OWNER }): readonly [StreamId, DomainEvent[]] => [
      { category: 'group', tenant: TENANT, groupId },
      [
        created(groupId, 2 ** 52 + 1_000_000 + this.#groups++, owner),
        ...Array.from({ length: members }, (_, m) => joined(groupId, m, m === 0 ? owner : memberId(m))),
        ...also.map((userId, m) => joined(groupId, members + m, userId)),
      ],
    ]);
    await this.#write(streams);
  }

  /**
   * Groups that have lived: of their events 70 % are joins, the others leave, are muted, get a card or another role. As many
   * events as asked for, in groups of a thousand.
   */
  async livedGroups(events: number): Promise<void> {
    const first = this.#groups;
    this.#groups += Math.ceil(events / LIFE);
    await this.#write(
      Array.from({ length: this.#groups - first }, (_, n): readonly [StreamId, Listed<DomainEvent>] => {
        const groupId = `lived${(first + n).toString()}`;
        const length = Math.min(LIFE, events - n * LIFE);
        const slice = (from: number, to: number): DomainEvent[] =>
          Array.from({ length: Math.min(to, length) - from }, (_, i) => lived(groupId, first + n, from + i));
        return [
          { category: 'group', tenant: TENANT, groupId },
          { length, slice },
        ];
      }),
    );
  }

  /** Chats of groups that have lived: of their events 70 % are messages, the others revoke or delete one of before. */
  async livedConversations(events: number): Promise<void> {
    const senders = Array.from({ length: SENDERS }, (_, n) => memberId(n));
    await this.#write(
      Array.from({ length: Math.ceil(events / LIFE) }, (_, n): readonly [StreamId, Listed<DomainEvent>] => {
        const about = { kind: 'group', groupId: `talked${(this.#groups++).toString()}`, incarnation: 1 } as const;
        const length = Math.min(LIFE, events - n * LIFE);
        const slice = (from: number, to: number): DomainEvent[] =>
          Array.from({ length: Math.min(to, length) - from }, (_, i) => talked(about, senders, from + i));
        return [
          { category: 'conversation', tenant: TENANT, ...about },
          { length, slice },
        ];
      }),
    );
  }

  async conversations(conversations: readonly SeededConversation[]): Promise<void> {
    await this.#write(
      conversations.map((conversation): readonly [StreamId, Listed<DomainEvent>] => [
        { category: 'conversation', tenant: TENANT, ...conversation.about },
        { length: 1 + conversation.messages, slice: (from, to) => said(conversation, from, to) },
      ]),
    );
  }

  /**
   * One that grew until now, with the snapshots that a server would have left behind it: the newest as many events old as
   * `behind` says.
   */
  async longConversation(conversation: SeededConversation, snapshots: Snapshots, behind: number): Promise<void> {
    const { decider, snapshot } = conversationAggregate;
    const revision = conversation.messages - behind;
    const id = { category: 'conversation', tenant: TENANT, ...conversation.about } as const;
    if (snapshot === undefined) throw new Error('conversations have no snapshots');
    await this.#write([[id, { length: 1 + conversation.messages, slice: (from, to) => said(conversation, from, to) }]]);
    const window = [
      ...said(conversation, 0, 1),
      ...said(conversation, Math.max(1, revision + 1 - WINDOW), revision + 1),
    ];
    const state = window.reduce((before, event) => decider.evolve(before, event), decider.initialState);
    const lastAt = START;
    const hash = await this.#hashAt(streamName(id), revision);
    const kept = { stream: streamName(id), version: snapshot.version, revision, hash, lastAt };
    await snapshots.keep({ ...kept, state: JSON.stringify(snapshot.write(state)) });
  }

  async #hashAt(stream: string, revision: number): Promise<string> {
    for await (const batch of this.store.readStream(stream, { from: revision, maxCount: 1 })) {
      const [event] = await this.serializer.open(batch);
      if (event !== undefined) return event.envelope.hash;
    }
    throw new Error(`${stream} ends before ${revision.toString()}`);
  }

  /** New streams, many at once as long as they are short. */
  async #write(streams: readonly (readonly [StreamId, Listed<DomainEvent>])[]): Promise<void> {
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

const created = (groupId: string, number: number, owner: string): DomainEvent => {
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
    ownerId: owner,
    creatorId: owner,
    ...defaults,
    createdAt: START,
    origin: { kind: 'created' },
  };
  return { type: 'GroupCreated', data };
};

/** Events of a stream that has lived; of ten, the first seven join or send. */
const LIFE = 1_000;
const SENDERS = 500;
const ADDING = 7;

/** How many have joined, or what was said, before a revision. */
const addedBefore = (revision: number): number =>
  Math.floor((revision - 1) / 10) * ADDING + Math.min(ADDING, (revision - 1) % 10);

function lived(groupId: string, number: number, revision: number): DomainEvent {
  if (revision === 0) return created(groupId, 2 ** 52 + 1_000_000 + number, OWNER);
  const added = addedBefore(revision);
  const step = (revision - 1) % 10;
  if (step < ADDING) return joined(groupId, added);
  const userId = memberId(added - 1 - (step - ADDING));
  const by = OWNER;
  if (step === ADDING) return { type: 'MemberMuted', data: { groupId, userId, until: null, by } };
  if (step === ADDING + 1)
    return {
      type: 'MemberCardChanged',
      data: { groupId, userId, by: userId, changes: { nickname: `Nick of ${userId}` } },
    };
  return { type: 'MemberLeft', data: { groupId, userId, roleBefore: 'member' } };
}

function talked(about: ConversationAbout, senders: readonly string[], revision: number): DomainEvent {
  if (revision === 0) return { type: 'ConversationOpened', data: { about } };
  const said = addedBefore(revision);
  const step = (revision - 1) % 10;
  const senderOf = (seq: number): string => senders[seq % senders.length] ?? OWNER;
  if (step < ADDING) return message(said + 1, senderOf(said + 1));
  const seq = said - (step - ADDING);
  const by = senderOf(seq);
  if (step === ADDING) return { type: 'MessagesDeleted', data: { seqs: [seq], by, as: 'sender' } };
  return { type: 'MessageRevoked', data: { seq, senderId: by, by, as: 'sender' } };
}

/** Events of a conversation by their revisions: its opening, and from 1 on the messages. */
function said(
  { about, senders, messages }: SeededConversation,
  from: number,
  to: number,
): readonly ConversationEvent[] {
  const events: ConversationEvent[] = from === 0 ? [{ type: 'ConversationOpened', data: { about } }] : [];
  for (let seq = Math.max(1, from); seq < Math.min(to, messages + 1); seq++)
    events.push(message(seq, senders[seq % senders.length] ?? OWNER));
  return events;
}

const message = (seq: number, senderId: string): MessageSent => ({
  type: 'MessageSent',
  data: {
    seq,
    messageId: newId(),
    clientMsgId: `${senderId}-${seq.toString()}`,
    senderId,
    from: 'user',
    content: { format: 'parley', type: 'text', body: JSON.stringify({ text: `What was said, ${seededWord(seq)}` }) },
    mentions: [],
    mentionsAll: false,
    sentAt: START + seq * 1_000,
    origin: 'sent',
    countsUnread: true,
    updatesLast: true,
    countable: seq,
    judgedBy: {},
  },
});

const joined = (groupId: string, n: number, userId = memberId(n)): DomainEvent => ({
  type: 'MemberJoined',
  data: {
    groupId,
    userId,
    role: n === 0 ? 'owner' : 'member',
    source: 'creation',
    joinedAt: START + n,
    seesEarlier: false,
  },
});
