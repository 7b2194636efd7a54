import type { RequestContext } from '../../../application/commands/request.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { actorOf, ofStep, requestContext } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import { shown } from '../shared/read-your-writes.js';
import { possible } from './dto/common.js';
import {
  AddBlackReq,
  AddFriendReq,
  AddFriendResponseReq,
  BlackReq,
  FriendReq,
  ImportFriendReq,
  SetFriendRemarkReq,
  UpdateFriendsReq,
  UpdatePinStatusReq,
} from './dto/friends.js';
import { OpenimRefused } from './errors.js';
import { type Operation, operation, requireAccess } from './operation.js';
import type { OpenimServices } from './services.js';

/** What two people do about each other (docs/rules.md D1 "Friends"). */
export function friendOperations(services: OpenimServices): Operation[] {
  const { friendshipCommands: friendships, directory, ownWrites } = services;

  /** Waits for the lists to show what was written in several streams. */
  const allShown = async (
    results: Promise<
      ReadonlyMap<string, { readonly position: Awaited<ReturnType<typeof friendships.remove>>['position'] }>
    >,
  ): Promise<undefined> => {
    for (const { position } of (await results).values()) await ownWrites.answering(position);
    return undefined;
  };

  /** Says the same of each of his friends; who isn't one is passed over. */
  const update = async (
    call: Call<object>,
    { ownerUserID: ownerId, friendUserIDs, isPinned, remark, ex }: UpdateFriendsReq,
  ): Promise<undefined> => {
    requireAccess(call.caller, ownerId);
    const changes = { ...(remark === undefined ? {} : { remark }), ...(ex === undefined ? {} : { ext: ex }) };
    const asked = {
      ownerId,
      friendIds: possible(friendUserIDs).filter((friendId) => friendId !== ownerId),
      changes,
      ...(isPinned === undefined ? {} : { pinned: isPinned }),
    };
    return allShown(friendships.changeCards(ofEach(requestContext(call)), asked));
  };

  return [
    operation({
      path: '/friend/add_friend',
      Body: AddFriendReq,
      handle: async (call) => {
        const { fromUserID: from, toUserID: to, reqMsg: message, ex: ext } = call.body;
        requireAccess(call.caller, from);
        // Before either is looked for, as in the original.
        if (from === to) throw new DomainError('CannotBefriendYourself', { userId: from });
        const asked = friendships.request(requestContext(call, from), {
          from,
          to,
          ...(message === undefined ? {} : { message }),
          ...(ext === undefined ? {} : { ext }),
        });
        await shown(services, asked);
        return undefined;
      },
    }),
    operation({
      path: '/friend/add_friend_response',
      Body: AddFriendResponseReq,
      handle: async (call) => {
        const { fromUserID: from, toUserID: to, handleMsg: message, handleResult } = call.body;
        requireAccess(call.caller, to);
        const answered = friendships.answer(requestContext(call), {
          from,
          to,
          answer: handleResult === 1 ? 'accepted' : 'refused',
          ...(message === undefined ? {} : { message }),
        });
        await shown(services, answered);
        return undefined;
      },
    }),
    operation({
      path: '/friend/delete_friend',
      Body: FriendReq,
      handle: async (call) => {
        const { ownerUserID: ownerId, friendUserID: friendId } = call.body;
        requireAccess(call.caller, ownerId);
        // Who is no friend is none afterwards.
        if (friendId === ownerId || possible([friendId]).length === 0) return undefined;
        await shown(services, friendships.remove(requestContext(call), { ownerId, friendId }));
        return undefined;
      },
    }),
    operation({
      path: '/friend/add_black',
      Body: AddBlackReq,
      handle: async (call) => {
        const { ownerUserID: ownerId, blackUserID: blockedId, ex: ext } = call.body;
        requireAccess(call.caller, ownerId);
        const { outcome } = await shown(
          services,
          friendships.block(requestContext(call), {
            ownerId,
            blockedId,
            ...(ext === undefined ? {} : { ext }),
          }),
        );
        // In the original a violated unique index.
        if (outcome.alreadySo) throw new OpenimRefused('duplicateKey', 'he is blocked already');
        return undefined;
      },
    }),
    operation({
      path: '/friend/remove_black',
      Body: BlackReq,
      handle: async (call) => {
        const { ownerUserID: ownerId, blackUserID: blockedId } = call.body;
        requireAccess(call.caller, ownerId);
        if (blockedId === ownerId) {
          await directory.require(call.caller.tenant, [ownerId]);
          return undefined;
        }
        await shown(services, friendships.unblock(requestContext(call), { ownerId, blockedId }));
        return undefined;
      },
    }),
    operation({ path: '/friend/update_friends', Body: UpdateFriendsReq, handle: (call) => update(call, call.body) }),
    operation({
      path: '/friend/update_pin_status',
      Body: UpdatePinStatusReq,
      handle: (call) => update(call, call.body),
    }),
    operation({
      path: '/friend/set_friend_remark',
      Body: SetFriendRemarkReq,
      handle: async (call) => {
        const { ownerUserID: ownerId, friendUserID: friendId, remark } = call.body;
        requireAccess(call.caller, ownerId);
        if (friendId === ownerId) throw new DomainError('FriendNotFound', { ownerId, friendId });
        const changed = friendships.changeCard(requestContext(call), {
          ownerId,
          friendId,
          changes: { remark },
        });
        await shown(services, changed);
        return undefined;
      },
    }),
    operation({
      path: '/friend/import_friend',
      Body: ImportFriendReq,
      handle: async (call) => {
        const { ownerUserID: ownerId, friendUserIDs: friendIds } = call.body;
        if (!hasAdminPowers(actorOf(call.caller))) {
          throw new OpenimRefused('NoPermissionError', 'only an app admin imports friends');
        }
        // Before the first is written.
        await directory.require(call.caller.tenant, [ownerId, ...friendIds]);
        if (friendIds.includes(ownerId)) throw new DomainError('CannotBefriendYourself', { userId: ownerId });
        return allShown(friendships.importFriends(ofEach(requestContext(call)), { ownerId, friendIds }));
      },
    }),
  ];
}

/** One command for each friend, each with a key of its own. */
const ofEach =
  (context: RequestContext) =>
  (friendId: string): RequestContext =>
    ofStep(context, friendId);
