import type { FriendshipCommands } from '../../application/commands/friendships.js';
import type { FriendshipQueries } from '../../application/queries/friendships.js';
import { DomainError } from '../../domain/shared/errors.js';
import { ownUser } from './access.js';
import { ownReceipt, requestContext, resolveUser } from './commanding.js';
import { done, ownThings, reading } from './declaring.js';
import { PageQuery, ReadQuery } from './dto/common.js';
import { BlockSomebody, ChangeFriendCard, OtherPath } from './dto/friendships.js';
import { UserPath, UsersAsked } from './dto/users.js';
import { blockBody, friendBody, friendshipBody, tenantSettingsBody, type ChatSettings } from './friend-views.js';
import { operation, type Operation } from './operation.js';
import { type Freshness, pageRequest } from './reading.js';
import { BlockPage, FriendPage, Friends, Friendship, TenantSettings } from './schemas/friendships.js';
import { FriendCardReceipt, OwnReceipt } from './schemas/receipts.js';

export interface FriendServices {
  readonly friendshipCommands: FriendshipCommands;
  readonly friendships: FriendshipQueries;
  readonly freshness: Freshness;
  readonly chatSettings: ChatSettings;
}

/** Who is in a user's list of friends, and what he keeps about them. */
export function friendOperations({
  friendshipCommands: commands,
  friendships,
  freshness,
  chatSettings,
}: FriendServices): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/users/{userId}/friends',
      operationId: 'listFriends',
      summary: 'A user’s friends',
      tag: 'Friends',
      access: 'user',
      Path: UserPath,
      Query: PageQuery,
      success: {
        status: 200,
        description: 'Pinned ones first, each kind in the order in which they came.',
        Schema: FriendPage,
      },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const page = await friendships.friendsOfUser(caller.tenant, user, pageRequest(query));
        return { status: 200, body: { ...page, items: page.items.map(friendBody) } };
      },
    }),
    operation({
      method: 'post',
      path: '/users/{userId}/friends/lookup',
      operationId: 'lookUpFriends',
      summary: 'Those of some people who are a user’s friends',
      tag: 'Friends',
      access: 'user',
      command: false,
      Path: UserPath,
      Query: ReadQuery,
      Body: UsersAsked,
      success: { status: 200, description: 'His friends among them.', Schema: Friends },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, body, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const found = await friendships.friendsByIds(caller.tenant, user, body.userIds);
        return { status: 200, body: { items: found.map(friendBody) } };
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/friends/{otherId}',
      operationId: 'getFriendship',
      summary: 'How a user stands with another',
      description:
        'Whether each has the other in his list, what they asked each other, and whether he has blocked the other.',
      tag: 'Friends',
      access: 'user',
      Path: OtherPath,
      Query: ReadQuery,
      success: {
        status: 200,
        description: 'Also of people who have nothing to do with each other.',
        Schema: Friendship,
      },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        const { otherId } = path;
        await freshness.atLeast(query.minPosition, caller);
        const [[friend], directions, [block], requests] = await Promise.all([
          friendships.friendsByIds(caller.tenant, user, [otherId]),
          friendships.areFriends(caller.tenant, user, otherId),
          friendships.blocksByIds(caller.tenant, user, [otherId]),
          friendships.requestsBetween(caller.tenant, user, otherId),
        ]);
        return { status: 200, body: friendshipBody(otherId, { friend, directions, block, requests }) };
      },
    }),
    operation({
      method: 'put',
      path: '/users/{userId}/friends/{otherId}',
      operationId: 'importFriend',
      summary: 'Make friends of two without asking them; for app admins',
      tag: 'Friends',
      access: 'appAdmin',
      Path: OtherPath,
      success: done(OwnReceipt),
      problems: [...ownThings, 'CannotBefriendYourself'],
      handle: async (invocation) => {
        const { otherId } = invocation.path;
        const ownerId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'PUT /users/{userId}/friends/{otherId}');
        const results = await commands.importFriends(() => context, { ownerId, friendIds: [otherId] });
        const result = results.get(otherId);
        if (result === undefined) throw new DomainError('UserNotFound', { userIds: [otherId] });
        return ownReceipt(ownerId, result);
      },
    }),
    operation({
      method: 'patch',
      path: '/users/{userId}/friends/{otherId}',
      operationId: 'changeFriendCard',
      summary: 'Change what a user keeps about a friend, and whether he is pinned',
      description: 'What is absent stays as it is.',
      tag: 'Friends',
      access: 'user',
      Path: OtherPath,
      Body: ChangeFriendCard,
      success: done(FriendCardReceipt),
      problems: [...ownThings, 'FriendNotFound', 'SelfNotAllowed'],
      handle: async (invocation) => {
        const { otherId: friendId } = invocation.path;
        const ownerId = resolveUser(invocation.path.userId, invocation.caller);
        const { pinned, ...changes } = invocation.body;
        const context = requestContext(invocation, 'PATCH /users/{userId}/friends/{otherId}');
        const asked = { ownerId, friendId, changes, ...(pinned !== undefined && { pinned }) };
        return ownReceipt(ownerId, await commands.changeCard(context, asked));
      },
    }),
    operation({
      method: 'delete',
      path: '/users/{userId}/friends/{otherId}',
      operationId: 'removeFriend',
      summary: 'Take a friend off a user’s list',
      description:
        'One direction only: the other one keeps him until he does the same. Where the tenant has it so, it blocks too.',
      tag: 'Friends',
      access: 'user',
      Path: OtherPath,
      success: done(OwnReceipt),
      problems: [...ownThings, 'SelfNotAllowed'],
      handle: async (invocation) => {
        const { otherId: friendId } = invocation.path;
        const ownerId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'DELETE /users/{userId}/friends/{otherId}');
        return ownReceipt(ownerId, await commands.remove(context, { ownerId, friendId }));
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/blocks',
      operationId: 'listBlocks',
      summary: 'Whom a user has blocked',
      tag: 'Friends',
      access: 'user',
      Path: UserPath,
      Query: PageQuery,
      success: { status: 200, description: 'Newest first.', Schema: BlockPage },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const page = await friendships.blocksOfUser(caller.tenant, user, pageRequest(query));
        return { status: 200, body: { ...page, items: page.items.map(blockBody) } };
      },
    }),
    operation({
      method: 'put',
      path: '/users/{userId}/blocks/{otherId}',
      operationId: 'blockUser',
      summary: 'Block somebody: he can’t write to one any more',
      description: 'Friends stay friends.',
      tag: 'Friends',
      access: 'user',
      Path: OtherPath,
      Body: BlockSomebody,
      bodyOptional: true,
      success: done(OwnReceipt),
      problems: [...ownThings, 'SelfNotAllowed'],
      handle: async (invocation) => {
        const { otherId: blockedId } = invocation.path;
        const ownerId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'PUT /users/{userId}/blocks/{otherId}');
        return ownReceipt(ownerId, await commands.block(context, { ...invocation.body, ownerId, blockedId }));
      },
    }),
    operation({
      method: 'delete',
      path: '/users/{userId}/blocks/{otherId}',
      operationId: 'unblockUser',
      summary: 'Block somebody no more',
      tag: 'Friends',
      access: 'user',
      Path: OtherPath,
      success: done(OwnReceipt),
      problems: [...ownThings, 'SelfNotAllowed'],
      handle: async (invocation) => {
        const { otherId: blockedId } = invocation.path;
        const ownerId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'DELETE /users/{userId}/blocks/{otherId}');
        return ownReceipt(ownerId, await commands.unblock(context, { ownerId, blockedId }));
      },
    }),
    operation({
      method: 'get',
      path: '/settings',
      operationId: 'getSettings',
      summary: 'What is decided about friends, strangers and chats',
      tag: 'Friends',
      access: 'user',
      success: { status: 200, description: 'As they hold for the caller’s tenant.', Schema: TenantSettings },
      handle: () => Promise.resolve({ status: 200, body: tenantSettingsBody(commands.settings(), chatSettings) }),
    }),
  ];
}
