import type { GroupChange } from '../../../domain/group/commands.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { InputInvalid } from '../../http/validation.js';
import {
  CreateGroupReq,
  DismissGroupReq,
  GroupApplicationResponseReq,
  GroupIDReq,
  GroupMemberReq,
  InviteUserToGroupReq,
  JoinGroupReq,
  KickGroupReq,
  MuteGroupMemberReq,
  QuitGroupReq,
  SetGroupInfoExReq,
  SetGroupInfoReq,
  type SetGroupMemberInfo,
  SetGroupMemberInfoReq,
  TransferGroupReq,
} from './dto/groups.js';
import { actorOf, ofStep, requestContext } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import { shown } from '../shared/read-your-writes.js';
import { isRefusal } from '../shared/refusals.js';
import { OpenimRefused } from './errors.js';
import { type Operation, operation, requireAccess } from './operation.js';
import type { OpenimServices } from './services.js';
import { type GroupInfo, joinPolicyOf, manages, roleLevels, settingsOf, WORKING_GROUP } from './views.js';

const PRESET = 'openim';

/** How somebody who asks to join came to know of the group. */
const joinSources = { 1: 'admin', 2: 'invitation', 3: 'search', 4: 'scan' } as const;
const joinSourceOf = (number: number): (typeof joinSources)[keyof typeof joinSources] =>
  joinSources[number as keyof typeof joinSources];

