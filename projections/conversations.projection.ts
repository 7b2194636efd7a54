import { conversationKeyIn, conversationKeyText } from '../application/streams.js';
import type {
  ConversationCleared,
  ConversationClosed,
  ConversationOpened,
  MessagesDeleted,
  MessageSent,
} from '../domain/conversation/events.js';
import type {
  DismissedGroupEmptied,
  GroupCreated,
  GroupDismissed,
  GroupSettingsChanged,
  MemberJoined,
  MemberLeft,
  MemberRemoved,
} from '../domain/group/events.js';
import type { ReadPositionSet } from '../domain/view/events.js';
import {
  conversations,
  groups,
  participants,
  type ConversationRow,
  type GroupRow,
  type ParticipantRow,
} from './conversation-rows.js';
import type { ProjectedEvent, Projection, Statements, Tables } from './engine/projection.js';

type OfConversation = ConversationOpened | MessageSent | MessagesDeleted | ConversationCleared | ConversationClosed;
type OfGroup =
  | GroupCreated
  | MemberJoined
  | MemberLeft
  | MemberRemoved
  | GroupSettingsChanged
  | GroupDismissed
  | DismissedGroupEmptied;
type HandledEvent = OfConversation | OfGroup | ReadPositionSet;

/**
 * Who takes part in which conversation, what he may see of it, and where it stands. The rows of the main table change when
 * somebody comes, goes or writes; what each message changes is one row for all (`_conversations`), however many they are.
 *
 * Where somebody joined or left in the conversation follows from the order of the log. So a row remembers up to which revision
 * of its stream it stands, and what comes again changes nothing.
 */
export const conversationsProjection: Projection = {
  name: 'conversations',
  version: 1,
  handles: {
    ConversationOpened: 1,
    MessageSent: 1,
    MessagesDeleted: 1,
    ConversationCleared: 1,
    ConversationClosed: 1,
    GroupCreated: 1,
    MemberJoined: 1,
    MemberLeft: 1,
    MemberRemoved: 1,
    GroupSettingsChanged: 1,
    GroupDismissed: 1,
    DismissedGroupEmptied: 1,
    ReadPositionSet: 1,
  } satisfies Record<HandledEvent['type'], number>,
  auxTables: ['conversations', 'groups'],
  ddl: (tables) => [
    participants.create(tables.main),
    conversations.create(tables.aux('conversations')),
    groups.create(tables.aux('groups')),
    // Not for readers alone: a dismissal looks for all who take part.
    `CREATE INDEX ${tables.base}_conversation ON ${tables.main} (tenant, conversation, user_id)`,
  ],
  indexes: () => [],
  /** OFFSET 0 keeps it a look-up by key for each participant, whatever statistics there are. */
  view: (tables) => `SELECT ${participants.names.map((name) => `p.${name}`).join(', ')},
       c.incarnation, c.last_seq, c.countable, c.last_at, c.latest_seq, c.latest_at, c.latest_gone, c.cleared_up_to,
       c.closed_at, c.retention, c.superseded
     FROM ${tables.main} p CROSS JOIN LATERAL (
       SELECT * FROM ${tables.aux('conversations')} c
       WHERE c.tenant = p.tenant AND c.conversation = p.conversation OFFSET 0) c`,

  async apply(events, tables, db) {
    const fold = new Fold(events as readonly ProjectedEvent<HandledEvent>[]);
    await fold.load(tables, db);
    fold.run();
    await fold.write(tables, db);
  },
};

/** An event, and the conversation that it is about. */
interface Located {
  readonly projected: ProjectedEvent<HandledEvent>;
  readonly conversation: string;
}

interface Own {
  readonly tenant: string;
  readonly userId: string;
  readonly conversation: string;
  seq: number;
  countable: number;
}

const ofConversation = (tenant: string, conversation: string): string => `${tenant}\n${conversation}`;
const ofGroup = (tenant: string, groupId: string): string => `${tenant}\n${groupId}`;
const ofParticipant = (tenant: string, conversation: string, userId: string): string =>
  `${tenant}\n${conversation}\n${userId}`;

/** Rows as a batch finds them and leaves them. */
class Fold {
  private readonly groups = new Map<string, GroupRow>();
  private readonly conversations = new Map<string, ConversationRow>();
  /** Those whose coming, going or set position the batch tells of. */
  private readonly participants = new Map<string, ParticipantRow>();
  private readonly located: Located[] = [];
  /** What others wrote. */
  private readonly own = new Map<string, Own>();
  /** Conversations that everybody left who isn't among `participants`, as they stood then. */
  private readonly emptied = new Map<string, ParticipantEnd>();

