import type { ConversationResult, Sending } from '../../application/commands/conversations.js';
import type { MessageView } from '../../application/queries/messages.js';
import { actingUser, type Actor } from '../../domain/shared/actor.js';
import { DomainError } from '../../domain/shared/errors.js';
import type { Caller } from './caller.js';
import { requestContext } from './commanding.js';
import { ConversationAccess, type Reading } from './conversation-access.js';
import { conversationNamed } from './conversation-ids.js';
import { messageBody, namesIn } from './conversation-views.js';
import { type ConversationServices, forEverybody, inConversations, told } from './conversations.js';
import { done, reading } from './declaring.js';
import { ReadQuery } from './dto/common.js';
import {
  ConversationPath,
  DeletionQuery,
  ImportMessages,
  MessagePath,
  MessagesQuery,
  ReceiptCountsQuery,
  ReceiptsQuery,
  SearchQuery,
  SendMessage,
  SendSystemMessage,
} from './dto/conversations.js';
import { textsOf } from './message-texts.js';
import { type Invocation, operation, type Operation, type Reply, type Success } from './operation.js';
import { Refused } from './problems.js';
import { isoTime, pageRequest } from './reading.js';
import { FoundMessages, Message, MessagePage, ReceiptCounts, ReceiptPage } from './schemas/conversations.js';
import { ConversationReceipt, MessageImportReceipt, MessageReceipt, RevocationReceipt } from './schemas/receipts.js';
import type { Shown } from './schemas/types.js';

/** What sending may be refused for (docs/rules.md A9). */
const sending = [
  ...inConversations,
  'GroupDismissed',
  'NotGroupMember',
  'GroupSuspended',
  'MemberMuted',
  'GroupMuted',
  'BlockedByPeer',
  'NotAFriend',
  'PeerDeclinesMessages',
  'ConversationClosed',
  'ClientMsgIdReused',
] as const;

const sent: Success<typeof MessageReceipt> = {
  status: 201,
  description: 'Sent.',
  Schema: MessageReceipt,
  location: true,
};
const repeated = { status: 200, description: 'It was sent before by the same `clientMsgId`; this is that message.' };

const readable = ['GroupNotFound', 'NotGroupMember', 'UserNotFound', ...reading] as const;

