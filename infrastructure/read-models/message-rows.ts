import type { MessageView } from '../../application/queries/messages.js';
import { NICKNAME } from '../../application/queries/nicknames-in-lines.js';
import type { Notice } from '../../domain/conversation/events.js';

/** A message as a statement gives it, with its sender's profile. */
export interface MessageRow {
  conversation: string;
  seq: string;
  message_id: string;
  client_msg_id: string | null;
  sender_id: string;
  sender_nickname: string | null;
  sender_avatar: string | null;
  sent_from: MessageView['from'];
  platform: number | null;
  format: NonNullable<MessageView['content']>['format'] | null;
  type: string | null;
  body: string | null;
  notice: string | null;
  custom: string | null;
  mentions: string[] | null;
  mentions_all: boolean;
  priority: MessageView['priority'];
  random: string | null;
  sent_at: string;
  origin: MessageView['origin'];
  counts_unread: boolean;
  updates_last: boolean;
  status: 'sent' | 'revoked' | 'deleted';
  ended_by: string | null;
  ended_as: NonNullable<MessageView['ended']>['as'];
  ended_at: string | null;
  /** Whoever asks has deleted it for himself. */
  hidden: boolean;
}

/** Columns of its own. */
export const MESSAGE_NAMES = [
  'conversation',
  'seq',
  'message_id',
  'client_msg_id',
  'sender_id',
  'sent_from',
  'platform',
  'format',
  'type',
  'body',
  'notice',
  'custom',
  'mentions',
  'mentions_all',
  'priority',
  'random',
  'sent_at',
  'origin',
  'counts_unread',
  'updates_last',
  'status',
  'ended_by',
  'ended_as',
  'ended_at',
] as const;

/** What `m` says; in a line of the server's the people's nicknames in the places of their ids, as JSON text has them. */
const BODY = `CASE WHEN m.sent_from <> 'system' OR strpos(m.body, '${NICKNAME.open}') = 0 THEN m.body ELSE (
    SELECT string_agg(CASE WHEN part.n % 2 = 1 THEN part.text
      ELSE coalesce(substr(to_json(u.nickname)::text, 2, length(to_json(u.nickname)::text) - 2), '') END, '' ORDER BY part.n)
    FROM regexp_split_to_table(m.body, '[${NICKNAME.open}${NICKNAME.close}]') WITH ORDINALITY part (text, n)
    LEFT JOIN read.users_v2 u ON part.n % 2 = 0 AND u.tenant = m.tenant AND u.user_id = part.text) END`;

/** A column of a message `m`, under its name. */
export const messageColumn = (name: (typeof MESSAGE_NAMES)[number]): string =>
  name === 'body' ? `${BODY} AS body` : `m.${name}`;

/** Of a message `m`. */
export const MESSAGE_COLUMNS = MESSAGE_NAMES.map(messageColumn).join(', ');
/**
 * The profile of a message's sender, as `sender_nickname` and `sender_avatar`. OFFSET 0 keeps it a look-up by key for each
 * message: a plain join that is planned before there are statistics may go through all users for each.
 */
export const senderUnless = (known: string): string => `LEFT JOIN LATERAL (
    SELECT u.nickname AS sender_nickname, u.avatar AS sender_avatar
    FROM read.users_v2 u WHERE NOT ${known} AND u.tenant = m.tenant AND u.user_id = m.sender_id OFFSET 0) sender ON true`;
export const SENDER = senderUnless('false');
export const SENDER_COLUMNS = 'sender.sender_nickname, sender.sender_avatar';

/** Whether the user (a parameter; null = nobody) has deleted `m` for himself. */
export const hiddenFrom = (user: string): string => `EXISTS (SELECT FROM read.hidden_messages_v1 h
    WHERE h.tenant = m.tenant AND h.user_id = ${user} AND h.conversation = m.conversation AND h.seq = m.seq)`;

/** Messages `m`, with their senders' profiles; `user`: a parameter, null = nobody has hidden them. */
export const messagesFor = (user: string): string => `SELECT ${MESSAGE_COLUMNS}, ${SENDER_COLUMNS},
    ${hiddenFrom(user)} AS hidden
  FROM read.messages_v2 m
  ${SENDER}`;

const number = (text: string | null): number | null => (text === null ? null : Number(text));

/** `senderNickname`, `senderAvatar`: where they are known from elsewhere. */
export function shapeMessage(
  row: MessageRow,
  senderNickname = row.sender_nickname,
  senderAvatar = row.sender_avatar,
): MessageView {
  const said = !row.hidden;
  const content =
    said && row.format !== null && row.type !== null && row.body !== null
      ? { format: row.format, type: row.type, body: row.body }
      : null;
  return {
    conversation: row.conversation,
    seq: Number(row.seq),
    messageId: row.message_id,
    clientMsgId: row.client_msg_id,
    senderId: row.sender_id,
    senderNickname,
    senderAvatar,
    from: row.sent_from,
    platform: row.platform,
    content,
    notice: said && row.notice !== null ? (JSON.parse(row.notice) as Notice) : null,
    custom: said ? row.custom : null,
    mentions: (said && row.mentions) || [],
    mentionsAll: said && row.mentions_all,
    priority: row.priority,
    random: number(row.random),
    sentAt: Number(row.sent_at),
    origin: row.origin,
    countsUnread: row.counts_unread,
    updatesLast: row.updates_last,
    status: row.hidden && row.status !== 'deleted' ? 'hidden' : row.status,
    ended:
      row.ended_by === null || row.ended_at === null
        ? null
        : { by: row.ended_by, as: row.ended_as, at: Number(row.ended_at) },
  };
}
