import type { FormerParticipants } from '../../application/ports/former-participants.js';
import type { LookedMessage, LookedUp, MessageLookup } from '../../application/ports/message-lookup.js';
import type { Content } from '../../domain/conversation/events.js';
import { Coalescer } from '../serialization/keys/coalescer.js';
import type { Prepared } from './prepared.js';

const COLUMNS = `m.seq, m.message_id, m.sender_id, m.sent_from, m.notice IS NOT NULL AS is_notice, m.sent_at, m.countable,
  m.status, m.format, m.type, m.body`;

/** A conversation's newest message tells how far it has come. In one statement, so both are of one moment. */
const reachedIn = (asked: string): string => `LEFT JOIN LATERAL (
    SELECT n.seq FROM read.messages_v2 n
    WHERE n.tenant = ${asked}.tenant AND n.conversation = ${asked}.conversation ORDER BY n.seq DESC LIMIT 1) AS r ON true`;

const BY_CLIENT_ID = `
  SELECT r.seq AS reached, ${COLUMNS}
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
    AS a (tenant, conversation, sender_id, client_msg_id, place)
  ${reachedIn('a')}
  LEFT JOIN LATERAL (
    SELECT * FROM read.messages_v2 o
    WHERE o.tenant = a.tenant AND o.client_msg_id IS NOT NULL AND o.client_key = a.conversation || E'\\n' || a.sender_id || E'\\n' || a.client_msg_id
    ORDER BY o.seq LIMIT 1) AS m ON true
  ORDER BY a.place`;

const BY_ID = `
  SELECT r.seq AS reached, ${COLUMNS}
  FROM (SELECT $1::text AS tenant, $2::text AS conversation, $3::text AS message_id) AS a
  ${reachedIn('a')}
  LEFT JOIN read.messages_v2 m
    ON m.tenant = a.tenant AND m.message_id = a.message_id AND m.conversation = a.conversation`;

const BY_SEQS = `
  SELECT ${COLUMNS} FROM read.messages_v2 m WHERE m.tenant = $1 AND m.conversation = $2 AND m.seq = ANY ($3::bigint[])`;

const LAST_VISIBLE = `
  SELECT coalesce(p.visible_to, p.last_seq) AS last_seq FROM read.conversations_v1 p
  WHERE p.tenant = $1 AND p.conversation = $2 AND p.user_id = $3`;

interface MessageRow {
  seq: string;
  message_id: string;
  sender_id: string;
  sent_from: 'user' | 'system';
  is_notice: boolean;
  sent_at: string;
  countable: string;
  status: 'sent' | 'revoked' | 'deleted';
  format: Content['format'] | null;
  type: string | null;
  body: string | null;
}

type LookedRow = { reached: string | null } & (MessageRow | (Pick<MessageRow, never> & { seq: null }));

interface Asked {
  readonly tenant: string;
  readonly conversation: string;
  readonly senderId: string;
  readonly clientMsgId: string;
}

/** Questions of one statement. */
const AT_ONCE = 200;

/** Of the read tables `messages` and `conversations`; what is asked at the same time is asked together. */
export class MessageLookupInReadModel implements MessageLookup, FormerParticipants {
  readonly #byClientId: Coalescer<Asked, LookedUp>;

  constructor(private readonly prepared: Prepared) {
    this.#byClientId = new Coalescer((asked) => this.#askByClientId(asked), AT_ONCE);
  }

  byClientMsgId(tenant: string, conversation: string, senderId: string, clientMsgId: string): Promise<LookedUp> {
    const key = JSON.stringify([tenant, conversation, senderId, clientMsgId]);
    return this.#byClientId.ask(key, { tenant, conversation, senderId, clientMsgId });
  }

  async byMessageId(tenant: string, conversation: string, messageId: string): Promise<LookedUp> {
    const values = [tenant, conversation, messageId];
    const [row] = await this.prepared.rows<LookedRow>('looked-by-id', BY_ID, values);
    return lookedUp(row);
  }

  async bySeqs(tenant: string, conversation: string, seqs: readonly number[]): Promise<readonly LookedMessage[]> {
    const asked = [...new Set(seqs)].filter((seq) => Number.isSafeInteger(seq));
    if (asked.length === 0) return [];
    const rows = await this.prepared.rows<MessageRow>('looked-by-seqs', BY_SEQS, [tenant, conversation, asked]);
    return rows.map(messageOf);
  }

  async lastVisibleSeq(tenant: string, conversation: string, userId: string): Promise<number | undefined> {
    const values = [tenant, conversation, userId];
    const [row] = await this.prepared.rows<{ last_seq: string }>('last-visible', LAST_VISIBLE, values);
    return row && Number(row.last_seq);
  }

  async #askByClientId(asked: readonly Asked[]): Promise<LookedUp[]> {
    const rows = await this.prepared.rows<LookedRow>('looked-by-client-id', BY_CLIENT_ID, [
      asked.map(({ tenant }) => tenant),
      asked.map(({ conversation }) => conversation),
      asked.map(({ senderId }) => senderId),
      asked.map(({ clientMsgId }) => clientMsgId),
    ]);
    return rows.map(lookedUp);
  }
}

function lookedUp(row: LookedRow | undefined): LookedUp {
  return {
    upToSeq: Number(row?.reached ?? 0),
    message: row === undefined || row.seq === null ? null : messageOf(row as MessageRow),
  };
}

function messageOf(row: MessageRow): LookedMessage {
  const { format, type, body } = row;
  return {
    seq: Number(row.seq),
    messageId: row.message_id,
    senderId: row.sender_id,
    author: row.is_notice ? 'notice' : row.sent_from,
    sentAt: Number(row.sent_at),
    countable: Number(row.countable),
    fate: row.status === 'sent' ? 'shown' : row.status,
    content: format === null || type === null || body === null ? null : { format, type, body },
  };
}
