import { foldedName } from '../application/queries/folded-name.js';
import { conversationKeyIn } from '../application/streams.js';
import { textOf } from '../domain/conversation/content/preview.js';
import type {
  Content,
  ConversationCleared,
  MessageRevoked,
  MessagesDeleted,
  MessageSent,
  Notice,
  RevokedAs,
} from '../domain/conversation/events.js';
import type { ProjectedEvent, Statements, Tables } from './engine/projection.js';
import { erasing } from './erasing.js';
import { RowTable } from './row-table.js';

type HandledEvent = MessageSent | MessageRevoked | MessagesDeleted | ConversationCleared;

interface MessageRow {
  tenant: string;
  conversation: string;
  seq: number;
  message_id: string;
  client_msg_id: string | null;
  sender_id: string;
  sent_from: MessageSent['data']['from'];
  platform: number | null;
  format: string | null;
  type: string | null;
  body: string | null;
  /** JSON text. */
  notice: string | null;
  /** What keywords are looked for in; null = nothing. */
  words: string | null;
  custom: string | null;
  /** null = nobody. */
  mentions: readonly string[] | null;
  mentions_all: boolean;
  priority: string | null;
  random: number | null;
  sent_at: number;
  decided_at: number;
  origin: string;
  counts_unread: boolean;
  updates_last: boolean;
  countable: number;
  status: 'sent' | 'revoked' | 'deleted';
  ended_by: string | null;
  ended_as: RevokedAs | null;
  ended_at: number | null;
}

const table = new RowTable<MessageRow>(
  {
    tenant: 'text',
    conversation: 'text',
    seq: 'bigint',
    message_id: 'text',
    client_msg_id: 'text?',
    sender_id: 'text',
    sent_from: 'text',
    platform: 'smallint?',
    format: 'text?',
    type: 'text?',
    body: 'text?',
    notice: 'text?',
    words: 'text?',
    custom: 'text?',
    mentions: 'jsonb?',
    mentions_all: 'boolean',
    priority: 'text?',
    random: 'bigint?',
    sent_at: 'bigint',
    decided_at: 'bigint',
    origin: 'text',
    counts_unread: 'boolean',
    updates_last: 'boolean',
    countable: 'bigint',
    status: 'text',
    ended_by: 'text?',
    ended_as: 'text?',
    ended_at: 'bigint?',
  },
  ['tenant', 'conversation', 'seq'],
);

/**
 * What a message is looked for by that a sender has given an id of his own; no conversation's key and no user's id holds a line
 * break. One expression, which no other index knows: by its columns, a statement that was planned without statistics goes
 * through the whole conversation by the primary key.
 */
const CLIENT_KEY = `conversation || E'\\n' || sender_id || E'\\n' || client_msg_id`;

/** How a message ends: revoked, or deleted for everybody. */
interface End {
  readonly status: 'revoked' | 'deleted';
  readonly by: string;
  readonly as: RevokedAs | null;
  readonly at: number;
}

interface Clearing {
  readonly upToSeq: number;
  readonly end: End;
}

/** What a batch comes to for one conversation. */
interface Changes {
  readonly tenant: string;
  readonly conversation: string;
  readonly sent: Map<number, MessageRow>;
  /** Of messages that were there before this batch. */
  readonly ends: Map<number, End>;
  /** Each farther than the one before it. */
  readonly clearings: Clearing[];
}

/**
 * One row for each message, by conversation and seq. What a revoked or deleted one said leaves its row at once; that it was
 * there, whose it was and its ids stay, so that no seq is missing and a repeat is still recognised.
 */
