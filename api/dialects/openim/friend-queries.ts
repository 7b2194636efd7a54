import type { FriendRequestView } from '../../../application/queries/friendships.js';
import { type CountedPage, MAX_PAGE } from '../../../application/queries/page.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { actorOf } from '../shared/context.js';
import type { Caller } from '../shared/operation.js';
import { possible } from './dto/common.js';
import {
  GetBlackListReq,
  GetDesignatedFriendApplyReq,
  GetDesignatedFriendsReq,
  GetFriendApplyListReq,
  GetFriendListReq,
  GetFullFriendUserIDsReq,
  GetSpecifiedBlacksReq,
  IsFriendReq,
} from './dto/friends.js';
import { OpenimRefused } from './errors.js';
import {
  type BlackInfo,
  blackInfo,
  type FriendInfo,
  friendInfo,
  friendRequest,
  friendStatusesOf,
} from './friend-views.js';
import { fullList } from './full-list.js';
import { type Operation, operation, requireAccess } from './operation.js';
import { type OpenimServices, pageOf } from './services.js';

export function friendQueryOperations(services: OpenimServices): Operation[] {
  const { friendships, isAppAdmin } = services;

  const infoFor =
    (tenant: string) =>
    (friend: Parameters<typeof friendInfo>[0]): FriendInfo =>
      friendInfo(friend, isAppAdmin(tenant, friend.friendId));

  /** What one asked others, or was asked, page by page. */
  const applications = async (
    which: 'requestsReceived' | 'requestsSent',
    caller: Caller,
    { userID, pagination, handleResults }: GetFriendApplyListReq,
  ): Promise<CountedPage<FriendRequestView>> => {
    requireAccess(caller, userID);
    const { empty, ...page } = pageOf(pagination);
    const filter = handleResults.length === 0 ? {} : { statuses: friendStatusesOf(handleResults) };
    const found = await friendships[which](caller.tenant, userID, page, filter);
    return empty ? { ...found, items: [] } : found;
  };

  const friendIdsOf = async (tenant: string, ownerId: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = { limit: MAX_PAGE, ...(cursor === '' ? {} : { cursor }) };
      const { items, next } = await friendships.friendsOfUser(tenant, ownerId, page);
      ids.push(...items.map(({ friendId }) => friendId));
      cursor = next;
    }
    return ids.sort();
  };

  return [
    operation({
      path: '/friend/get_friend_apply_list',
      reads: true,
      Body: GetFriendApplyListReq,
      handle: async ({ body, caller }) => {
        const { total, items } = await applications('requestsReceived', caller, body);
        return { FriendRequests: items.map(friendRequest), total };
      },
    }),
    operation({
      path: '/friend/get_self_friend_apply_list',
      reads: true,
      Body: GetFriendApplyListReq,
      handle: async ({ body, caller }) => {
        const { total, items } = await applications('requestsSent', caller, body);
        return { friendRequests: items.map(friendRequest), total };
      },
    }),
    operation({
      path: '/friend/get_designated_friend_apply',
      reads: true,
      Body: GetDesignatedFriendApplyReq,
      handle: async ({ body: { fromUserID, toUserID }, caller }) => {
        requireOneOf(caller, fromUserID, toUserID);
        const could = possible([fromUserID, toUserID]).length === 2;
        const found = could ? await friendships.requestsBetween(caller.tenant, fromUserID, toUserID) : [];
        return { friendRequests: found.map(friendRequest) };
      },
    }),
    operation({
      path: '/friend/get_friend_list',
      reads: true,
      Body: GetFriendListReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.userID);
        const { empty, ...page } = pageOf(body.pagination);
        const { total, items } = await friendships.friendsOfUser(caller.tenant, body.userID, page);
        return { friendsInfo: empty ? [] : items.map(infoFor(caller.tenant)), total };
      },
    }),
    operation({
      path: '/friend/get_designated_friends',
      reads: true,
      Body: GetDesignatedFriendsReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.ownerUserID);
        const found = await friendships.friendsByIds(caller.tenant, body.ownerUserID, possible(body.friendUserIDs));
        return { friendsInfo: found.map(infoFor(caller.tenant)) };
      },
    }),
    operation({
      path: '/friend/get_full_friend_user_ids',
      reads: true,
      Body: GetFullFriendUserIDsReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.userID);
        const friendIds = await friendIdsOf(caller.tenant, body.userID);
        const { ids, ...rest } = fullList(['friends', caller.tenant, body.userID], friendIds, body.idHash);
        return { ...rest, userIDs: ids };
      },
    }),
    operation({
      path: '/friend/is_friend',
      reads: true,
      Body: IsFriendReq,
      handle: async ({ body: { userID1, userID2 }, caller }) => {
        // In older versions of the original anybody may ask this of any two.
        requireOneOf(caller, userID1, userID2);
        if (possible([userID1, userID2]).length < 2) return { inUser1Friends: false, inUser2Friends: false };
        const { inListOfA, inListOfB } = await friendships.areFriends(caller.tenant, userID1, userID2);
        return { inUser1Friends: inListOfA, inUser2Friends: inListOfB };
      },
    }),
    operation({
      path: '/friend/get_black_list',
      reads: true,
      Body: GetBlackListReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.userID);
        const { empty, ...page } = pageOf(body.pagination);
        const { total, items } = await friendships.blocksOfUser(caller.tenant, body.userID, page);
        return { blacks: empty ? [] : items.map((block): BlackInfo => blackInfo(block)), total };
      },
    }),
    operation({
      path: '/friend/get_specified_blacks',
      reads: true,
      Body: GetSpecifiedBlacksReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.ownerUserID);
        const found = await friendships.blocksByIds(caller.tenant, body.ownerUserID, possible(body.userIDList));
        // Here alone the original gives milliseconds.
        const blacks = found.map((block): BlackInfo => ({ ...blackInfo(block), createTime: block.blockedAt }));
        return { blacks, total: blacks.length };
      },
    }),
  ];
}

/** @throws OpenimRefused 1002 */
function requireOneOf(caller: Caller, ...userIds: readonly string[]): void {
  const actor = actorOf(caller);
  if (userIds.includes(actor.id) || hasAdminPowers(actor)) return;
  throw new OpenimRefused('NoPermissionError', 'only the two and app admins may ask this');
}