export function groupOperations(services: OpenimServices): Operation[] {
  const { groupCommands: groups, groupChanges } = services;

  /**
   * What the original says of a dismissed group before it looks at the group itself (docs/rules.md D1 "dismiss"). Where the
   * members went with it, there is no row of the caller or the owner any more: 1004 instead of 1204. Where they stayed, a
   * caller whose role gives him no right to a manager's act hears that first: 1002.
   */
  const overRows = async <Result>(
    { caller }: Pick<Call<unknown>, 'caller'>,
    command: Promise<Result>,
    { managersOnly = true, adminsNeedNone = false }: RowsLookedAt = {},
  ): Promise<Result> => {
    try {
      return await command;
    } catch (error) {
      if (!isRefusal(error, 'GroupDismissed')) throw error;
      const actor = actorOf(caller);
      const isAdmin = hasAdminPowers(actor);
      if (isAdmin && adminsNeedNone) throw error;
      await services.ownWrites.shown(caller.tenant, actor.id);
      const { groupId } = error.facts;
      const group = await services.groups.groupById(caller.tenant, groupId);
      if (group?.memberCount === 0) throw new DomainError('GroupNotFound', { groupId });
      if (isAdmin || !managersOnly) throw error;
      const role = (await services.members.member(caller.tenant, groupId, actor.id))?.role;
      throw manages(role) ? error : new DomainError('NotGroupManager', { groupId });
    }
  };

  /** After a dismissal an app admin's mute or unmute of a member succeeds and changes nothing (docs/rules.md D1 "dismiss"). */
  const ofMember = async (call: Call<GroupMemberReq>, command: Promise<unknown>): Promise<undefined> => {
    const { groupID, userID } = call.body;
    try {
      await overRows(call, command);
    } catch (error) {
      if (!isRefusal(error, 'GroupDismissed') || !hasAdminPowers(actorOf(call.caller))) throw error;
      const member = await services.members.member(call.caller.tenant, groupID, userID);
      if (member === undefined) throw new DomainError('NotGroupMember', { userIds: [userID] });
    }
    return undefined;
  };

  const changeInfo = async (call: Call<object>, info: SetGroupInfoExReq): Promise<undefined> => {
    const { groupID: groupId } = info;
    const command = groupChanges.together(requestContext(call), { groupId, steps: infoSteps(info) });
    await overRows(call, shown(services, command), { adminsNeedNone: true });
    return undefined;
  };

  return [
    operation({
      path: '/group/create_group',
      Body: CreateGroupReq,
      handle: async (call) => {
        const { ownerUserID, memberUserIDs, adminUserIDs, groupInfo: info } = call.body;
        requireAccess(call.caller, ownerUserID);
        const named = [ownerUserID, ...adminUserIDs, ...memberUserIDs];
        // Before the id is looked at, as the original does: the published sample names a user three times.
        if (new Set(named).size < named.length) throw new OpenimRefused('ArgsError', 'group member repeated');
        const { groupID = '', notification = '', introduction = '', faceURL = '', ex = '' } = info;
        const joinPolicy = info.needVerification === undefined ? undefined : joinPolicyOf(info.needVerification);
        const { outcome, state } = await shown(
          services,
          groups.create(requestContext(call), {
            preset: PRESET,
            ...(groupID === '' ? {} : { groupId: groupID }),
            name: info.groupName,
            introduction,
            avatar: faceURL,
            ext: ex,
            ...(notification === '' ? {} : { announcement: notification }),
            ownerId: ownerUserID,
            admins: adminUserIDs,
            members: memberUserIDs,
            ...(joinPolicy === undefined ? {} : { joinPolicy }),
            settings: settingsOf(info),
            repeated: 'refuse',
          }),
        );
        const operator = actorOf(call.caller).id;
        const createTime = state.status === 'none' ? 0 : state.createdAt;
        const groupInfo: GroupInfo = {
          groupID: outcome.groupId,
          groupName: info.groupName,
          notification,
          introduction,
          faceURL,
          ownerUserID,
          createTime,
          // The original counts whoever creates for others, too, though he is no member.
          memberCount: outcome.memberCount + (named.includes(operator) ? 0 : 1),
          ex,
          status: 0,
          creatorUserID: operator,
          groupType: WORKING_GROUP,
          needVerification: info.needVerification ?? 0,
          lookMemberInfo: info.lookMemberInfo ?? 0,
          applyMemberFriend: info.applyMemberFriend ?? 0,
          notificationUpdateTime: notification === '' ? 0 : createTime,
          notificationUserID: notification === '' ? '' : operator,
        };
        return { groupInfo };
      },
    }),
    operation({
      path: '/group/set_group_info_ex',
      Body: SetGroupInfoExReq,
      handle: (call) => changeInfo(call, call.body),
    }),
    operation({
      path: '/group/set_group_info',
      Body: SetGroupInfoReq,
      handle: (call) => {
        const { groupName, notification, introduction, faceURL, ...rest } = call.body.groupInfoForSet;
        const texts = Object.entries({ groupName, notification, introduction, faceURL });
        // Its clients send every text always: '' says nothing.
        const given = Object.fromEntries(texts.filter(([, text]) => text !== undefined && text !== ''));
        return changeInfo(call, { ...rest, ...given });
      },
    }),
    operation({
      path: '/group/join_group',
      Body: JoinGroupReq,
      handle: async (call) => {
        const { groupID: groupId, inviterUserID = '', reqMessage, joinSource, ex } = call.body;
        if (joinSource === 2 && inviterUserID === '') {
          throw new InputInvalid('body', [{ pointer: '/inviterUserID', detail: 'joinSource 2 needs it' }]);
        }
        const { id: callerId } = actorOf(call.caller);
        const userId = inviterUserID === '' ? callerId : inviterUserID;
        // The original lets anybody join for anybody (docs/rules.md A7).
        requireAccess(call.caller, userId);
        const { outcome } = await shown(
          services,
          groups.requestToJoin(requestContext(call, userId), {
            groupId,
            userId,
            source: joinSourceOf(joinSource),
            // An app admin who asks for somebody is who brings him in.
            ...(userId === callerId ? {} : { inviterId: callerId }),
            ...(reqMessage === undefined ? {} : { message: reqMessage }),
            ...(ex === undefined ? {} : { ext: ex }),
          }),
        );
        if (outcome.result === 'already') throw new DomainError('AlreadyGroupMember', { userIds: [userId] });
        return undefined;
      },
    }),
    operation({
      path: '/group/quit_group',
      Body: QuitGroupReq,
      handle: async (call) => {
        const { groupID: groupId, userID = '' } = call.body;
        const userId = userID === '' ? actorOf(call.caller).id : userID;
        requireAccess(call.caller, userId);
        const left = shown(services, groups.leave(requestContext(call, userId), { groupId, userId }));
        const { outcome } = await overRows(call, left, { managersOnly: false }).catch((error: unknown) => {
          // Whoever else is a member leaves a dismissed group, too.
          throw isRefusal(error, 'GroupDismissed') ? new DomainError('OwnerMayNotLeave', { groupId }) : error;
        });
        if (outcome.alreadySo) throw new OpenimRefused('RecordNotFoundError', 'not a member of the group');
        return undefined;
      },
    }),
    operation({
      path: '/group/group_application_response',
      Body: GroupApplicationResponseReq,
      handle: async (call) => {
        const { groupID: groupId, fromUserID: userId, handledMsg: message, handleResult } = call.body;
        const answered = groups.answerJoinRequest(requestContext(call), {
          groupId,
          userId,
          answer: handleResult === 1 ? 'approved' : 'refused',
          ...(message === undefined ? {} : { message }),
          // What an ordinary member's invitation leads to is an application like any other here.
          alsoInvitation: true,
        });
        await overRows(call, shown(services, answered));
        return undefined;
      },
    }),
    operation({
      path: '/group/transfer_group',
      Body: TransferGroupReq,
      handle: async (call) => {
        const { groupID: groupId, oldOwnerUserID: from, newOwnerUserID: to } = call.body;
        const asked = groups.transfer(requestContext(call), { groupId, from, to, rights: 'last' });
        const { outcome } = await shown(services, orStrangers([from, to], asked));
        if (outcome.alreadySo) throw new DomainError('TransferToSelf', { userId: to });
        return undefined;
      },
    }),
    operation({
      path: '/group/kick_group',
      Body: KickGroupReq,
      handle: async (call) => {
        const { groupID: groupId, kickedUserIDs: userIds, reason } = call.body;
        const kicked = groups.removeMembers(requestContext(call), {
          groupId,
          userIds,
          ...(reason === undefined ? {} : { reason }),
          repeated: 'refuse',
          absent: 'refuse',
          unreachable: 'refuse',
          rights: 'last',
        });
        await overRows(call, shown(services, kicked));
        return undefined;
      },
    }),
    operation({
      path: '/group/invite_user_to_group',
      Body: InviteUserToGroupReq,
      handle: async (call) => {
        const { groupID: groupId, invitedUserIDs: userIds, reason } = call.body;
        const invited = groups.addMembers(requestContext(call), {
          groupId,
          userIds,
          ...(reason === undefined ? {} : { reason }),
          repeated: 'refuse',
          already: 'refuseWhereJoining',
          unknown: 'refuse',
          full: 'refuse',
        });
        await shown(services, invited);
        return undefined;
      },
    }),
    operation({
      path: '/group/dismiss_group',
      Body: DismissGroupReq,
      handle: async (call) => {
        const { groupID: groupId, deleteMember: removeMembers } = call.body;
        const dismissed = groups.dismiss(requestContext(call), {
          groupId,
          removeMembers,
          repeated: 'refuse',
          rights: 'first',
        });
        await overRows(call, shown(services, dismissed));
        return undefined;
      },
    }),
    operation({
      path: '/group/mute_group_member',
      Body: MuteGroupMemberReq,
      handle: (call) => {
        const { groupID: groupId, userID: userId, mutedSeconds } = call.body;
        const until = { lasting: mutedSeconds * 1000 };
        return ofMember(call, shown(services, groups.muteMember(requestContext(call), { groupId, userId, until })));
      },
    }),
    operation({
      path: '/group/cancel_mute_group_member',
      Body: GroupMemberReq,
      handle: (call) => {
        const { groupID: groupId, userID: userId } = call.body;
        return ofMember(call, shown(services, groups.unmuteMember(requestContext(call), { groupId, userId })));
      },
    }),
    operation({
      path: '/group/mute_group',
      Body: GroupIDReq,
      handle: async (call) => {
        const groupId = call.body.groupID;
        await overRows(call, shown(services, groups.mute(requestContext(call), { groupId })), { adminsNeedNone: true });
        return undefined;
      },
    }),
    operation({
      path: '/group/cancel_mute_group',
      Body: GroupIDReq,
      handle: async (call) => {
        const groupId = call.body.groupID;
        await overRows(call, shown(services, groups.unmute(requestContext(call), { groupId })), {
          adminsNeedNone: true,
        });
        return undefined;
      },
    }),
    operation({
      path: '/group/set_group_member_info',
      Body: SetGroupMemberInfoReq,
      handle: async (call) => {
        const { members } = call.body;
        const named = new Set(members.map(({ groupID, userID }) => JSON.stringify([groupID, userID])));
        if (named.size < members.length) throw new OpenimRefused('ArgsError', 'group member repeated');
        if (members.some(({ roleLevel }) => roleLevel === roleLevels.owner)) {
          throw new OpenimRefused('NoPermissionError', 'ownership moves by a transfer');
        }
        const context = requestContext(call);
        const groupIds = [...new Set(members.map(({ groupID }) => groupID))];
        const changes = groupIds.map((groupId) => ({
          groupId,
          steps: members.filter(({ groupID }) => groupID === groupId).flatMap(memberSteps),
        }));
        const made = await overRows(
          call,
          // By their place: with other groups, the key meets itself at the first one.
          groupChanges.inEach((groupId) => ofStep(context, groupIds.indexOf(groupId).toString()), changes),
          // His own card is anybody's to change.
          { managersOnly: members.some(({ userID }) => userID !== actorOf(call.caller).id) },
        );
        await Promise.all(made.map(({ position }) => services.ownWrites.answering(position)));
        return undefined;
      },
    }),
  ];
}

