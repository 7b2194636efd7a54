import Type from 'typebox';
import type { ContentFormat } from '../../../domain/conversation/events.js';
import { PRIORITIES } from '../../../domain/conversation/bounds.js';
import type { Kind } from '../../../domain/conversation/content/neutral.js';
import { Count, Flag, GroupId, Moment, Named, OneOf, OrNull, Text, UserId } from './types.js';

/** What queries about conversations and their messages answer. */

export const MESSAGE_KINDS = [
  'text',
  'image',
  'voice',
  'video',
  'file',
  'location',
  'mention',
  'quote',
  'custom',
] as const satisfies readonly Kind[];

export const MESSAGE_FORMATS = [
  'parley',
  'openim',
  'tencent',
  'sealtalk',
  'dtalk',
] as const satisfies readonly ContentFormat[];

true satisfies Kind extends (typeof MESSAGE_KINDS)[number] ? true : never;
true satisfies ContentFormat extends (typeof MESSAGE_FORMATS)[number] ? true : never;

export const RECEIVE_OPTIONS = ['all', 'silent', 'none'] as const;

const conversationId = Text('user:bob', {
  description: '`user:{userId}`, `group:{groupId}` or `notifications`, as the reader names it.',
});
const amount = (description: string) => Type.Optional(Type.Number({ minimum: 0, examples: [640], description }));
const seq = (description: string) => Count(7, { description });

const Quoted = Named(
  'QuotedMessageShown',
  {
    messageId: Type.Optional(Text('0198c0de-0000-7000-8000-000000000007')),
    seq: Type.Optional(Type.Number({ minimum: 0, examples: [6] })),
    senderId: Type.Optional(UserId('bob')),
    text: Type.Optional(Text('When?')),
  },
  { description: 'The message that is answered, as far as its sender said.' },
);

export const MessageContent = Named(
  'MessageContent',
  {
    kind: OneOf(MESSAGE_KINDS, { description: 'Says which of the other members may be there.' }),
    text: Type.Optional(Text('See you at eight')),
    url: Type.Optional(Text('https://example.org/cat.png')),
    thumbnailUrl: Type.Optional(Text('https://example.org/cat-small.png')),
    name: Type.Optional(Text('minutes.pdf')),
    width: amount('Pixels.'),
    height: amount('Pixels.'),
    size: amount('Bytes.'),
    seconds: amount('How long it lasts.'),
    latitude: Type.Optional(Type.Number({ examples: [48.2] })),
    longitude: Type.Optional(Type.Number({ examples: [16.37] })),
    description: Type.Optional(Text('At the fountain')),
    userIds: Type.Optional(Type.Array(UserId('bob'), { description: 'Who is meant.' })),
    all: Type.Optional(Flag(false, { description: 'Everybody is meant.' })),
    quoted: Type.Optional(Quoted),
    data: Type.Optional(Text('{}', { description: 'The app’s own.' })),
    extension: Type.Optional(
      Text('', {
        description:
          '`parley.content.v1`: another family’s own kind, which has no counterpart here; `data` is its `{format, type, body}`.',
      }),
    ),
  },
  {
    description: 'What a message says, whichever family of APIs wrote it.',
    examples: [{ kind: 'text', text: 'See you at eight' }],
  },
);

const Original = Named(
  'OriginalContentShown',
  {
    format: OneOf(MESSAGE_FORMATS),
    type: Text('101', { description: 'The family’s own kind.' }),
    body: Text('{"content":"Hello"}', { description: 'JSON text, byte for byte as it was sent.' }),
  },
  { description: 'What was sent in another family’s form.' },
);

export const MessageNotice = Named(
  'MessageNotice',
  {
    kind: Text('MemberJoined', { description: 'The type of the event that it tells of.' }),
    by: UserId('ada', { description: 'Who did it.' }),
    userIds: Type.Array(UserId('bob'), { description: 'To whom.' }),
    until: OrNull(Moment(), { description: 'Until when, where it is for a time; else null.', examples: [null] }),
  },
  { description: 'A line of the server’s: what happened, in ids. `preview` says it in words.' },
);

export const Message = Named('Message', {
  conversationId,
  seq: seq('Its number in the conversation: from 1, without gaps.'),
  messageId: Text('0198c0de-0000-7000-8000-000000000006'),
  clientMsgId: OrNull(Text('7f0c9a52'), { description: 'The sender’s own id for it; null: none.' }),
  senderId: UserId('ada'),
  senderNickname: OrNull(Text('Ada'), { description: 'As it is now; null: none, or erased.' }),
  senderAvatar: OrNull(Text(''), { examples: [null] }),
  from: OneOf(['user', 'system'], { description: '`system`: by the server, or in the name of the service.' }),
  status: OneOf(['sent', 'revoked', 'deleted', 'hidden'], {
    description:
      '`revoked` and `deleted`: for everybody; `hidden`: the reader deleted it for himself. Of all three nothing that they said is shown.',
  }),
  content: OrNull(MessageContent, {
    description: 'null beside a notice, where `status` says so, and once its sender was erased.',
  }),
  original: OrNull(Original, {
    description: 'The same as it was sent, where that was in another family’s form.',
    examples: [null],
  }),
  notice: OrNull(MessageNotice, { examples: [null] }),
  preview: OrNull(Text('See you at eight'), { description: 'One line that says what it is about.' }),
  custom: OrNull(Text('{}'), { description: 'What its sender’s app keeps beside it: JSON text.', examples: [null] }),
  mentions: Type.Array(UserId('bob'), { description: 'Who is meant.' }),
  mentionsAll: Flag(false),
  priority: OrNull(OneOf(PRIORITIES), { description: 'null: none was given.', examples: [null] }),
  senderPlatform: OrNull(Count(5), { description: 'Of the device; null: it wasn’t said.', examples: [null] }),
  sentAt: Moment(),
  origin: OneOf(['sent', 'imported']),
  countsUnread: Flag(true),
  updatesLast: Flag(true),
  ended: OrNull(
    Type.Object({
      by: UserId('ada'),
      as: OrNull(OneOf(['sender', 'owner', 'admin', 'appAdmin']), {
        description: 'In virtue of what it was revoked; null where it was deleted.',
      }),
      at: Moment(),
    }),
    { description: 'How it was revoked or deleted; null: it wasn’t.', examples: [null] },
  ),
});

