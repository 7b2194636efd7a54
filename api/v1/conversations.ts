import type { ConversationCommands } from '../../application/commands/conversations.js';
import type { ViewCommands } from '../../application/commands/views.js';
import type { CommandResult } from '../../application/commands/request.js';
import type { ConversationQueries } from '../../application/queries/conversations.js';
import type { GroupQueries } from '../../application/queries/groups.js';
import type { MessageQueries } from '../../application/queries/messages.js';
import { MAX_PAGE } from '../../application/queries/page.js';
import type { UserQueries } from '../../application/queries/users.js';
import type { Clock } from '../../application/ports/clock.js';
import { actingUser } from '../../domain/shared/actor.js';
import type { DomainErrorName } from '../../domain/shared/errors.js';
import { actorOf, ownReceipt, requestContext } from './commanding.js';
import { ConversationAccess } from './conversation-access.js';
import { conversationNamed } from './conversation-ids.js';
import { conversationBody, idOf, namesIn } from './conversation-views.js';
import { done, reading } from './declaring.js';
import { PageQuery, ReadQuery } from './dto/common.js';
import {
  ChangeConversation,
  ClearingQuery,
  ConversationPath,
  MarkRead,
  SetReadPosition,
  UserConversationPath,
} from './dto/conversations.js';
import { operation, type Operation } from './operation.js';
import { Refused } from './problems.js';
import { type Freshness, pageRequest } from './reading.js';
import { Conversation, ConversationPage, ReadPosition, UnreadMentions } from './schemas/conversations.js';
import type { Shown } from './schemas/types.js';
import { ClearingReceipt, ConversationChangeReceipt, ReadPositionReceipt } from './schemas/receipts.js';

export interface ConversationServices {
  readonly conversationCommands: ConversationCommands;
  readonly viewCommands: ViewCommands;
  readonly conversations: ConversationQueries;
  readonly messages: MessageQueries;
  readonly groups: GroupQueries;
  readonly users: UserQueries;
  readonly freshness: Freshness;
  readonly clock: Clock;
}

/** Every command in or upon a conversation may refuse these. */
export const inConversations = [
  'InvalidArgument',
  'NotPermitted',
  'NotAParticipant',
  'SelfNotAllowed',
  'UserNotFound',
  'GroupNotFound',
  'IdempotencyKeyReused',
] as const satisfies readonly (DomainErrorName | 'IdempotencyKeyReused')[];

/** Those that change what all see. */
export const forEverybody = [
  ...inConversations,
  'GroupDismissed',
  'GroupSuspended',
  'NotGroupMember',
  'NotGroupManager',
  'TargetRoleTooHigh',
  'ConversationClosed',
] as const;

/** The receipt of a command in a conversation, with what it has to tell. */
export const told = <Outcome extends object>(id: string, result: CommandResult<unknown, object>, outcome: Outcome) =>
  ownReceipt(id, { ...result, outcome });