  constructor(private readonly events: readonly ProjectedEvent<HandledEvent>[]) {}

  async load(tables: Tables, db: Statements): Promise<void> {
    await this.loadGroups(tables, db);
    for (const projected of this.events) this.locate(projected);
    await Promise.all([this.loadConversations(tables, db), this.loadParticipants(tables, db)]);
  }

  run(): void {
    for (const { projected, conversation } of this.located) {
      if (isOfGroup(projected)) this.ofGroup(projected, conversation);
      else if (projected.event.type === 'ReadPositionSet') this.setPosition(projected, conversation);
      else this.ofConversation(projected as ProjectedEvent<OfConversation>, conversation);
    }
  }

  async write(tables: Tables, db: Statements): Promise<void> {
    const save = async <Row extends object>(
      name: string,
      table: { save: (table: { main: string }) => string; values: (rows: readonly Row[]) => unknown[] },
      main: string,
      rows: ReadonlyMap<string, Row>,
    ): Promise<void> => {
      if (rows.size > 0) db.send(name, table.save({ main }), table.values([...rows.values()]));
    };
    await save('groups', groups, tables.aux('groups'), this.groups);
    await save('conversations', conversations, tables.aux('conversations'), this.conversations);
    for (const end of this.emptied.values())
      db.send('emptied', EMPTIED(tables), [end.tenant, end.conversation, end.seq, end.countable, end.at]);
    const own = [...this.own.values()];
    if (own.length > 0)
      db.send('own', OWN(tables), [
        own.map((row) => row.tenant),
        own.map((row) => row.userId),
        own.map((row) => row.conversation),
        own.map((row) => row.seq),
        own.map((row) => row.countable),
      ]);
    await save('participants', participants, tables.main, this.participants);
  }

  private async loadGroups(tables: Tables, db: Statements): Promise<void> {
    const asked = new Map<string, [string, string]>();
    for (const { tenant, event } of this.events.filter(isOfGroup))
      asked.set(ofGroup(tenant, event.data.groupId), [tenant, event.data.groupId]);
    if (asked.size === 0) return;
    const rows = await db.run<GroupRow>('load_groups', groups.load({ main: tables.aux('groups') }), [
      [...asked.values()].map(([tenant]) => tenant),
      [...asked.values()].map(([, groupId]) => groupId),
    ]);
    for (const row of groups.numbered(rows)) this.groups.set(ofGroup(row.tenant, row.group_id), row);
  }

  /** Leaves out what stands in a group's rows already, and moves the group on. */
  private locate(projected: ProjectedEvent<HandledEvent>): void {
    if (!isOfGroup(projected)) {
      this.located.push({ projected, conversation: conversationKeyIn(projected.stream) });
      return;
    }
    const { tenant, revision, event } = projected;
    const { groupId } = event.data;
    const key = ofGroup(tenant, groupId);
    let group = this.groups.get(key);
    if (group !== undefined && revision <= group.revision) return;
    if (event.type === 'GroupCreated') {
      const { incarnation } = event.data;
      group = { tenant, group_id: groupId, incarnation, revision };
      this.groups.set(key, group);
    }
    if (group === undefined) throw new Error(`${event.type} of a group that was never created: ${groupId}`);
    group.revision = revision;
    this.located.push({ projected, conversation: keyOfGroup(groupId, group.incarnation) });
  }

  private async loadConversations(tables: Tables, db: Statements): Promise<void> {
    const asked = new Map<string, [string, string]>();
    const ask = (tenant: string, conversation: string): void => {
      asked.set(ofConversation(tenant, conversation), [tenant, conversation]);
    };
    for (const { projected, conversation } of this.located) {
      if (projected.event.type === 'ReadPositionSet') continue;
      ask(projected.tenant, conversation);
      const former = formerOf(projected.event);
      if (former !== undefined) ask(projected.tenant, former);
    }
    if (asked.size === 0) return;
    const rows = await db.run<ConversationRow>(
      'load_conversations',
      conversations.load({ main: tables.aux('conversations') }),
      [[...asked.values()].map(([tenant]) => tenant), [...asked.values()].map(([, conversation]) => conversation)],
    );
    for (const row of conversations.numbered(rows))
      this.conversations.set(ofConversation(row.tenant, row.conversation), row);
  }