export const messagesProjection = erasing({
  name: 'messages',
  version: 2,
  handles: { MessageSent: 1, MessageRevoked: 1, MessagesDeleted: 1, ConversationCleared: 1 } satisfies Record<
    HandledEvent['type'],
    number
  >,
  auxTables: [],
  ddl: (tables) => [table.create(tables.main)],
  indexes: ({ base, main }) => [
    `CREATE INDEX ${base}_id ON ${main} (tenant, message_id)`,
    `CREATE INDEX ${base}_client ON ${main} (tenant, (${CLIENT_KEY})) WHERE client_msg_id IS NOT NULL`,
    `CREATE INDEX ${base}_sent ON ${main} (tenant, conversation, sent_at, seq)`,
    `CREATE INDEX ${base}_day ON ${main} (tenant, sent_at, conversation, seq)`,
    `CREATE INDEX ${base}_meant ON ${main} (tenant, conversation, seq) WHERE mentions IS NOT NULL OR mentions_all`,
    `CREATE INDEX ${base}_sender ON ${main} (tenant, sender_id, sent_at, conversation, seq)`,
  ],
  view: (tables) => `SELECT ${table.names.join(', ')}, ${CLIENT_KEY} AS client_key FROM ${tables.main}`,

  async apply(events, tables, db) {
    const conversations = new Map<string, Changes>();
    for (const projected of events as readonly ProjectedEvent<HandledEvent>[])
      note(changesOf(conversations, projected), projected);
    await write([...conversations.values()], tables, db);
  },

  erase: async (persons, tables, db) => {
    for (const { tenant, userId } of persons) await eraseMessages(tenant, userId, tables, db);
  },
});

function changesOf(conversations: Map<string, Changes>, { tenant, stream }: ProjectedEvent): Changes {
  let changes = conversations.get(stream);
  if (changes === undefined) {
    const conversation = conversationKeyIn(stream);
    changes = { tenant, conversation, sent: new Map(), ends: new Map(), clearings: [] };
    conversations.set(stream, changes);
  }
  return changes;
}

function note(changes: Changes, projected: ProjectedEvent<HandledEvent>): void {
  const { event, occurredAt: at } = projected;
  switch (event.type) {
    case 'MessageSent':
      changes.sent.set(event.data.seq, sent(changes, event.data, at));
      return;
    case 'MessageRevoked': {
      const { seq, by, as } = event.data;
      endOne(changes, seq, { status: 'revoked', by, as, at });
      return;
    }
    case 'MessagesDeleted': {
      const { seqs, by } = event.data;
      for (const seq of seqs) endOne(changes, seq, { status: 'deleted', by, as: null, at });
      return;
    }
    case 'ConversationCleared': {
      const { upToSeq, by } = event.data;
      if (upToSeq <= clearedUpTo(changes)) return;
      const end: End = { status: 'deleted', by, as: null, at };
      for (const row of changes.sent.values()) if (row.seq <= upToSeq) endRow(row, end);
      for (const [seq, { status }] of changes.ends)
        if (seq <= upToSeq && status === 'revoked') changes.ends.set(seq, end);
      changes.clearings.push({ upToSeq, end });
    }
  }
}

const clearedUpTo = ({ clearings }: Changes): number => clearings.at(-1)?.upToSeq ?? 0;

function endOne(changes: Changes, seq: number, end: End): void {
  const row = changes.sent.get(seq);
  if (row !== undefined) endRow(row, end);
  else if (seq > clearedUpTo(changes) && !outlasts(changes.ends.get(seq)?.status, end)) changes.ends.set(seq, end);
}

/** What is deleted stays deleted by whom it was; what is revoked can still be deleted. */
const outlasts = (status: MessageRow['status'] | undefined, end: End): boolean =>
  status === 'deleted' || (status === 'revoked' && end.status === 'revoked');

function endRow(row: MessageRow, end: End): void {
  if (outlasts(row.status, end)) return;
  Object.assign(row, { format: null, type: null, body: null, notice: null, words: null, custom: null });
  row.mentions = null;
  row.mentions_all = false;
  row.status = end.status;
  row.ended_by = end.by;
  row.ended_as = end.as;
  row.ended_at = end.at;
}

function sent({ tenant, conversation }: Changes, data: MessageSent['data'], at: number): MessageRow {
  // Of an erased sender, content and custom are null.
  const { content, custom, notice } = data as Omit<typeof data, 'content' | 'custom'> & {
    content?: MessageSent['data']['content'] | null;
    custom?: string | null;
    notice?: Notice;
  };
  return {
    tenant,
    conversation,
    seq: data.seq,
    message_id: data.messageId,
    client_msg_id: data.clientMsgId ?? null,
    sender_id: data.senderId,
    sent_from: data.from,
    platform: data.senderPlatform ?? null,
    format: content?.format ?? null,
    type: content?.type ?? null,
    body: content?.body ?? null,
    notice: notice === undefined ? null : JSON.stringify(notice),
    words: content ? wordsOf(content) : null,
    custom: custom ?? null,
    mentions: data.mentions.length === 0 ? null : data.mentions,
    mentions_all: data.mentionsAll,
    priority: data.priority ?? null,
    random: data.random ?? null,
    sent_at: data.sentAt,
    decided_at: at,
    origin: data.origin,
    counts_unread: data.countsUnread,
    updates_last: data.updatesLast,
    countable: data.countable,
    status: 'sent',
    ended_by: null,
    ended_as: null,
    ended_at: null,
  };
}