export const MessagePage = Named('MessagePage', {
  items: Type.Array(Message, {
    description: 'Deleted and hidden ones stand in their places, so no number is missing.',
  }),
  more: Flag(false, { description: 'Whether there are more in this direction: ask from the last item on.' }),
  firstSeq: seq('The first message that the reader may see; above `lastSeq` where there is none.'),
  lastSeq: seq('The last one.'),
});

export const FoundMessages = Named('FoundMessages', {
  items: Type.Array(Message, { description: 'The newest first, over all conversations.' }),
  next: OrNull(Text('aGVsbG8'), {
    description:
      'The `cursor` to go on with; null: all was searched. A search looks at so many messages at a time, so that a page may hold few, or none, and yet have a `next`.',
    examples: [null],
  }),
});

export const Conversation = Named(
  'Conversation',
  {
    conversationId,
    user: OrNull(
      Type.Object({
        userId: UserId('bob'),
        nickname: OrNull(Text('Bob')),
        avatar: OrNull(Text(''), { examples: [null] }),
      }),
      { description: 'The other one of a chat between two.' },
    ),
    group: OrNull(
      Type.Object({
        groupId: GroupId(),
        name: OrNull(Text('Book club')),
        avatar: OrNull(Text(''), { examples: [null] }),
        memberCount: OrNull(Count(2)),
      }),
      { description: 'Only the id is told where it belongs to another group now.', examples: [null] },
    ),
    takesPart: Flag(true, { description: 'False once he left, was removed, or the group went with its members.' }),
    createdAt: Moment(),
    closedAt: OrNull(Moment(), { description: 'Since then nothing is written; null: it is open.', examples: [null] }),
    firstSeq: seq('The first message that he may see; above `lastSeq` where there is none.'),
    lastSeq: seq('The last one; where he left, the newest one then.'),
    readSeq: seq('How far he has read. What he wrote, he has read.'),
    unread: Count(0, { description: 'Messages of others that count and that he hasn’t read.' }),
    sortedAt: Moment({ description: 'What the list sorts by: when the last message was sent, else when it was made.' }),
    last: OrNull(Message, { description: 'The latest message that he sees; null: none.' }),
    pinned: Flag(true),
    receiveOption: OneOf(RECEIVE_OPTIONS),
    ext: OrNull(Text(''), { description: "The app's own data; null: none.", examples: [null] }),
    settings: Type.Object({
      privateChat: Flag(false),
      burnSeconds: Count(0),
      destructs: Flag(false),
      destructAfterSeconds: Count(0),
    }),
  },
  { description: 'One user’s side of a conversation.' },
);

export const ConversationPage = Named('ConversationPage', {
  items: Type.Array(Conversation),
  total: Count(1, { description: 'How many the whole list has, whatever the page.' }),
  unread: Count(0, { description: 'Unread messages in all of them, whatever the page.' }),
  next: OrNull(Text('aGVsbG8'), {
    description: 'The `cursor` of the next page; null on the last. Opaque, and good for this list only.',
    examples: [null],
  }),
});

export const UnreadMentions = Named('UnreadMentions', {
  items: Type.Array(
    Named('UnreadMention', {
      conversationId,
      me: Flag(true, { description: 'Some unread message mentions the caller.' }),
      everybody: Flag(false, { description: 'Some unread message mentions everybody.' }),
    }),
    { description: 'Of the newest 1000 unread messages of each conversation that mention anybody.' },
  ),
});

export const ReadPosition = Named('ReadPosition', {
  conversationId,
  readSeq: seq('How far he has read now: never lower than before.'),
  lastSeq: seq('The newest message that he may see.'),
});

const counts = {
  seq: seq('The message.'),
  read: Count(1, { description: 'How many have read it: of those who were there and are, without its sender.' }),
  unread: Count(0, { description: 'How many have not.' }),
};

export const ReceiptCounts = Named('ReceiptCounts', {
  items: Type.Array(Type.Object(counts), { description: 'Of those messages that the reader may see, in their order.' }),
});

export const ReceiptPage = Named('ReceiptPage', {
  ...counts,
  items: Type.Array(Type.Object({ userId: UserId('bob') }), { description: 'By user id.' }),
  next: OrNull(Text('aGVsbG8'), { description: 'The `cursor` of the next page; null on the last.', examples: [null] }),
});
