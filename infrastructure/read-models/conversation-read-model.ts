import type {
  ConversationEnd,
  ConversationGroup,
  ConversationPage,
  ConversationQueries,
  ConversationReader,
  ConversationView,
  Mentioned,
  Position,
  ReaderPosition,
  ReceiptCounts,
} from '../../application/queries/conversations.js';
import type { MessageView } from '../../application/queries/messages.js';
import type { Page, PageRequest } from '../../application/queries/page.js';
import type { ReceiveOption, ViewSettingsChanges } from '../../domain/view/events.js';
import { allOf, each, sightOf } from './conversation-sight.js';
import { cutPage, pageStart, type PagedList } from './cursor.js';
import {
  hiddenFrom,
  MESSAGE_NAMES,
  messageColumn,
  SENDER_COLUMNS,
  senderUnless,
  shapeMessage,
  type MessageRow,
} from './message-rows.js';
import { inOrder, type Prepared } from './prepared.js';

interface PositionRow {
  conversation: string;
  floor_seq: string;
  max_seq: string;
  last_at: string | null;
  read_seq: string;
  unread: string;
}

interface ConversationRow extends PositionRow {
  kind: ConversationView['kind'];
  takes_part: boolean;
  created_at: string;
  closed_at: string | null;
  sorted_at: string;
  pinned: boolean;
  receive_option: ReceiveOption;
  ext: string | null;
  settings: ViewSettingsChanges | null;
  peer_id: string | null;
  peer_nickname: string | null;
  peer_avatar: string | null;
  group_id: string | null;
  incarnation: number | null;
  group_name: string | null;
  group_avatar: string | null;
  group_kind: string | null;
  group_owner_id: string | null;
  group_member_count: number | null;
}

/** With the columns of its last message, or nulls in them: no name is a column of both, but that of the conversation. */
type ShownRow = ConversationRow & (MessageRow | { readonly seq: null });

/** Beside each row of a page; one row without a conversation where the page has none. */
interface Totals {
  total: number;
  with_messages: number;
  all_unread: string;
}

const LIST: PagedList = {
  name: 'conversations-of-user',
  shape: ['number', 'number', 'string'],
  start: [-1, -Number.MAX_SAFE_INTEGER, ''],
};

const RECEIPTS = {
  read: { name: 'receipts-read', shape: ['string'], start: [''] },
  unread: { name: 'receipts-unread', shape: ['string'], start: [''] },
} as const satisfies Record<string, PagedList>;

export class ConversationReadModel implements ConversationQueries {
  constructor(private readonly prepared: Prepared) {}

  async conversationsOfUser(
    { tenant, userId, at }: ConversationReader,
    page: PageRequest,
    among?: readonly string[],
  ): Promise<ConversationPage> {
    const { after, offset } = pageStart(LIST, page);
    const where = [...after, page.limit + 1, offset];
    const [name, text] = page.limit > SHORT_PAGE ? [`${LIST.name}-long`, LONG_PAGE] : [LIST.name, PAGE];
    const values = [tenant, userId, at, ...where];
    const rows = await (among === undefined
      ? this.prepared.rows<Totals & ShownRow>(name, text, values)
      : this.prepared.rows<Totals & ShownRow>(`${LIST.name}-among`, AMONG, [...values, among]));
    const [first] = rows;
    const { shown, next } = cutPage(
      LIST,
      page,
      rows.filter((row) => row.conversation !== null),
      (row) => [row.pinned ? 0 : 1, -Number(row.sorted_at), row.conversation],
    );
    return {
      items: shown.map(shape),
      next,
      total: first?.total ?? 0,
      withMessages: first?.with_messages ?? 0,
      unread: Number(first?.all_unread ?? 0),
    };
  }

  async conversationsByKeys(
    { tenant, userId, at }: ConversationReader,
    keys: readonly string[],
  ): Promise<readonly ConversationView[]> {
    if (keys.length === 0) return [];
    const rows = await this.prepared.rows<ShownRow>('conversations-by-keys', BY_KEYS, [tenant, userId, at, keys]);
    return inOrder(keys, rows, (row) => row.conversation).map(shape);
  }

  async positions({ tenant, userId, at }: ConversationReader, among?: readonly string[]): Promise<readonly Position[]> {
    const rows = await (among === undefined
      ? this.prepared.rows<PositionRow>('positions', POSITIONS, [tenant, userId, at])
      : this.prepared.rows<PositionRow>('positions-among', POSITIONS_AMONG, [tenant, userId, at, among]));
    return rows.map(shapePosition);
  }