/** Characters of a message that keywords are looked for in: a search goes through many. */
const SEARCHED = 2_000;

const wordsOf = (content: Content): string | null => foldedName(textOf(content)).slice(0, SEARCHED) || null;

async function write(conversations: readonly Changes[], tables: Tables, db: Statements): Promise<void> {
  const rows = conversations.flatMap(({ sent: added }) => [...added.values()]);
  if (rows.length > 0) db.send('sent', table.add(tables), table.values(rows));

  const ends = conversations.flatMap(({ tenant, conversation, ends: ended }) =>
    [...ended].map(([seq, end]) => ({ tenant, conversation, seq, end })),
  );
  if (ends.length > 0)
    db.send('end', END(tables), [
      ends.map((row) => row.tenant),
      ends.map((row) => row.conversation),
      ends.map((row) => row.seq),
      ends.map(({ end }) => end.status),
      ends.map(({ end }) => end.by),
      ends.map(({ end }) => end.as),
      ends.map(({ end }) => end.at),
    ]);

  for (const { tenant, conversation, clearings } of conversations)
    for (const { upToSeq, end } of clearings)
      for (let from = 0; from < upToSeq; from += ENDED_AT_ONCE) {
        const to = Math.min(from + ENDED_AT_ONCE, upToSeq);
        // One after the other: sent together, the last would wait for all before it, longer than anybody waits for an answer.
        await db.run('clear', CLEAR(tables), [tenant, conversation, from, to, end.by, end.at]);
      }
}

const NOTHING_SAID = `format = NULL, type = NULL, body = NULL, notice = NULL, words = NULL, custom = NULL, mentions = NULL,
    mentions_all = false`;

const END = (tables: Tables): string => `
  UPDATE ${tables.main} m SET ${NOTHING_SAID},
    status = x.status, ended_by = x.by, ended_as = x."as", ended_at = x.at
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    x (tenant, conversation, seq, status, by, "as", at)
  WHERE m.tenant = x.tenant AND m.conversation = x.conversation AND m.seq = x.seq
    AND (m.status = 'sent' OR (m.status = 'revoked' AND x.status = 'deleted'))`;

const CLEAR = (tables: Tables): string => `
  UPDATE ${tables.main} SET ${NOTHING_SAID}, status = 'deleted', ended_by = $5, ended_as = NULL, ended_at = $6::bigint
  WHERE tenant = $1 AND conversation = $2 AND seq > $3::bigint AND seq <= $4::bigint AND status <> 'deleted'`;

/** Messages of one statement: a million of them must not keep a statement from ending in time. */
const ENDED_AT_ONCE = 10_000;

async function eraseMessages(tenant: string, userId: string, tables: Tables, db: Statements): Promise<void> {
  let last: { sent_at: string; conversation: string; seq: string } | undefined = {
    sent_at: '-1',
    conversation: '',
    seq: '0',
  };
  while (last !== undefined) {
    const { sent_at, conversation, seq }: NonNullable<typeof last> = last;
    [last] = await db.run<NonNullable<typeof last>>('erase', ERASE(tables), [
      tenant,
      userId,
      sent_at,
      conversation,
      seq,
    ]);
  }
}

/** Those behind a place in the index of what one has sent; gives the last of them. */
const ERASE = ({ main }: Tables): string => `
  WITH due AS (
    SELECT sent_at, conversation, seq FROM ${main}
    WHERE tenant = $1 AND sender_id = $2 AND (sent_at, conversation, seq) > ($3::bigint, $4, $5::bigint)
      AND (format IS NOT NULL OR custom IS NOT NULL)
    ORDER BY sent_at, conversation, seq LIMIT ${String(ENDED_AT_ONCE)}),
  erased AS (
    UPDATE ${main} m SET format = NULL, type = NULL, body = NULL, words = NULL, custom = NULL FROM due
    WHERE m.tenant = $1 AND m.conversation = due.conversation AND m.seq = due.seq)
  SELECT sent_at, conversation, seq FROM due ORDER BY due.sent_at DESC, due.conversation DESC, due.seq DESC LIMIT 1`;