/** Which rows of a group's members an operation of the original needs before it looks at the group. */
interface RowsLookedAt {
  /** The caller's, which must be a manager's. Default true; else anybody's. */
  readonly managersOnly?: boolean;
  /** None where an app admin asks. Default false: the owner's at least. */
  readonly adminsNeedNone?: boolean;
}

/** transfer: that somebody named isn't a member is a wrong argument, whoever asks; that the caller isn't, no permission. */
async function orStrangers<Result>(named: readonly string[], command: Promise<Result>): Promise<Result> {
  try {
    return await command;
  } catch (error) {
    if (!isRefusal(error, 'NotGroupMember')) throw error;
    const strangers = error.facts.userIds.filter((userId) => named.includes(userId));
    if (strangers.length === 0) throw error;
    throw new OpenimRefused('ArgsError', `user not in group ${strangers.join(',')}`);
  }
}

/** Absent = unchanged, '' = cleared. Who asks for nothing must be allowed to ask all the same. */
function infoSteps(info: SetGroupInfoExReq): GroupChange[] {
  const { groupName, introduction, faceURL, ex, notification, needVerification } = info;
  const joinPolicy = needVerification === undefined ? undefined : joinPolicyOf(needVerification);
  const settings = settingsOf(info);
  const changes = {
    ...(groupName === undefined ? {} : { name: groupName }),
    ...(introduction === undefined ? {} : { introduction }),
    ...(faceURL === undefined ? {} : { avatar: faceURL }),
    ...(ex === undefined ? {} : { ext: ex }),
  };
  return [
    { type: 'ChangeGroupProfile', changes },
    ...(notification === undefined ? [] : [{ type: 'PublishAnnouncement', text: notification } as const]),
    ...(joinPolicy === undefined ? [] : [{ type: 'ChangeJoinPolicy', ...joinPolicy } as const]),
    ...(Object.keys(settings).length === 0 ? [] : [{ type: 'ChangeGroupSettings', changes: settings } as const]),
  ];
}

function memberSteps({ userID: userId, nickname, faceURL, ex, roleLevel }: SetGroupMemberInfo): GroupChange[] {
  const changes = {
    ...(nickname === undefined ? {} : { nickname }),
    ...(faceURL === undefined ? {} : { avatar: faceURL }),
    ...(ex === undefined ? {} : { ext: ex }),
  };
  const role = roleLevel === roleLevels.admin ? 'admin' : 'member';
  const onlyRole = roleLevel !== undefined && Object.keys(changes).length === 0;
  return [
    ...(onlyRole ? [] : [{ type: 'ChangeMemberCard', userId, changes } as const]),
    ...(roleLevel === undefined ? [] : [{ type: 'ChangeMemberRole', userId, role } as const]),
  ];
}