  async unreadMentions(
    { tenant, userId }: ConversationReader,
    positions: readonly Pick<Position, 'conversation' | 'readSeq' | 'maxSeq'>[],
  ): Promise<readonly Mentioned[]> {
    if (positions.length === 0) return [];
    return this.prepared.rows<{ conversation: string; me: boolean; all: boolean }>('unread-mentions', MENTIONED, [
      tenant,
      userId,
      positions.map(({ conversation }) => conversation),
      positions.map(({ readSeq }) => readSeq),
      positions.map(({ maxSeq }) => maxSeq),
    ]);
  }

  async ends(tenant: string, conversations: readonly string[]): Promise<ReadonlyMap<string, ConversationEnd>> {
    if (conversations.length === 0) return new Map();
    type Row = { conversation: string; last_seq: string; last_at: string | null };
    const rows = await this.prepared.rows<Row>('conversation-ends', ENDS, [tenant, [...new Set(conversations)]]);
    return new Map(
      rows.map((row) => [
        row.conversation,
        { lastSeq: Number(row.last_seq), lastAt: row.last_at === null ? null : Number(row.last_at) },
      ]),
    );
  }

  async readerPositions(
    tenant: string,
    conversation: string,
    userIds: readonly string[],
    at: number,
  ): Promise<ReadonlyMap<string, ReaderPosition>> {
    if (userIds.length === 0) return new Map();
    type Row = { user_id: string; read_seq: string; unread: string; wrote_at: string | null };
    const values = [tenant, conversation, at, userIds];
    const rows = await this.prepared.rows<Row>('reader-positions', READERS, values);
    return new Map(
      rows.map((row) => [
        row.user_id,
        {
          readSeq: Number(row.read_seq),
          unread: Number(row.unread),
          wroteAt: row.wrote_at === null ? null : Number(row.wrote_at),
        },
      ]),
    );
  }

  async unreadOf({ tenant, userId, at }: ConversationReader): Promise<number> {
    const [row] = await this.prepared.rows<{ n: string }>('unread-of-user', UNREAD, [tenant, userId, at]);
    return Number(row?.n ?? 0);
  }

  pinnedConversations(tenant: string, userId: string): Promise<readonly string[]> {
    return this.keys('pinned-conversations', PINNED, tenant, userId);
  }

  silentConversations(tenant: string, userId: string): Promise<readonly string[]> {
    return this.keys('silent-conversations', SILENT, tenant, userId);
  }

  async receiptCounts(
    tenant: string,
    conversation: string,
    seqs: readonly number[],
  ): Promise<readonly ReceiptCounts[]> {
    if (seqs.length === 0) return [];
    const values = [tenant, conversation, [...new Set(seqs)]];
    const rows = await this.prepared.rows<{ seq: string; n: number; read: number }>('receipt-counts', COUNTS, values);
    return rows.map(({ seq, n, read }) => ({ seq: Number(seq), read, unread: n - read }));
  }

  async receipts(
    tenant: string,
    conversation: string,
    seq: number,
    which: 'read' | 'unread',
    page: PageRequest,
  ): Promise<Page<string>> {
    const list = RECEIPTS[which];
    const { after, offset } = pageStart(list, page);
    const values = [tenant, conversation, seq, which === 'read', ...after, page.limit + 1, offset];
    const rows = await this.prepared.rows<{ user_id: string }>('receipts', RECEIPT_PAGE, values);
    const { shown, next } = cutPage(list, page, rows, (row) => [row.user_id]);
    return { items: shown.map((row) => row.user_id), next };
  }

  private async keys(name: string, text: string, tenant: string, userId: string): Promise<readonly string[]> {
    const rows = await this.prepared.rows<{ conversation: string }>(name, text, [tenant, userId]);
    return rows.map((row) => row.conversation);
  }
}

const HIS = 'p.tenant = $1 AND p.user_id = $2';
const ALL = allOf('$1', '$2');
/** `keys`: a parameter. */
const among = (keys: string) => each(`${HIS} AND NOT p.superseded AND p.conversation = ANY (${keys}::text[])`);

/** Rows `c` of the sight, with what a list shows of each. */
const SHOWN = `c.conversation, c.kind, c.takes_part, c.created_at, c.closed_at, c.floor_seq, c.max_seq, c.last_at, c.read_seq,
    c.unread, c.sorted_at, c.pinned, c.receive_option, c.ext, c.settings,
    c.peer_id, peer.nickname AS peer_nickname, peer.avatar AS peer_avatar,
    c.group_id, c.incarnation, g.name AS group_name, g.avatar AS group_avatar, g.kind AS group_kind,
    g.owner_id AS group_owner_id, g.member_count AS group_member_count, last.*`;
const WITH_NAMES = `LEFT JOIN LATERAL (SELECT u.nickname, u.avatar FROM read.users_v2 u
    WHERE u.tenant = c.tenant AND u.user_id = c.peer_id OFFSET 0) peer ON true
  LEFT JOIN LATERAL (SELECT * FROM read.groups_v2 g WHERE g.tenant = c.tenant AND g.group_id = c.group_id
    AND g.incarnation = c.incarnation OFFSET 0) g ON true`;
