import Type from 'typebox';
import type { ConversationEvent } from '../../../domain/conversation/events.js';
import type { EventSchema } from '../schema.js';
import { type Agrees, Closed, Count, OneOf, OrNull, Positive, Time } from './types.js';

const Id = Type.String({ minLength: 1 });
const Revision = Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER });

const payloads = {
  ConversationOpened: Closed({
    about: Type.Union([
      Closed({ kind: Type.Literal('single'), a: Id, b: Id }),
      Closed({ kind: Type.Literal('group'), groupId: Id, incarnation: Positive }),
      Closed({ kind: Type.Literal('notification'), userId: Id }),
    ]),
  }),
  MessageSent: Closed({
    seq: Positive,
    messageId: Id,
    clientMsgId: Type.Optional(Id),
    senderId: Id,
    from: OneOf('user', 'system'),
    senderPlatform: Type.Optional(Count),
    content: Type.Optional(
      Closed({
        format: OneOf('parley', 'openim', 'tencent', 'sealtalk', 'dtalk'),
        type: Type.String(),
        body: Type.String(),
      }),
    ),
    notice: Type.Optional(
      Closed({
        kind: Id,
        eventId: Id,
        by: Id,
        userIds: Type.Array(Id),
        until: Type.Optional(OrNull(Time)),
      }),
    ),
    custom: Type.Optional(Type.String()),
    mentions: Type.Array(Id),
    mentionsAll: Type.Boolean(),
    priority: Type.Optional(OneOf('high', 'normal', 'low', 'lowest')),
    random: Type.Optional(Count),
    sentAt: Time,
    origin: OneOf('sent', 'imported'),
    countsUnread: Type.Boolean(),
    updatesLast: Type.Boolean(),
    countable: Count,
    judgedBy: Closed({ groupRevision: Type.Optional(Revision), friendshipRevision: Type.Optional(Revision) }),
  }),
  MessageRevoked: Closed({
    seq: Positive,
    senderId: Id,
    by: Id,
    as: OneOf('sender', 'owner', 'admin', 'appAdmin'),
  }),
  MessagesDeleted: Closed({
    seqs: Type.Array(Positive),
    by: Id,
    as: OneOf('party', 'sender', 'owner', 'admin', 'appAdmin'),
  }),
  ConversationCleared: Closed({ upToSeq: Count, by: Id, as: OneOf('party', 'owner', 'admin', 'appAdmin') }),
  ConversationClosed: Closed({ why: Type.Literal('groupDismissed') }),
};

/** Doesn't compile when a schema and the domain's type part ways. */
export const conversationSchemasAgree: Agrees<ConversationEvent, typeof payloads> = true;

export const conversationEvents: readonly EventSchema[] = [
  { type: 'ConversationOpened', version: 1, payload: payloads.ConversationOpened },
  {
    type: 'MessageSent',
    version: 1,
    payload: payloads.MessageSent,
    personal: ['content', 'custom'].map((path) => ({ path, subject: 'senderId' })),
  },
  { type: 'MessageRevoked', version: 1, payload: payloads.MessageRevoked },
  { type: 'MessagesDeleted', version: 1, payload: payloads.MessagesDeleted },
  { type: 'ConversationCleared', version: 1, payload: payloads.ConversationCleared },
  { type: 'ConversationClosed', version: 1, payload: payloads.ConversationClosed },
];
