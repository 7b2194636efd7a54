import type { GroupChange, RemovalResult } from '../../../domain/group/commands.js';
import type { AdditionResult } from '../../../domain/group/admission-commands.js';
import { shown } from '../shared/read-your-writes.js';
import { refuse } from './errors.js';
import type { Id2Result } from './messages.js';
import { type OpenimV2Services, requireAccess, type Rpc, rpc } from './rpc.js';
import { roleLevels } from './views.js';

const PRESET = 'openim-v2';

export function groupCommandRpcs(services: OpenimV2Services): Rpc[] {
  const { groupCommands: groups, groupChanges, directory } = services;

  return [
    rpc('createGroup', 'reply', {
      handle: async ({ InitMemberList, GroupInfo: info, OwnerUserID: ownerId }, call) => {
        if (info === null || ownerId === '') refuse('arguments');
        requireAccess(call, ownerId);
        // Whoever isn't there, or is named as a second owner, is passed over.
        const named = InitMemberList.filter(
          ({ UserID, RoleLevel }) => UserID !== ownerId && RoleLevel !== roleLevels.owner,
        );
        const missing = new Set(await directory.missing(call.tenant, [...new Set(named.map(({ UserID }) => UserID))]));
        const there = named.filter(({ UserID }) => !missing.has(UserID));
        const admins = there.filter(({ RoleLevel }) => RoleLevel === roleLevels.admin);
        const { groupID, groupName: name, notification, introduction, faceURL: avatar, ex: ext, groupType } = info;
        const { outcome, state } = await shown(
          services,
          groups.create(call.context, {
            preset: PRESET,
            ...(groupID === '' ? {} : { groupId: groupID }),
            ...(groupType === 0 ? {} : { kind: String(groupType) }),
            name,
            introduction,
            avatar,
            ext,
            ...(notification === '' ? {} : { announcement: notification }),
            ownerId,
            admins: admins.map(({ UserID }) => UserID),
            members: there.filter((one) => !admins.includes(one)).map(({ UserID }) => UserID),
            repeated: 'report',
          }),
        );
        return {
          GroupInfo: {
            groupID: outcome.groupId,
            groupName: name,
            notification,
            introduction,
            faceURL: avatar,
            ownerUserID: ownerId,
            createTime: state.status === 'none' ? 0 : Math.floor(state.createdAt / 1_000),
            memberCount: outcome.memberCount,
            ex: ext,
            status: 0,
            creatorUserID: call.actor.id,
            groupType,
          },
        };
      },
    }),
    rpc('joinGroup', 'commonResp', {
      handle: async ({ GroupID: groupId, ReqMessage: message }, { context, actor }) => {
        // Who is in already asks for nothing new: the original makes a row for him all the same, and says yes.
        await shown(
          services,
          groups.requestToJoin(context, { groupId, userId: actor.id, ...(message === '' ? {} : { message }) }),
        );
        return {};
      },
    }),
    rpc('quitGroup', 'commonResp', {
      handle: async ({ GroupID: groupId }, { context, actor }) => {
        const { outcome } = await shown(services, groups.leave(context, { groupId, userId: actor.id }));
        // He has no row that could be deleted.
        if (outcome.alreadySo) refuse('database');
        return {};
      },
    }),
    rpc('setGroupInfo', 'commonResp', {
      handle: async ({ GroupInfo: info }, { context }) => {
        if (info === null) refuse('arguments');
        // '' says nothing.
        const changes = {
          ...(info.groupName === '' ? {} : { name: info.groupName }),
          ...(info.introduction === '' ? {} : { introduction: info.introduction }),
          ...(info.faceURL === '' ? {} : { avatar: info.faceURL }),
          ...(info.ex === '' ? {} : { ext: info.ex }),
        };
        const steps: GroupChange[] = [
          { type: 'ChangeGroupProfile', changes },
          ...(info.notification === '' ? [] : [{ type: 'PublishAnnouncement', text: info.notification } as const]),
        ];
        await shown(services, groupChanges.together(context, { groupId: info.groupID, steps }));
        return {};
      },
    }),
    rpc('transferGroupOwner', 'commonResp', {
      // The original lets anybody do it (docs/rules.md A7).
      handle: async ({ GroupID: groupId, OldOwnerUserID: from, NewOwnerUserID: to }, { context }) => {
        if (from === to) refuse('arguments');
        await shown(services, groups.transfer(context, { groupId, from, to }));
        return {};
      },
    }),
    rpc('groupApplicationResponse', 'commonResp', {
      handle: async ({ GroupID: groupId, FromUserID: userId, HandledMsg: message, HandleResult }, { context }) => {
        if (HandleResult !== 1 && HandleResult !== -1) refuse('arguments');
        const command = groups.answerJoinRequest(context, {
          groupId,
          userId,
          answer: HandleResult === 1 ? 'approved' : 'refused',
          ...(message === '' ? {} : { message }),
          alsoInvitation: true,
        });
        await shown(services, command);
        return {};
      },
    }),
    rpc('kickGroupMember', 'reply', {
      handle: async ({ GroupID: groupId, KickedUserIDList: userIds, Reason: reason }, { context }) => {
        if (userIds.length === 0) refuse('arguments');
        const { outcome } = await shown(
          services,
          groups.removeMembers(context, {
            groupId,
            userIds,
            ...(reason === '' ? {} : { reason }),
            unreachable: 'report',
          }),
        );
        return { Id2ResultList: outcome.items.map(removed) };
      },
    }),
    rpc('inviteUserToGroup', 'reply', {
      handle: async ({ GroupID: groupId, InvitedUserIDList: userIds, Reason: reason }, { context }) => {
        if (userIds.length === 0) return { Id2ResultList: [] };
        const { outcome } = await shown(
          services,
          groups.addMembers(context, {
            groupId,
            userIds,
            ...(reason === '' ? {} : { reason }),
            unknown: 'report',
            full: 'report',
          }),
        );
        return { Id2ResultList: outcome.items.map(added) };
      },
    }),
  ];
}

/** Who is out already counts as removed. */
const GONE: ReadonlySet<RemovalResult['result']> = new Set(['removed', 'absent', 'repeated']);
export const isGone = ({ result }: RemovalResult): boolean => GONE.has(result);
const removed = (item: RemovalResult): Id2Result => ({ UserID: item.userId, Result: isGone(item) ? 0 : -1 });

/** Who has to be asked first has been asked; who is in already has not been added. */
const ADDED: ReadonlySet<AdditionResult['result']> = new Set(['joined', 'awaitsInvitee', 'awaitsManager']);
export const isAdded = ({ result }: AdditionResult): boolean => ADDED.has(result);
const added = (item: AdditionResult): Id2Result => ({ UserID: item.userId, Result: isAdded(item) ? 0 : -1 });
