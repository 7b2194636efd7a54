import type { MessageView } from '../../../application/queries/messages.js';
import { shownIn } from '../../../domain/conversation/content/crossing.js';
import { fieldsOf, jsonOf, textAt } from '../../../domain/conversation/content/fields.js';
import { noticeLine, noticeTips } from './notices.js';
import { nameOf, type Surroundings } from './surroundings.js';

/** A message's kind by number, and its JSON text. */
export interface ShownContent {
  readonly contentType: number;
  readonly content: string;
}

/** Read back, a revoked message is this. */
const REVOKED = 2101;
const TEXT = 101;
const CUSTOM = 110;

export function contentOf(message: MessageView, around: Surroundings): ShownContent {
  if (message.status === 'revoked') return revokedContent(message, around);
  if (message.notice !== null) {
    const { contentType, tips } = noticeTips(message.notice, message.sentAt, around);
    const detail = JSON.stringify(tips);
    return { contentType, content: JSON.stringify({ detail, text: noticeLine(message.notice, around) }) };
  }
  // Whoever wrote it was erased.
  if (message.content === null) return { contentType: TEXT, content: textBody('') };
  const { type, body } = shownIn('openim', message.content);
  const contentType = /^\d{1,9}$/.test(type) ? Number(type) : CUSTOM;
  return { contentType, content: contentType === TEXT ? textBody(wordsOf(body), body) : body };
}

const wordsOf = (body: string): string => textAt(fieldsOf(jsonOf(body)), 'content', 'text') ?? '';

/** A text stands under both names, for one kind of client reads `text` and the others `content`. */
const textBody = (words: string, body = '{}'): string =>
  JSON.stringify({ ...fieldsOf(jsonOf(body)), content: words, text: words });

/** By whom it was revoked, as the role that he had then: 100 owner, 60 admin, 20 himself. */
const revokerRoles = { owner: 100, admin: 60, appAdmin: 60, sender: 20 } as const;

function revokedContent({ ended, ...message }: MessageView, around: Surroundings): ShownContent {
  const by = ended?.by ?? '';
  const detail = {
    revokerID: by,
    revokerRole: revokerRoles[ended?.as ?? 'sender'],
    clientMsgID: message.clientMsgId ?? message.messageId,
    revokerNickname: nameOf(around, by),
    revokeTime: ended?.at ?? 0,
    sourceMessageSendTime: message.sentAt,
    sourceMessageSendID: message.senderId,
    sourceMessageSenderNickname: message.senderNickname ?? '',
    sessionType: around.sessionType,
    seq: message.seq,
    ex: '',
  };
  const text = `${nameOf(around, by) || by} recalled a message`;
  return { contentType: REVOKED, content: JSON.stringify({ detail: JSON.stringify(detail), text }) };
}
