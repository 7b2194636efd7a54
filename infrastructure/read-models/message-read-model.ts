import type {
  HistoryPage,
  HistoryRequest,
  MessageQueries,
  MessageView,
  Reader,
  VisibleRange,
} from '../../application/queries/messages.js';
import { BadPageLimit, MAX_PAGE } from '../../application/queries/page.js';
import { rangeOf } from './conversation-sight.js';
import { fitting } from './cursor.js';
import { hiddenFrom, MESSAGE_COLUMNS, SENDER, SENDER_COLUMNS, shapeMessage, type MessageRow } from './message-rows.js';
import { inOrder, type Prepared } from './prepared.js';

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
    const messages = fitting(rows.slice(0, limit).map(shapeMessage), (message) => message);
    return { messages, more: rows.length > messages.length, visible };
  }

  async messagesBySeqs(reader: Reader, conversation: string, seqs: readonly number[]): Promise<readonly MessageView[]> {
    if (seqs.length === 0) return [];
    const range = await this.range(reader, conversation);
    if (range === undefined) return [];
    const asked = [...new Set(seqs)].filter((seq) => seq >= range.firstSeq && seq <= range.lastSeq);
    const values = [reader.tenant, reader.userId, conversation, asked, range.cutoff];
    return (await this.prepared.rows<MessageRow>('messages-by-seqs', BY_SEQS, values)).map(shapeMessage);
  }

  async messagesByIds(reader: Reader, messageIds: readonly string[]): Promise<readonly MessageView[]> {
    if (messageIds.length === 0) return [];
    const { tenant, userId, at } = reader;
    const rows = await (userId === null
      ? this.prepared.rows<MessageRow>('any-messages-by-ids', ANY_BY_IDS, [tenant, null, messageIds])
      : this.prepared.rows<MessageRow>('messages-by-ids', BY_IDS, [tenant, userId, messageIds, at]));
    return inOrder(messageIds, rows, (row) => row.message_id).map(shapeMessage);
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
const WHOLE_RANGE = `SELECT 1 AS first_seq, m.seq AS last_seq, NULL AS cutoff FROM read.messages_v1 m
  WHERE m.tenant = $1 AND m.conversation = $2 ORDER BY m.seq DESC LIMIT 1`;

const FROM_MESSAGES = `SELECT ${MESSAGE_COLUMNS}, ${SENDER_COLUMNS}, ${hiddenFrom('$2')} AS hidden
  FROM read.messages_v1 m
  ${SENDER}`;

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
