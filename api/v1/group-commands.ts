import type { GroupCommands } from '../../application/commands/groups.js';
import { actingUser, hasAdminPowers } from '../../domain/shared/actor.js';
import { InputInvalid } from '../http/validation.js';
import { actorOf, receipt, requestContext, resolveUser } from './commanding.js';
import { always, done, managers, made } from './declaring.js';
import { JoinGroup } from './dto/admission.js';
import {
  ChangeGroupProfile,
  ChangeMember,
  CreateGroup,
  DismissQuery,
  GroupPath,
  MemberPath,
  MuteGroup,
  MuteMember,
  RemoveMemberQuery,
  TransferOwnership,
} from './dto/groups.js';
import { settingsOf } from './group-settings.js';
import { operation, type Operation } from './operation.js';
import {
  CreationReceipt,
  DepartureReceipt,
  GroupMuteReceipt,
  GroupReceipt,
  JoinReceipt,
  MemberMuteReceipt,
  MemberReceipt,
  ProfileReceipt,
  RoleReceipt,
  TransferReceipt,
} from './schemas/receipts.js';
import { isoTime } from './reading.js';

export function groupOperations(groups: GroupCommands): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/groups',
      operationId: 'createGroup',
      summary: 'Create a group with its owner and first members, as one fact',
      description: '`outcome.items` says of each named who joined and who is asked first (`awaitsInvitee`).',
      tag: 'Groups',
      access: 'user',
      Body: CreateGroup,
      success: made('Created.', CreationReceipt),
      problems: [
        'InvalidArgument',
        'DuplicateItems',
        'GroupIdTaken',
        'GroupFull',
        'TooManyAdmins',
        'NotPermitted',
        'UserNotFound',
        'IdempotencyKeyReused',
        'NotStorable',
      ],
      handle: async (invocation) => {
        const { ownerId, createdAt, settings, ...asked } = invocation.body;
        const result = await groups.create(requestContext(invocation, 'POST /groups'), {
          ...asked,
          ownerId: ownerId === undefined ? actingUser(actorOf(invocation.caller)) : ownerId,
          ...(createdAt === undefined ? {} : { createdAt: Date.parse(createdAt) }),
          ...(settings === undefined ? {} : { settings: settingsOf(settings) }),
        });
        const { groupId } = result.outcome;
        return receipt(groupId, result, { status: 201, location: `/v1/groups/${encodeURIComponent(groupId)}` });
      },
    }),
    operation({
      method: 'patch',
      path: '/groups/{groupId}',
      operationId: 'changeGroupProfile',
      summary: 'Change name, avatar, introduction, ext or custom fields',
      description: 'What is absent stays as it is.',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: ChangeGroupProfile,
      success: done(ProfileReceipt),
      problems: [...always, ...managers, 'InvalidArgument'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const result = await groups.changeProfile(requestContext(invocation, 'PATCH /groups/{groupId}'), {
          groupId,
          changes: invocation.body,
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'delete',
      path: '/groups/{groupId}',
      operationId: 'dismissGroup',
      summary: 'Dismiss a group, for ever',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Query: DismissQuery,
      success: done(GroupReceipt),
      problems: [...always, 'NotGroupOwner', 'NotGroupMember'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const result = await groups.dismiss(requestContext(invocation, 'DELETE /groups/{groupId}'), {
          groupId,
          removeMembers: invocation.query.removeMembers === 'true',
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'put',
      path: '/groups/{groupId}/owner',
      operationId: 'transferOwnership',
      summary: 'Hand the group over to another member',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: TransferOwnership,
      success: done(TransferReceipt),
      problems: [...always, 'NotGroupOwner', 'NotGroupMember', 'MemberNotFound', 'TransferToSelf'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const result = await groups.transfer(requestContext(invocation, 'PUT /groups/{groupId}/owner'), {
          groupId,
          to: invocation.body.userId,
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'put',
      path: '/groups/{groupId}/mute',
      operationId: 'muteGroup',
      summary: 'Mute everybody but owner, admins and the speakers named',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: MuteGroup,
      bodyOptional: true,
      success: done(GroupMuteReceipt),
      problems: [...always, ...managers, 'InvalidArgument'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const { speakers } = invocation.body;
        const result = await groups.mute(requestContext(invocation, 'PUT /groups/{groupId}/mute'), {
          groupId,
          ...(speakers === undefined ? {} : { speakers }),
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'delete',
      path: '/groups/{groupId}/mute',
      operationId: 'unmuteGroup',
      summary: 'Let everybody speak again',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      success: done(GroupReceipt),
      problems: [...always, ...managers],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const result = await groups.unmute(requestContext(invocation, 'DELETE /groups/{groupId}/mute'), { groupId });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'put',
      path: '/groups/{groupId}/members/{userId}',
      operationId: 'joinGroup',
      summary: 'Join a group, or ask to; an app admin adds anybody',
      description:
        'For `me`, `outcome.result` says what came of it: `joined`, `requested` (the group wants a manager’s approval; `outcome.requestId`), or `already`.',
      tag: 'Members',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      Body: JoinGroup,
      bodyOptional: true,
      success: done(JoinReceipt),
      problems: [
        ...always,
        'JoinClosed',
        'RulesForbid',
        'GroupFull',
        'UserNotFound',
        'NotGroupMember',
        'MemberNotFound',
      ],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const actor = actorOf(invocation.caller);
        const userId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'PUT /groups/{groupId}/members/{userId}');
        // By his own power an app admin adds people; on behalf of somebody he asks as that one would.
        const adds = userId !== actingUser(actor) || (hasAdminPowers(actor) && actor.onBehalfOf === undefined);
        return adds
          ? receipt(groupId, await groups.join(context, { groupId, userId }))
          : receipt(groupId, await groups.requestToJoin(context, { ...invocation.body, groupId, userId }));
      },
    }),
    operation({
      method: 'delete',
      path: '/groups/{groupId}/members/{userId}',
      operationId: 'removeMember',
      summary: 'Leave a group, or remove somebody from it',
      tag: 'Members',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      Query: RemoveMemberQuery,
      success: done(DepartureReceipt),
      problems: [...always, ...managers, 'TargetRoleTooHigh', 'OwnerMayNotLeave', 'InvalidArgument'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const { reason } = invocation.query;
        const userId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'DELETE /groups/{groupId}/members/{userId}');
        if (userId === actingUser(actorOf(invocation.caller))) {
          return receipt(groupId, await groups.leave(context, { groupId, userId }));
        }
        const result = await groups.removeMembers(context, {
          groupId,
          userIds: [userId],
          ...(reason === undefined ? {} : { reason }),
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'patch',
      path: '/groups/{groupId}/members/{userId}',
      operationId: 'changeMemberRole',
      summary: 'Make a member an admin, or an admin a member',
      tag: 'Members',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      Body: ChangeMember,
      success: done(RoleReceipt),
      problems: [...always, ...managers, 'OwnerRoleFixed', 'TargetRoleTooHigh', 'TooManyAdmins'],
      handle: async (invocation) => {
        const { groupId, userId } = invocation.path;
        const result = await groups.changeRole(requestContext(invocation, 'PATCH /groups/{groupId}/members/{userId}'), {
          groupId,
          userId: resolveUser(userId, invocation.caller),
          role: invocation.body.role,
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'put',
      path: '/groups/{groupId}/members/{userId}/mute',
      operationId: 'muteMember',
      summary: 'Mute a member, for a while or for ever',
      tag: 'Members',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      Body: MuteMember,
      bodyOptional: true,
      success: done(MemberMuteReceipt),
      problems: [...always, ...managers, 'TargetRoleTooHigh', 'InvalidArgument'],
      handle: async (invocation) => {
        const { groupId, userId } = invocation.path;
        const result = await groups.muteMember(
          requestContext(invocation, 'PUT /groups/{groupId}/members/{userId}/mute'),
          { groupId, userId: resolveUser(userId, invocation.caller), until: deadlineOf(invocation.body) },
        );
        const { until } = result.outcome;
        return receipt(groupId, {
          ...result,
          outcome: { ...result.outcome, until: until === null ? null : isoTime(until) },
        });
      },
    }),
    operation({
      method: 'delete',
      path: '/groups/{groupId}/members/{userId}/mute',
      operationId: 'unmuteMember',
      summary: 'Let a member speak again',
      tag: 'Members',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      success: done(MemberReceipt),
      problems: [...always, ...managers, 'TargetRoleTooHigh'],
      handle: async (invocation) => {
        const { groupId, userId } = invocation.path;
        const result = await groups.unmuteMember(
          requestContext(invocation, 'DELETE /groups/{groupId}/members/{userId}/mute'),
          { groupId, userId: resolveUser(userId, invocation.caller) },
        );
        return receipt(groupId, result);
      },
    }),
  ];
}

function deadlineOf({ forSeconds, until }: MuteMember): number | null | { readonly lasting: number } {
  if (forSeconds !== undefined && until !== undefined && until !== null) {
    throw new InputInvalid('body', [{ pointer: '/until', detail: 'either `forSeconds` or `until`, not both' }]);
  }
  if (until !== undefined && until !== null) return Date.parse(until);
  return forSeconds === undefined ? null : { lasting: forSeconds * 1000 };
}
