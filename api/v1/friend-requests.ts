import type { FriendRequestFilter } from '../../application/queries/friendships.js';
import { ownUser } from './access.js';
import { ownReceipt, requestContext, resolveUser } from './commanding.js';
import { done, ownThings, reading } from './declaring.js';
import { RequestQuery } from './dto/admission.js';
import { AnswerFriendRequest, AskToBeFriends, FriendRequestsQuery, OtherPath } from './dto/friendships.js';
import { UserPath } from './dto/users.js';
import { friendRequestBody } from './friend-views.js';
import type { FriendServices } from './friends.js';
import { operation, type Operation } from './operation.js';
import { pageRequest } from './reading.js';
import { FriendRequestPage } from './schemas/friendships.js';
import { FriendRequestEndReceipt, FriendRequestReceipt } from './schemas/receipts.js';

const ended = ['FriendRequestNotFound', 'FriendRequestHandled'] as const;

/** Asking to be friends, and being answered. */
export function friendRequestOperations({
  friendshipCommands: commands,
  friendships,
  freshness,
}: FriendServices): Operation[] {
  return [
    operation({
      method: 'put',
      path: '/users/{userId}/friend-requests/sent/{otherId}',
      operationId: 'askToBeFriends',
      summary: 'Ask somebody to be friends',
      description:
        'Asking one whose own request is pending accepts it; one who lets himself be added without being asked is a friend at once. Asking again replaces what is pending.',
      tag: 'Friends',
      access: 'user',
      Path: OtherPath,
      Body: AskToBeFriends,
      bodyOptional: true,
      success: done(FriendRequestReceipt),
      problems: [...ownThings, 'CannotBefriendYourself', 'AlreadyFriends'],
      handle: async (invocation) => {
        const { otherId: to } = invocation.path;
        const from = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'PUT /users/{userId}/friend-requests/sent/{otherId}');
        return ownReceipt(from, await commands.request(context, { ...invocation.body, from, to }));
      },
    }),
    operation({
      method: 'delete',
      path: '/users/{userId}/friend-requests/sent/{otherId}',
      operationId: 'withdrawFriendRequest',
      summary: 'Take a friend request back',
      tag: 'Friends',
      access: 'user',
      Path: OtherPath,
      Query: RequestQuery,
      success: done(FriendRequestEndReceipt),
      problems: [...ownThings, ...ended],
      handle: async (invocation) => {
        const { otherId: to } = invocation.path;
        const from = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'DELETE /users/{userId}/friend-requests/sent/{otherId}');
        return ownReceipt(from, await commands.withdraw(context, { ...invocation.query, from, to }));
      },
    }),
    operation({
      method: 'put',
      path: '/users/{userId}/friend-requests/received/{otherId}/answer',
      operationId: 'answerFriendRequest',
      summary: 'Accept, refuse or ignore somebody’s friend request',
      tag: 'Friends',
      access: 'user',
      Path: OtherPath,
      Body: AnswerFriendRequest,
      success: done(FriendRequestEndReceipt),
      problems: [...ownThings, ...ended],
      handle: async (invocation) => {
        const { otherId: from } = invocation.path;
        const to = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'PUT /users/{userId}/friend-requests/received/{otherId}/answer');
        return ownReceipt(to, await commands.answer(context, { ...invocation.body, from, to }));
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/friend-requests/received',
      operationId: 'listReceivedFriendRequests',
      summary: 'Who asked a user to be friends',
      tag: 'Friends',
      access: 'user',
      Path: UserPath,
      Query: FriendRequestsQuery,
      success: { status: 200, description: 'The newest of each person, newest first.', Schema: FriendRequestPage },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const page = await friendships.requestsReceived(caller.tenant, user, pageRequest(query), filterOf(query));
        return { status: 200, body: { ...page, items: page.items.map(friendRequestBody) } };
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/friend-requests/sent',
      operationId: 'listSentFriendRequests',
      summary: 'Whom a user asked to be friends',
      tag: 'Friends',
      access: 'user',
      Path: UserPath,
      Query: FriendRequestsQuery,
      success: { status: 200, description: 'The newest to each person, newest first.', Schema: FriendRequestPage },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const page = await friendships.requestsSent(caller.tenant, user, pageRequest(query), filterOf(query));
        return { status: 200, body: { ...page, items: page.items.map(friendRequestBody) } };
      },
    }),
  ];
}

/** What ended by a block is shown as ignored. */
function filterOf({ status }: FriendRequestsQuery): FriendRequestFilter {
  if (status === undefined) return {};
  return { statuses: status === 'ignored' ? ['ignored', 'blocked'] : [status] };
}