const LAST_COLUMNS = MESSAGE_NAMES.filter((name) => name !== 'conversation')
  .map(messageColumn)
  .join(', ');
/**
 * At most `latest_seq`, not just that one: the messages may be a moment behind the conversations. As columns: to make JSON of
 * each, and to read it, takes longer than to find it.
 */
const WITH_LAST = `LEFT JOIN LATERAL (
    SELECT ${LAST_COLUMNS}, ${SENDER_COLUMNS}, m.seq <= c.hidden_up_to AND ${hiddenFrom('c.user_id')} AS hidden
    FROM read.messages_v2 m
    ${senderUnless('coalesce(m.sender_id = c.peer_id, false)')}
    WHERE m.tenant = c.tenant AND m.conversation = c.conversation AND m.seq <= c.latest_seq AND m.seq > c.floor_seq
      AND m.updates_last AND m.status <> 'deleted'
    ORDER BY m.seq DESC LIMIT 1) last ON true`;

/** A page of `mine`, and what all of them come to. `found`: the page with all that a list shows, as `c`. */
const pageOf = (mine: string, found: string): string => `WITH mine AS MATERIALIZED (${mine}),
  totals AS (SELECT count(*)::integer AS total, count(latest_seq)::integer AS with_messages,
    coalesce(sum(unread), 0) AS all_unread FROM mine),
  page AS (SELECT * FROM mine
    WHERE (CASE WHEN pinned THEN 0 ELSE 1 END, -sorted_at, conversation) > ($4::integer, $5::bigint, $6::text)
    ORDER BY pinned DESC, sorted_at DESC, conversation LIMIT $7 OFFSET $8)
  SELECT totals.*, ${SHOWN} FROM totals LEFT JOIN ${found} ON true
  ${WITH_NAMES}
  ${WITH_LAST}
  ORDER BY c.pinned DESC, c.sorted_at DESC, c.conversation`;
const LONG_PAGE = pageOf(sightOf(ALL, '$3'), 'page c');
const AMONG = pageOf(sightOf(among('$9'), '$3'), 'page c');

/** Conversations of a page up to which it takes less to look them up again than to carry all of everything through the sort. */
const SHORT_PAGE = 200;
const PAGE = pageOf(
  `SELECT conversation, pinned, sorted_at, latest_seq, unread FROM (${sightOf(ALL, '$3')}) c`,
  `(page CROSS JOIN LATERAL (${sightOf(each(`${HIS} AND p.conversation = page.conversation`), '$3')}) c)`,
);

const BY_KEYS = `WITH c AS MATERIALIZED (${sightOf(each(`${HIS} AND p.conversation = ANY ($4::text[])`), '$3')})
  SELECT ${SHOWN} FROM c
  ${WITH_NAMES}
  ${WITH_LAST}`;

const positionsOf = (rows: Parameters<typeof sightOf>[0]): string => `
  SELECT c.conversation, c.floor_seq, c.max_seq, c.last_at, c.read_seq, c.unread
  FROM (${sightOf(rows, '$3')}) c ORDER BY c.conversation`;
const POSITIONS = positionsOf(ALL);
const POSITIONS_AMONG = positionsOf(among('$4'));

/** Each row of a conversation says of it the same. */
const ENDS = `SELECT a.conversation, e.last_seq, e.last_at FROM unnest($2::text[]) AS a (conversation)
  CROSS JOIN LATERAL (SELECT p.last_seq, p.last_at FROM read.conversations_v1 p
    WHERE p.tenant = $1 AND p.conversation = a.conversation LIMIT 1) e`;
const TAKING_PART = 'p.tenant = $1 AND p.conversation = $2 AND p.user_id = ANY ($4::text[]) AND p.visible_to IS NULL';
const READERS = `SELECT c.user_id, c.read_seq, c.unread, (
    SELECT m.sent_at FROM read.conversations_v1 p JOIN read.messages_v2 m
      ON m.tenant = p.tenant AND m.conversation = p.conversation AND m.seq = p.read_seq AND m.sender_id = p.user_id
    WHERE p.tenant = $1 AND p.conversation = $2 AND p.user_id = c.user_id) AS wrote_at
  FROM (${sightOf(each(TAKING_PART), '$3')}) c`;

const UNREAD = `SELECT coalesce(sum(c.unread), 0) AS n FROM (${sightOf(ALL, '$3')}) c`;