/** What is said in conversations, taken back, and read. */
export function messageOperations(services: ConversationServices): Operation[] {
  const { conversationCommands, viewCommands, conversations, messages, users, freshness } = services;
  const access = new ConversationAccess(services);

  const shown = async (
    { reader, me }: Pick<Reading, 'reader' | 'me'>,
    found: readonly MessageView[],
  ): Promise<readonly Shown<typeof Message>[]> => {
    const names = await namesIn(users, reader.tenant, found);
    return found.map((message) => messageBody(message, me, names));
  };

  /** @throws DomainError MessageUnknown for what he may not see */
  const oneMessage = async (conversationId: string, seq: number, caller: Caller) => {
    const place = await access.reading(conversationId, caller);
    const [message] = await messages.messagesBySeqs(place.reader, place.key, [seq]);
    if (message === undefined) throw new DomainError('MessageUnknown', { seqs: [seq] });
    return { place, message };
  };

  const send = async <Path extends ConversationPath, Body extends SendMessage>(
    invocation: Invocation<Path, object, Body>,
    operationName: string,
    as: (actor: Actor) => Pick<Sending, 'senderId' | 'from'>,
  ): Promise<Reply<Shown<typeof MessageReceipt>>> => {
    const { conversationId } = invocation.path;
    const context = requestContext(invocation, operationName);
    const result = await conversationCommands.send(context, {
      ...textsOf(invocation.body),
      ...(invocation.body.onlineOnly === true && { onlineOnly: true }),
      ...as(context.actor),
      conversation: conversationNamed(conversationId, actingUser(context.actor)),
    });
    return sentReply(conversationId, result);
  };

  return [
    operation({
      method: 'post',
      path: '/conversations/{conversationId}/messages',
      operationId: 'sendMessage',
      summary: 'Send a message',
      description:
        'The first one makes the conversation. With a `clientMsgId` it may be sent again without being there twice.',
      tag: 'Conversations',
      access: 'user',
      Path: ConversationPath,
      Body: SendMessage,
      success: sent,
      repeated,
      problems: [...sending],
      handle: (invocation) =>
        send(invocation, 'POST /conversations/{conversationId}/messages', (actor) => ({
          senderId: actingUser(actor),
        })),
    }),
    operation({
      method: 'post',
      path: '/conversations/{conversationId}/system-messages',
      operationId: 'sendSystemMessage',
      summary: 'Send a message in the name of the service',
      description: 'On behalf of somebody it goes to his side: `notifications` are what the service writes to him.',
      tag: 'Conversations',
      access: 'appAdmin',
      Path: ConversationPath,
      Body: SendSystemMessage,
      success: sent,
      repeated,
      problems: [...sending],
      handle: (invocation) =>
        send(invocation, 'POST /conversations/{conversationId}/system-messages', (actor) => ({
          senderId: actor.id,
          from: 'system',
        })),
    }),
    operation({
      method: 'post',
      path: '/conversations/{conversationId}/imports',
      operationId: 'importMessages',
      summary: 'Bring in messages that were sent elsewhere, with their times',
      description:
        'They come after what is there, in the order given, all or none; a repeated `clientMsgId` is the message that is there.',
      tag: 'Conversations',
      access: 'appAdmin',
      Path: ConversationPath,
      Body: ImportMessages,
      success: done(MessageImportReceipt),
      problems: [...forEverybody, 'RulesForbid'],
      handle: async (invocation) => {
        const { conversationId } = invocation.path;
        const context = requestContext(invocation, 'POST /conversations/{conversationId}/imports');
        const result = await conversationCommands.import(context, {
          conversation: conversationNamed(conversationId, actingUser(context.actor)),
          messages: invocation.body.messages.map((message, index) => ({
            ...textsOf(message, `messages.${index.toString()}.`),
            senderId: message.senderId,
            sentAt: Date.parse(message.sentAt),
          })),
        });
        const items = result.outcome.items.flatMap((item) =>
          item.result === 'imported' || item.result === 'repeated'
            ? [{ result: item.result, seq: item.seq, messageId: item.messageId, sentAt: isoTime(item.sentAt) }]
            : [],
        );
        return told(conversationId, result, { items });
      },
    }),
    operation({
      method: 'get',
      path: '/conversations/{conversationId}/messages',
      operationId: 'listMessages',
      summary: 'Page through a conversation by its messages’ numbers',
      description:
        'Newest first, or with `after` oldest first; with both, what stands between. A group’s messages are those that its member may see.',
      tag: 'Conversations',
      access: 'user',
      Path: ConversationPath,
      Query: MessagesQuery,
      success: { status: 200, description: 'What the caller may see of it.', Schema: MessagePage },
      problems: [...readable],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const { before, after, limit } = query;
        const place = await access.reading(path.conversationId, caller);
        const page = await access.history(path.conversationId, place, {
          order: after === undefined ? 'descending' : 'ascending',
          limit,
          ...(after !== undefined && { fromSeq: after + 1 }),
          ...(before !== undefined && { toSeq: before - 1 }),
        });
        const { firstSeq, lastSeq } = page.visible;
        const items = await shown(place, page.messages);
        return { status: 200, body: { items, more: page.more, firstSeq, lastSeq } };
      },
    }),
    operation({
      method: 'get',
      path: '/messages',
      operationId: 'searchMessages',
      summary: 'Search what the caller may see of all his conversations, or of one',
      tag: 'Conversations',
      access: 'user',
      Query: SearchQuery,
      success: { status: 200, description: 'What is like that, the newest first.', Schema: FoundMessages },
      problems: ['GroupNotFound', ...reading],
      handle: async ({ query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const reader = access.self(caller);
        const { keyword, types, conversationId, senderId, sentSince, sentBefore } = query;
        const filter = {
          ...(keyword !== undefined && { keyword }),
          ...(types !== undefined && { types }),
          ...(conversationId !== undefined && {
            conversations: [(await access.reading(conversationId, caller)).key],
          }),
          ...(senderId !== undefined && { senderId }),
          ...(sentSince !== undefined && { since: Date.parse(sentSince) }),
          ...(sentBefore !== undefined && { before: Date.parse(sentBefore) }),
        };
        const page = await messages.search(reader, filter, pageRequest(query));
        const items = await shown({ reader, me: reader.userId }, page.items);
        return { status: 200, body: { items, next: page.next } };
      },
    }),
    operation({
      method: 'get',
      path: '/conversations/{conversationId}/messages/{seq}',
      operationId: 'getMessage',
      summary: 'One message',
      tag: 'Conversations',
      access: 'user',
      Path: MessagePath,
      Query: ReadQuery,
      success: { status: 200, description: 'The message.', Schema: Message },
      problems: ['MessageUnknown', 'GroupNotFound', ...reading],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const { place, message } = await oneMessage(path.conversationId, path.seq, caller);
        const names = await namesIn(users, caller.tenant, [message]);
        return { status: 200, body: messageBody(message, place.me, names) };
      },
    }),
    operation({
      method: 'post',
      path: '/conversations/{conversationId}/messages/{seq}/revocation',
      operationId: 'revokeMessage',
      summary: 'Take a message back: its place stays, what it said leaves every list',
      description:
        'One’s own, and in a group those that its rules let the caller reach; users within the time that they are left.',
      tag: 'Conversations',
      access: 'user',
      Path: MessagePath,
      success: done(RevocationReceipt),
      problems: [...forEverybody, 'MessageUnknown', 'MessageAlreadyRevoked', 'RevocationTooLate'],
      handle: async (invocation) => {
        const { conversationId, seq } = invocation.path;
        const context = requestContext(invocation, 'POST /conversations/{conversationId}/messages/{seq}/revocation');
        const conversation = conversationNamed(conversationId, actingUser(context.actor));
        const result = await conversationCommands.revoke(context, { conversation, seqs: [seq] });
        return told(conversationId, result, { seq });
      },
    }),
    operation({
      method: 'delete',
      path: '/conversations/{conversationId}/messages/{seq}',
      operationId: 'deleteMessage',
      summary: 'Delete a message for oneself, or for everybody',
      description:
        'For everybody: either side of a chat between two any; in a group as for revoking, without a limit of time.',
      tag: 'Conversations',
      access: 'user',
      Path: MessagePath,
      Query: DeletionQuery,
      success: done(ConversationReceipt),
      problems: [...forEverybody, 'MessageUnknown'],
      handle: async (invocation) => {
        const { conversationId, seq } = invocation.path;
        const context = requestContext(invocation, 'DELETE /conversations/{conversationId}/messages/{seq}');
        const userId = actingUser(context.actor);
        const asked = { conversation: conversationNamed(conversationId, userId), seqs: [seq] };
        const result =
          invocation.query.for === 'me'
            ? await viewCommands.hide(context, { ...asked, userId })
            : await conversationCommands.delete(context, asked);
        return told(conversationId, result, {});
      },
    }),
    operation({
      method: 'get',
      path: '/conversations/{conversationId}/messages/{seq}/receipts',
      operationId: 'listReceipts',
      summary: 'Who has read a message, or who has not, and how many',
      tag: 'Conversations',
      access: 'user',
      Path: MessagePath,
      Query: ReceiptsQuery,
      success: {
        status: 200,
        description: 'Of those who were there when it was sent and are now, without its sender.',
        Schema: ReceiptPage,
      },
      problems: ['MessageUnknown', 'GroupNotFound', ...reading],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const { conversationId, seq } = path;
        const { place } = await oneMessage(conversationId, seq, caller);
        const [[counts], page] = await Promise.all([
          conversations.receiptCounts(caller.tenant, place.key, [seq]),
          conversations.receipts(caller.tenant, place.key, seq, query.list, pageRequest(query)),
        ]);
        const items = page.items.map((userId) => ({ userId }));
        const { read, unread } = counts ?? { read: 0, unread: 0 };
        return { status: 200, body: { seq, read, unread, items, next: page.next } };
      },
    }),
    operation({
      method: 'get',
      path: '/conversations/{conversationId}/receipts',
      operationId: 'countReceipts',
      summary: 'How many have read each of some messages',
      tag: 'Conversations',
      access: 'user',
      Path: ConversationPath,
      Query: ReceiptCountsQuery,
      success: { status: 200, description: 'One for each message that the caller may see.', Schema: ReceiptCounts },
      problems: ['GroupNotFound', ...reading],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const { reader, key } = await access.reading(path.conversationId, caller);
        const seen = await messages.messagesBySeqs(reader, key, query.seqs);
        const counts = await conversations.receiptCounts(
          caller.tenant,
          key,
          seen.map(({ seq }) => seq),
        );
        return { status: 200, body: { items: counts.map(({ seq, read, unread }) => ({ seq, read, unread })) } };
      },
    }),
  ];
}

/** @throws Refused ClientMsgIdReused */
function sentReply(
  conversationId: string,
  result: ConversationResult<'SendMessage'>,
): Reply<Shown<typeof MessageReceipt>> {
  const { seq, messageId, sentAt, alreadySo, sameContent } = result.outcome;
  if (!sameContent) throw new Refused('ClientMsgIdReused', { facts: { seq, messageId } });
  const { headers, body } = told(conversationId, result, { seq, messageId, sentAt: isoTime(sentAt) });
  const place = `/v1/conversations/${encodeURIComponent(conversationId)}`;
  const location = seq === 0 ? place : `${place}/messages/${seq.toString()}`;
  return { status: alreadySo ? 200 : 201, headers: { ...headers, Location: location }, body };
}
