import type { ImportedMessage, ImportMessages, SendMessage, SendNotice } from '../../domain/conversation/commands.js';
import type {
  ConversationAbout,
  ConversationCleared,
  ConversationEvent,
  DeletedAs,
  MessageSent,
  RevokedAs,
} from '../../domain/conversation/events.js';
import { type GroupStanding, type PeerStanding, standingInGroup } from '../../domain/conversation/standing.js';
import { groupDecider } from '../../domain/group/decider.js';
import type { GroupEvent } from '../../domain/group/events.js';
import { fold } from './given-when-then.js';
import { founded, GROUP, NOW } from './group-stories.js';

/** Words for specifications of conversations: which one, what had been said, what somebody's standing is. */

export const PAIR: ConversationAbout = { kind: 'single', a: 'ann', b: 'bob' };
export const IN_GROUP = { kind: 'group', groupId: GROUP, incarnation: 1 } as const satisfies ConversationAbout;
export const NOTICES: ConversationAbout = { kind: 'notification', userId: 'ann' };

export const text = (said: string) =>
  ({ format: 'parley', type: 'text', body: JSON.stringify({ text: said }) }) as const;

export const opened = (about: ConversationAbout = PAIR): ConversationEvent => ({
  type: 'ConversationOpened',
  data: { about },
});

/** A message as it stands in the log: `ann`'s first, unless said otherwise. */
export const sent = (message: Partial<MessageSent['data']> = {}): MessageSent => {
  const { seq = 1 } = message;
  const defaults: MessageSent['data'] = {
    seq,
    messageId: `m${seq.toString()}`,
    senderId: 'ann',
    from: 'user',
    ...(message.notice === undefined && { content: text(`said ${seq.toString()}`) }),
    mentions: [],
    mentionsAll: false,
    sentAt: NOW,
    origin: 'sent',
    countsUnread: true,
    updatesLast: true,
    countable: seq,
    judgedBy: {},
  };
  return { type: 'MessageSent', data: { ...defaults, ...message } };
};

/** So many messages, from seq 1 on. */
export const chatter = (
  count: number,
  message: (seq: number) => Partial<MessageSent['data']> = () => ({}),
): MessageSent[] => Array.from({ length: count }, (_, index) => sent({ ...message(index + 1), seq: index + 1 }));

export const revoked = (seq: number, by = 'ann', as: RevokedAs = 'sender', senderId = 'ann') =>
  ({ type: 'MessageRevoked', data: { seq, senderId: as === 'sender' ? by : senderId, by, as } }) as const;
export const deleted = (seqs: number[], by = 'ann', as: DeletedAs = 'party') =>
  ({ type: 'MessagesDeleted', data: { seqs, by, as } }) as const;
export const cleared = (upToSeq: number, by = 'ann', as: ConversationCleared['data']['as'] = 'party') =>
  ({ type: 'ConversationCleared', data: { upToSeq, by, as } }) as const;
export const closed = { type: 'ConversationClosed', data: { why: 'groupDismissed' } } as const;

/** Friends, unless said otherwise. */
export const peers = (facts: Partial<PeerStanding> = {}): PeerStanding => ({
  kind: 'single',
  revision: 3,
  blockedByPeer: false,
  friendOfPeer: true,
  strangersMayWrite: true,
  peerReceives: 'all',
  ...facts,
});

/** What the group of this history says of him. */
export function standingOf(
  userId: string,
  history: readonly (GroupEvent | readonly GroupEvent[])[] = [founded()],
  incarnation = 1,
): GroupStanding {
  const events = history.flat() as readonly GroupEvent[];
  const state = fold(groupDecider, events);
  return standingInGroup({ state, revision: events.length - 1 }, { groupId: GROUP, incarnation }, userId);
}

export const say = (message: Partial<SendMessage> = {}): SendMessage => ({
  type: 'SendMessage',
  about: PAIR,
  messageId: 'new',
  senderId: 'ann',
  content: text('hello'),
  standing: peers(),
  ...message,
});

export const tell = (notice: Partial<SendNotice['notice']> = {}, about: ConversationAbout = IN_GROUP): SendNotice => ({
  type: 'SendNotice',
  about,
  messageId: 'new',
  notice: { kind: 'MemberJoined', eventId: 'e1', by: 'ann', userIds: ['bob'], ...notice },
});

export const bring = (
  messages: readonly Partial<ImportedMessage>[],
  more: Partial<ImportMessages> = {},
): ImportMessages => ({
  type: 'ImportMessages',
  about: PAIR,
  standing: null,
  messages: messages.map((message, index) => ({
    messageId: `i${(index + 1).toString()}`,
    senderId: 'ann',
    content: text('then'),
    sentAt: NOW - 1_000_000,
    ...message,
  })),
  ...more,
});
