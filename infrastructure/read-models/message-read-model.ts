import type {
  AnyMessagesFilter,
  HistoryPage,
  HistoryRequest,
  MessageQueries,
  MessageView,
  PageOfNumber,
  Reader,
  SearchFilter,
  SearchRequest,
  VisibleRange,
} from '../../application/queries/messages.js';
import { BadPageLimit, MAX_PAGE, type CountedPage, type Page } from '../../application/queries/page.js';
import { rangeOf } from './conversation-sight.js';
import { fitting, pageStart, type PagedList } from './cursor.js';
import { messagesFor, shapeMessage, type MessageRow } from './message-rows.js';
import { search } from './message-search.js';
import { inOrder, type Prepared } from './prepared.js';
import { sought } from './sought.js';

interface Range extends VisibleRange {
  /** What was sent before isn't shown; null = retention hides nothing. */
  readonly cutoff: number | null;
}

export class MessageReadModel implements MessageQueries {
  constructor(private readonly prepared: Prepared) {}

  async history(reader: Reader, conversation: string, request: HistoryRequest): Promise<HistoryPage | undefined> {
    const { order, limit, fromSeq = 1, toSeq = Number.MAX_SAFE_INTEGER } = request;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw new BadPageLimit(limit);
    const range = await this.range(reader, conversation);
    if (range === undefined) return undefined;
    const { firstSeq, lastSeq, cutoff } = range;
    const visible = { firstSeq, lastSeq };
    const [from, to] = [Math.max(fromSeq, firstSeq), Math.min(toSeq, lastSeq)];
    if (from > to) return { messages: [], more: false, visible };
    const values = [reader.tenant, reader.userId, conversation, from, to, cutoff, limit + 1];
    const rows = await this.prepared.rows<MessageRow>(`history-${order}`, HISTORY[order], values);
    const messages = fitting(
      rows.slice(0, limit).map((row) => shapeMessage(row)),
      (message) => message,
    );
    return { messages, more: rows.length > messages.length, visible };
  }

  async messagesBySeqs(reader: Reader, conversation: string, seqs: readonly number[]): Promise<readonly MessageView[]> {
    if (seqs.length === 0) return [];
    const range = await this.range(reader, conversation);
    if (range === undefined) return [];
    const asked = [...new Set(seqs)].filter((seq) => seq >= range.firstSeq && seq <= range.lastSeq);
    const values = [reader.tenant, reader.userId, conversation, asked, range.cutoff];
    return (await this.prepared.rows<MessageRow>('messages-by-seqs', BY_SEQS, values)).map((row) => shapeMessage(row));
  }

  async messagesByIds(reader: Reader, messageIds: readonly string[]): Promise<readonly MessageView[]> {
    if (messageIds.length === 0) return [];
    const { tenant, userId, at } = reader;
    const rows = await (userId === null
      ? this.prepared.rows<MessageRow>('any-messages-by-ids', ANY_BY_IDS, [tenant, null, messageIds])
      : this.prepared.rows<MessageRow>('messages-by-ids', BY_IDS, [tenant, userId, messageIds, at]));
    return inOrder(messageIds, rows, (row) => row.message_id).map((row) => shapeMessage(row));
  }

  search(
    reader: Reader & { readonly userId: string },
    filter: SearchFilter,
    page: SearchRequest,
  ): Promise<Page<MessageView>> {
    return search(this.prepared, reader, filter, page);
  }

  async searchAll(tenant: string, filter: AnyMessagesFilter, page: PageOfNumber): Promise<CountedPage<MessageView>> {
    const { offset } = pageStart(ALL, page);
    const { keyword, senderId, conversation, receiverId, kind, types, since = 0, before = LAST_TIME } = filter;
    const values = [tenant, null, senderId ?? null, conversation ?? null, since, before];
    const further = [
      types ?? null,
      receiverId ?? null,
      keyword ? sought(keyword) : null,
      page.limit,
      offset,
      kind?.[0] ?? null,
    ];
    // One statement for each way in, so that each is planned for its own index.
    const way = `${senderId === undefined ? '' : '-of-sender'}${conversation === undefined ? '' : '-in-conversation'}`;
    const text = allOf(senderId !== undefined, conversation !== undefined);
    const name = `${ALL.name}${way}`;
    const rows = await this.prepared.rows<MessageRow & { total: number }>(name, text, [...values, ...further]);
    const items = rows.filter((row) => row.message_id !== null).map((row) => shapeMessage(row));
    return { items, next: null, total: rows[0]?.total ?? 0 };
  }