/** The newest messages that mean somebody, of each conversation: beyond them nobody looks for his name. */
const MEANT_LOOKED_AT = 1_000;
const MENTIONED = `SELECT c.conversation, bool_or(m.mentions_all) AS all, coalesce(bool_or(m.mentions ? $2::text), false) AS me
  FROM unnest($3::text[], $4::bigint[], $5::bigint[]) c (conversation, read_seq, max_seq)
  CROSS JOIN LATERAL (SELECT m.mentions, m.mentions_all FROM read.messages_v2 m
    WHERE m.tenant = $1 AND m.conversation = c.conversation AND m.seq > c.read_seq AND m.seq <= c.max_seq
      AND (m.mentions IS NOT NULL OR m.mentions_all) AND m.sender_id <> $2 AND NOT ${hiddenFrom('$2')}
    ORDER BY m.seq DESC LIMIT ${String(MEANT_LOOKED_AT)}) m
  GROUP BY c.conversation HAVING bool_or(m.mentions_all OR m.mentions ? $2::text)`;

const OWN_VIEW = `SELECT v.conversation FROM read.views_v1 v WHERE v.tenant = $1 AND v.user_id = $2`;
const PINNED = `${OWN_VIEW} AND v.pinned ORDER BY v.conversation`;
const SILENT = `${OWN_VIEW} AND v.receive_option = 'silent' ORDER BY v.conversation`;

/** Those to whom a message `m` was sent and who are still there. What somebody hid from himself is nobody else's business. */
const RECEIVERS = `FROM read.conversations_v1 p
  LEFT JOIN LATERAL (SELECT r.up_to_seq FROM system.read_position r WHERE r.tenant = p.tenant
    AND r.conversation = p.conversation AND r.user_id = p.user_id OFFSET 0) r ON true
  WHERE p.tenant = m.tenant AND p.conversation = m.conversation AND p.visible_to IS NULL
    AND p.joined_seq < m.seq AND p.user_id <> m.sender_id`;
const HAS_READ = 'greatest(p.read_seq, coalesce(r.up_to_seq, 0)) >= m.seq';
const COUNTS = `SELECT m.seq, n.* FROM read.messages_v2 m
  CROSS JOIN LATERAL (SELECT count(*)::integer AS n, count(*) FILTER (WHERE ${HAS_READ})::integer AS read ${RECEIVERS}) n
  WHERE m.tenant = $1 AND m.conversation = $2 AND m.seq = ANY ($3::bigint[]) ORDER BY m.seq`;
const RECEIPT_PAGE = `SELECT n.user_id FROM read.messages_v2 m
  CROSS JOIN LATERAL (SELECT p.user_id ${RECEIVERS} AND (${HAS_READ}) = $4::boolean AND p.user_id > $5
    ORDER BY p.user_id LIMIT $6 OFFSET $7) n
  WHERE m.tenant = $1 AND m.conversation = $2 AND m.seq = $3::bigint`;

const shapePosition = (row: PositionRow): Position => ({
  conversation: row.conversation,
  minSeq: Math.min(Number(row.floor_seq), Number(row.max_seq)) + 1,
  maxSeq: Number(row.max_seq),
  maxSeqTime: row.last_at === null ? null : Number(row.last_at),
  readSeq: Number(row.read_seq),
  unread: Number(row.unread),
});

const groupOf = (row: ConversationRow): ConversationGroup | null =>
  row.group_id === null || row.incarnation === null
    ? null
    : {
        groupId: row.group_id,
        incarnation: row.incarnation,
        name: row.group_name,
        avatar: row.group_avatar,
        kind: row.group_kind,
        ownerId: row.group_owner_id,
        memberCount: row.group_member_count,
      };

/** The peer's profile stands in the row already. */
function lastOf(row: ShownRow): MessageView | null {
  if (row.seq === null) return null;
  return row.sender_id === row.peer_id ? shapeMessage(row, row.peer_nickname, row.peer_avatar) : shapeMessage(row);
}

/** Each in one literal: an object that is spread and then grows takes ten times as long to make, and a page has a thousand. */
function shape(row: ShownRow): ConversationView {
  const { conversation, minSeq, maxSeq, maxSeqTime, readSeq, unread } = shapePosition(row);
  return {
    conversation,
    minSeq,
    maxSeq,
    maxSeqTime,
    readSeq,
    unread,
    kind: row.kind,
    peer: row.peer_id === null ? null : { userId: row.peer_id, nickname: row.peer_nickname, avatar: row.peer_avatar },
    group: groupOf(row),
    takesPart: row.takes_part,
    createdAt: Number(row.created_at),
    closedAt: row.closed_at === null ? null : Number(row.closed_at),
    sortedAt: Number(row.sorted_at),
    last: lastOf(row),
    pinned: row.pinned,
    receiveOption: row.receive_option,
    ext: row.ext,
    settings: row.settings ?? {},
  };
}
