import { previewOf, textOf } from '../../domain/conversation/content/preview.js';
import type {
  Content,
  ConversationAbout,
  ConversationEvent,
  DeletedAs,
  MessageSent,
  Notice,
} from '../../domain/conversation/events.js';
import { iso, listed, said, type Sentences, until } from './words.js';

export const conversationSentences: Sentences<ConversationEvent> = {
  ConversationOpened: ({ about }) => `${conversationName(about)} was opened`,

  MessageSent: (data, who, { content }) => wrote(data, who) + (content === true ? said(words(data.content)) : ''),

  MessageRevoked: ({ seq, senderId, by, as }) =>
    `${by} revoked message ${seq.toString()}${senderId === by ? '' : ` of ${senderId}`}${inVirtueOf[as]}`,

  MessagesDeleted: ({ seqs, by, as }) => `${by} deleted ${listed('message', seqs)} for everybody${inVirtueOf[as]}`,

  ConversationCleared: ({ upToSeq, by, as }) =>
    `${by} deleted everything up to message ${upToSeq.toString()} for everybody${inVirtueOf[as]}`,

  ConversationClosed: () => 'the conversation was closed, its group having been dismissed',
};

/** `the chat of ann and ben` */
export function conversationName(about: ConversationAbout): string {
  switch (about.kind) {
    case 'single':
      return `the chat of ${about.a} and ${about.b}`;
    case 'group':
      return `the chat of group ${about.groupId}${about.incarnation > 1 ? ` (incarnation ${about.incarnation.toString()})` : ''}`;
    case 'notification':
      return `the notifications of ${about.userId}`;
  }
}

function wrote({ seq, senderId, from, notice, origin, sentAt }: MessageSent['data'], who: string): string {
  const message = `message ${seq.toString()}`;
  if (notice !== undefined) return `${message} is a line of the server's: ${tells(notice)}`;
  if (origin === 'imported') return `${who} imported ${message} of ${senderId}, sent at ${iso(sentAt)}`;
  if (from === 'system') return `${who} wrote ${message} in the name of the service`;
  return who === senderId ? `${who} wrote ${message}` : `${who} wrote ${message} for ${senderId}`;
}

/** `MemberJoined, by ann: ben, cid` */
const tells = ({ kind, by, userIds, until: deadline }: Notice): string =>
  `${kind}, by ${by}${said(userIds.join(', '))}${deadline === undefined ? '' : `, ${until(deadline)}`}`;

/** All that can be read of it, else what it is about. */
const words = (content: Content | null | undefined): string =>
  content === null || content === undefined ? '' : textOf(content) || previewOf(content);

const inVirtueOf: Readonly<Record<DeletedAs, string>> = {
  party: '',
  sender: '',
  owner: ', as the owner',
  admin: ', as an admin',
  appAdmin: ', as an app admin',
};