  private async loadParticipants(tables: Tables, db: Statements): Promise<void> {
    const asked = new Map<string, [string, string, string]>();
    for (const { projected, conversation } of this.located)
      for (const userId of concerned(projected))
        asked.set(ofParticipant(projected.tenant, conversation, userId), [projected.tenant, userId, conversation]);
    if (asked.size === 0) return;
    const rows = await db.run<ParticipantRow>('load_participants', participants.load(tables), [
      [...asked.values()].map(([tenant]) => tenant),
      [...asked.values()].map(([, userId]) => userId),
      [...asked.values()].map(([, , conversation]) => conversation),
    ]);
    for (const row of participants.numbered(rows))
      this.participants.set(ofParticipant(row.tenant, row.conversation, row.user_id), row);
  }

  private ofConversation({ tenant, event, revision, occurredAt }: ProjectedEvent<OfConversation>, key: string): void {
    const row = this.conversations.get(ofConversation(tenant, key));
    if (row !== undefined && revision <= row.revision) return;
    if (event.type === 'ConversationOpened') {
      this.open(tenant, key, event.data, revision, occurredAt);
      return;
    }
    if (row === undefined) throw new Error(`${event.type} in a conversation that was never opened: ${key}`);
    row.revision = revision;
    switch (event.type) {
      case 'MessageSent':
        this.send(row, event.data);
        return;
      case 'MessagesDeleted':
        if (event.data.seqs.includes(row.latest_seq)) row.latest_gone = true;
        return;
      case 'ConversationCleared':
        row.cleared_up_to = Math.max(row.cleared_up_to, event.data.upToSeq);
        return;
      case 'ConversationClosed':
        row.closed_at = occurredAt;
    }
  }

  /** A group's is there from the group's creation on. */
  private open(
    tenant: string,
    conversation: string,
    { about }: ConversationOpened['data'],
    revision: number,
    at: number,
  ): void {
    const key = ofConversation(tenant, conversation);
    const row = this.conversations.get(key) ?? unwritten(tenant, conversation);
    row.revision = revision;
    this.conversations.set(key, row);
    if (about.kind === 'group') {
      row.incarnation = about.incarnation;
      return;
    }
    const [a, b] = about.kind === 'single' ? [about.a, about.b] : [about.userId, null];
    const take = (user_id: string, peer_id: string | null): void => {
      const participant = { ...newParticipant(row, user_id, at), kind: about.kind, peer_id };
      this.participants.set(ofParticipant(tenant, conversation, user_id), participant);
    };
    take(a, b);
    if (b !== null && b !== a) take(b, a);
  }

  private send(row: ConversationRow, { seq, countable, sentAt, updatesLast, senderId }: MessageSent['data']): void {
    row.last_seq = seq;
    row.countable = countable;
    row.last_at = sentAt;
    if (updatesLast) {
      row.latest_seq = seq;
      row.latest_at = sentAt;
      row.latest_gone = false;
    }
    const { tenant, conversation } = row;
    const key = ofParticipant(tenant, conversation, senderId);
    const participant = this.participants.get(key);
    if (participant === undefined) this.own.set(key, { tenant, userId: senderId, conversation, seq, countable });
    else Object.assign(participant, { read_seq: seq, read_countable: countable });
  }

  private ofGroup({ tenant, event, occurredAt }: ProjectedEvent<OfGroup>, conversation: string): void {
    const key = ofConversation(tenant, conversation);
    const row = this.conversations.get(key) ?? unwritten(tenant, conversation);
    this.conversations.set(key, row);
    switch (event.type) {
      case 'GroupCreated': {
        row.incarnation = event.data.incarnation;
        row.retention = event.data.settings.retention;
        const former = this.conversations.get(ofConversation(tenant, formerOf(event) ?? ''));
        if (former !== undefined) former.superseded = true;
        return;
      }
      case 'GroupSettingsChanged':
        if (event.data.changes.retention !== undefined) row.retention = event.data.changes.retention;
        return;
      case 'MemberJoined':
        this.join(row, event.data);
        return;
      case 'MemberLeft':
      case 'MemberRemoved': {
        const participant = this.participants.get(ofParticipant(tenant, conversation, event.data.userId));
        if (participant) leave(participant, row, occurredAt);
        return;
      }
      case 'GroupDismissed':
        if (event.data.membersRemoved) this.empty(row, occurredAt);
        return;
      case 'DismissedGroupEmptied':
        this.empty(row, occurredAt);
    }
  }