/** A user's conversations as wholes, and what he has for himself of each. */
export function conversationOperations(services: ConversationServices): Operation[] {
  const { conversationCommands, viewCommands, conversations, users, freshness } = services;
  const access = new ConversationAccess(services);
  return [
    operation({
      method: 'get',
      path: '/conversations',
      operationId: 'listConversations',
      summary: 'The caller’s conversations',
      tag: 'Conversations',
      access: 'user',
      Query: PageQuery,
      success: {
        status: 200,
        description: 'Pinned ones first, then those with the newest message; and what is unread in all of them.',
        Schema: ConversationPage,
      },
      problems: [...reading],
      handle: async ({ query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const self = access.self(caller);
        const page = await conversations.conversationsOfUser(self, pageRequest(query));
        const names = await namesIn(
          users,
          caller.tenant,
          page.items.flatMap(({ last }) => last ?? []),
        );
        const items = page.items.map((view) => conversationBody(view, self.userId, names));
        return { status: 200, body: { items, total: page.total, unread: page.unread, next: page.next } };
      },
    }),
    operation({
      method: 'get',
      path: '/mentions',
      operationId: 'listUnreadMentions',
      summary: 'Where the caller is meant by what he has not read',
      tag: 'Conversations',
      access: 'user',
      Query: ReadQuery,
      success: {
        status: 200,
        description: 'His conversations with an unread message that mentions him or everybody.',
        Schema: UnreadMentions,
      },
      problems: [...reading],
      handle: async ({ query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const self = access.self(caller);
        const unread = (await conversations.positions(self)).filter((position) => position.unread > 0);
        const items: Shown<typeof UnreadMentions>['items'][number][] = [];
        for (let start = 0; start < unread.length; start += MAX_PAGE) {
          const some = await conversations.unreadMentions(self, unread.slice(start, start + MAX_PAGE));
          for (const { conversation, me, all } of some)
            items.push({ conversationId: idOf(conversation, self.userId), me, everybody: all });
        }
        return { status: 200, body: { items } };
      },
    }),
    operation({
      method: 'get',
      path: '/conversations/{conversationId}',
      operationId: 'getConversation',
      summary: 'One of the caller’s conversations',
      tag: 'Conversations',
      access: 'user',
      Path: ConversationPath,
      Query: ReadQuery,
      success: { status: 200, description: 'His side of it.', Schema: Conversation },
      problems: ['ConversationNotFound', 'GroupNotFound', ...reading],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const { key, me } = await access.reading(path.conversationId, caller);
        const [view] = await conversations.conversationsByKeys(access.self(caller), [key]);
        if (view === undefined) throw new Refused('ConversationNotFound');
        const names = await namesIn(users, caller.tenant, view.last === null ? [] : [view.last]);
        return { status: 200, body: conversationBody(view, me, names) };
      },
    }),
    operation({
      method: 'patch',
      path: '/conversations/{conversationId}',
      operationId: 'changeConversation',
      summary: 'Pin a conversation, choose how one is told of it, and the like; for oneself alone',
      description: 'What is absent stays as it is.',
      tag: 'Conversations',
      access: 'user',
      Path: ConversationPath,
      Body: ChangeConversation,
      success: done(ConversationChangeReceipt),
      problems: [...inConversations],
      handle: async (invocation) => {
        const { conversationId } = invocation.path;
        const context = requestContext(invocation, 'PATCH /conversations/{conversationId}');
        const userId = actingUser(context.actor);
        const { settings, ...changes } = invocation.body;
        const result = await viewCommands.change(context, {
          conversation: conversationNamed(conversationId, userId),
          userId,
          changes: { ...changes, ...(settings !== undefined && { settings: { ...settings } }) },
        });
        return told(conversationId, result, { changed: result.outcome.changed });
      },
    }),
    operation({
      method: 'put',
      path: '/conversations/{conversationId}/read-position',
      operationId: 'markRead',
      summary: 'Tell how far one has read',
      description: 'It only rises: a lower one changes nothing, so a repeat is as good as the first.',
      tag: 'Conversations',
      access: 'user',
      command: false,
      Path: ConversationPath,
      Body: MarkRead,
      success: { status: 200, description: 'Where the caller stands now.', Schema: ReadPosition },
      problems: [
        ...inConversations.filter((code) => code !== 'IdempotencyKeyReused'),
        'TooManyRequests',
        'TooBusy',
        'DeadlinePassed',
        'HistoryNotUnderstood',
        'ShuttingDown',
      ],
      handle: async (invocation) => {
        const { conversationId } = invocation.path;
        const context = requestContext(invocation, 'PUT /conversations/{conversationId}/read-position');
        const userId = actingUser(context.actor);
        const conversation = conversationNamed(conversationId, userId);
        const at = await viewCommands.markRead(context, { conversation, userId, upToSeq: invocation.body.upTo });
        return { status: 200, body: { conversationId, readSeq: at.upToSeq, lastSeq: at.lastSeq } };
      },
    }),
    operation({
      method: 'put',
      path: '/users/{userId}/conversations/{conversationId}/read-position',
      operationId: 'setReadPosition',
      summary: 'Set how far a user has read, also lower',
      tag: 'Conversations',
      access: 'appAdmin',
      Path: UserConversationPath,
      Body: SetReadPosition,
      success: done(ReadPositionReceipt),
      problems: [...inConversations],
      handle: async (invocation) => {
        const { conversationId } = invocation.path;
        const context = requestContext(invocation, 'PUT /users/{userId}/conversations/{conversationId}/read-position');
        const userId = invocation.path.userId === 'me' ? actingUser(context.actor) : invocation.path.userId;
        const conversation = conversationNamed(conversationId, userId);
        const { upTo: upToSeq } = invocation.body;
        const result = await viewCommands.setReadPosition(context, { conversation, userId, upToSeq });
        return told(conversationId, result, { readSeq: result.outcome.upToSeq });
      },
    }),
    operation({
      method: 'delete',
      path: '/conversations/{conversationId}/messages',
      operationId: 'clearConversation',
      summary: 'Delete all messages, or those up to one, for oneself or for everybody',
      description:
        'For everybody: either side of a chat between two, owner and admins of a group, app admins. What is cleared counts as read.',
      tag: 'Conversations',
      access: 'user',
      Path: ConversationPath,
      Query: ClearingQuery,
      success: done(ClearingReceipt),
      problems: [...forEverybody],
      handle: async (invocation) => {
        const { conversationId } = invocation.path;
        const { for: whose, upTo } = invocation.query;
        const context = requestContext(invocation, 'DELETE /conversations/{conversationId}/messages');
        const userId = actingUser(actorOf(invocation.caller));
        const conversation = conversationNamed(conversationId, userId);
        const asked = { conversation, ...(upTo !== undefined && { upToSeq: upTo }) };
        const result =
          whose === 'me'
            ? await viewCommands.clear(context, { ...asked, userId })
            : await conversationCommands.clear(context, asked);
        return told(conversationId, result, { upTo: result.outcome.upToSeq });
      },
    }),
  ];
}