  private async range({ tenant, userId, at }: Reader, conversation: string): Promise<Range | undefined> {
    const [row] = await (userId === null
      ? this.prepared.rows<RangeRow>('whole-range', WHOLE_RANGE, [tenant, conversation])
      : this.prepared.rows<RangeRow>('range', RANGE, [tenant, userId, conversation, at]));
    return (
      row && {
        firstSeq: Number(row.first_seq),
        lastSeq: Number(row.last_seq),
        cutoff: row.cutoff === null ? null : Number(row.cutoff),
      }
    );
  }
}

interface RangeRow {
  first_seq: string;
  last_seq: string;
  cutoff: string | null;
}

const RANGE = rangeOf('$1', '$2', '$3', '$4');
const WHOLE_RANGE = `SELECT 1 AS first_seq, m.seq AS last_seq, NULL AS cutoff FROM read.messages_v2 m
  WHERE m.tenant = $1 AND m.conversation = $2 ORDER BY m.seq DESC LIMIT 1`;

const FROM_MESSAGES = messagesFor('$2');

const history = (direction: 'ASC' | 'DESC'): string => `${FROM_MESSAGES}
  WHERE m.tenant = $1 AND m.conversation = $3 AND m.seq BETWEEN $4::bigint AND $5::bigint
    AND ($6::bigint IS NULL OR m.sent_at >= $6)
  ORDER BY m.seq ${direction} LIMIT $7`;
const HISTORY = { ascending: history('ASC'), descending: history('DESC') } as const;

const BY_SEQS = `${FROM_MESSAGES}
  WHERE m.tenant = $1 AND m.conversation = $3 AND m.seq = ANY ($4::bigint[])
    AND ($5::bigint IS NULL OR m.sent_at >= $5)
  ORDER BY m.seq`;

const ANY_BY_IDS = `${FROM_MESSAGES} WHERE m.tenant = $1 AND m.message_id = ANY ($3::text[])`;
const BY_IDS = `${FROM_MESSAGES}
  CROSS JOIN LATERAL (${rangeOf('m.tenant', '$2', 'm.conversation', '$4')} OFFSET 0) seen
  WHERE m.tenant = $1 AND m.message_id = ANY ($3::text[]) AND m.seq BETWEEN seen.first_seq AND seen.last_seq
    AND (seen.cutoff IS NULL OR m.sent_at >= seen.cutoff)`;

const ALL: PagedList = { name: 'all-messages', shape: [], start: [] };
const LAST_TIME = Number.MAX_SAFE_INTEGER;
const LOOKED_AT = 50_000;

const allOf = (ofSender: boolean, inConversation: boolean): string => `WITH looked AS MATERIALIZED (
    SELECT m.conversation, m.seq, m.sent_at, m.sender_id, m.type, m.words, m.status FROM read.messages_v2 m
    WHERE m.tenant = $1 AND m.sent_at >= $5::bigint AND m.sent_at < $6::bigint
      AND ${ofSender ? 'm.sender_id = $3::text' : '$3::text IS NULL'}
      AND ${inConversation ? 'm.conversation = $4::text' : '$4::text IS NULL'}
    ORDER BY m.sent_at DESC, m.conversation DESC, m.seq DESC LIMIT ${String(LOOKED_AT)}),
  found AS MATERIALIZED (
    SELECT m.conversation, m.seq, m.sent_at FROM looked m
    WHERE m.status <> 'deleted' AND ($12::text IS NULL OR left(m.conversation, 1) = $12) AND ($7::text[] IS NULL OR m.type = ANY ($7))
      AND ($9::text IS NULL OR strpos(m.words, $9) > 0)
      AND ($8::text IS NULL OR (m.sender_id <> $8 AND EXISTS (SELECT FROM read.conversations_v1 p
        WHERE p.tenant = $1 AND p.user_id = $8 AND p.conversation = m.conversation AND p.kind = 'single')))),
  page AS (SELECT * FROM found ORDER BY sent_at DESC, conversation DESC, seq DESC LIMIT $10 OFFSET $11)
  SELECT total.n AS total, shown.* FROM (SELECT count(*)::integer AS n FROM found) total
  LEFT JOIN (page CROSS JOIN LATERAL (${FROM_MESSAGES}
    WHERE m.tenant = $1 AND m.conversation = page.conversation AND m.seq = page.seq OFFSET 0) shown) ON true
  ORDER BY page.sent_at DESC, page.conversation DESC, page.seq DESC`;