  private join(row: ConversationRow, { groupId, userId, joinedAt, seesEarlier }: MemberJoined['data']): void {
    const key = ofParticipant(row.tenant, row.conversation, userId);
    const former = this.participants.get(key);
    // Who is in stays as he is.
    if (former?.visible_to === null) return;
    this.participants.set(key, {
      ...newParticipant(row, userId, joinedAt),
      kind: 'group',
      group_id: groupId,
      visible_from: seesEarlier ? 1 : row.last_seq + 1,
      set_revision: former?.set_revision ?? -1,
    });
  }

  private empty(row: ConversationRow, at: number): void {
    const { tenant, conversation } = row;
    for (const participant of this.participants.values())
      if (participant.tenant === tenant && participant.conversation === conversation) leave(participant, row, at);
    const key = ofConversation(tenant, conversation);
    if (!this.emptied.has(key))
      this.emptied.set(key, { tenant, conversation, seq: row.last_seq, countable: row.countable, at });
  }

  /** It may lower: what he wrote before, or that he joined later, raises it no more. */
  private setPosition({ tenant, event, revision }: ProjectedEvent<HandledEvent>, conversation: string): void {
    const { userId, upToSeq } = event.data as ReadPositionSet['data'];
    const participant = this.participants.get(ofParticipant(tenant, conversation, userId));
    if (participant === undefined || revision <= participant.set_revision) return;
    participant.set_revision = revision;
    if (upToSeq < participant.read_seq) Object.assign(participant, { read_seq: 0, read_countable: 0 });
  }
}

interface ParticipantEnd {
  readonly tenant: string;
  readonly conversation: string;
  readonly seq: number;
  readonly countable: number;
  readonly at: number;
}

const GROUP_EVENTS: ReadonlySet<string> = new Set<OfGroup['type']>([
  'GroupCreated',
  'MemberJoined',
  'MemberLeft',
  'MemberRemoved',
  'GroupSettingsChanged',
  'GroupDismissed',
  'DismissedGroupEmptied',
]);

const isOfGroup = (projected: ProjectedEvent<HandledEvent>): projected is ProjectedEvent<OfGroup> =>
  GROUP_EVENTS.has(projected.event.type);

const keyOfGroup = (groupId: string, incarnation: number): string =>
  conversationKeyText({ kind: 'group', groupId, incarnation });

/** The conversation that a new incarnation of a group leaves behind. */
const formerOf = (event: HandledEvent): string | undefined =>
  event.type === 'GroupCreated' && event.data.incarnation > 1
    ? keyOfGroup(event.data.groupId, event.data.incarnation - 1)
    : undefined;

/** Whose rows an event is about, beside a sender's. */
function concerned({ event }: ProjectedEvent<HandledEvent>): string[] {
  switch (event.type) {
    case 'MemberJoined':
    case 'MemberLeft':
    case 'MemberRemoved':
    case 'ReadPositionSet':
      return [event.data.userId];
    default:
      return [];
  }
}

const unwritten = (tenant: string, conversation: string): ConversationRow => ({
  tenant,
  conversation,
  incarnation: null,
  last_seq: 0,
  countable: 0,
  last_at: null,
  latest_seq: 0,
  latest_at: null,
  latest_gone: false,
  cleared_up_to: 0,
  closed_at: null,
  retention: null,
  superseded: false,
  revision: -1,
});

/** He has read what was there before him (docs/rules.md A10). */
const newParticipant = (
  { tenant, conversation, last_seq, countable }: ConversationRow,
  user_id: string,
  created_at: number,
): Omit<ParticipantRow, 'kind'> => ({
  tenant,
  user_id,
  conversation,
  peer_id: null,
  group_id: null,
  visible_from: 1,
  visible_to: null,
  countable_to: null,
  joined_seq: last_seq,
  read_seq: last_seq,
  read_countable: countable,
  created_at,
  left_at: null,
  set_revision: -1,
});

/** docs/rules.md A11: he sees what was there when he left, and nothing newer. */
function leave(participant: ParticipantRow, { last_seq, countable }: ConversationRow, at: number): void {
  if (participant.visible_to !== null) return;
  participant.visible_to = last_seq;
  participant.countable_to = countable;
  participant.left_at = at;
}

const EMPTIED = (tables: Tables): string => `
  UPDATE ${tables.main} SET visible_to = $3::bigint, countable_to = $4::bigint, left_at = $5::bigint
  WHERE tenant = $1 AND conversation = $2 AND visible_to IS NULL`;

const OWN = (tables: Tables): string => `
  UPDATE ${tables.main} p SET read_seq = x.seq, read_countable = x.countable
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
    x (tenant, user_id, conversation, seq, countable)
  WHERE p.tenant = x.tenant AND p.user_id = x.user_id AND p.conversation = x.conversation AND p.read_seq < x.seq`;
