import type { GroupCommands } from '../../application/commands/groups.js';
import type { GroupSettings } from '../../domain/group/rules.js';
import { receipt, requestContext } from './commanding.js';
import { always, done, managers } from './declaring.js';
import { GroupPath } from './dto/groups.js';
import {
  ChangeGroupSettings,
  ChangeJoinPolicy,
  type GroupSettingsDto,
  PublishAnnouncement,
  ReinstateQuery,
  SuspendGroup,
} from './dto/settings.js';
import { operation, type Operation } from './operation.js';
import { GroupReceipt, JoinPolicyReceipt, SettingsReceipt, SuspensionReceipt } from './schemas/receipts.js';

/** How a group is set up: announcement, join policy, settings, and an app admin's hold on it. */
export function groupSettingsOperations(groups: GroupCommands): Operation[] {
  return [
    operation({
      method: 'put',
      path: '/groups/{groupId}/announcement',
      operationId: 'publishAnnouncement',
      summary: 'Tell the members something that stays in view',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: PublishAnnouncement,
      success: done(GroupReceipt),
      problems: [...always, ...managers],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const context = requestContext(invocation, 'PUT /groups/{groupId}/announcement');
        return receipt(groupId, await groups.announce(context, { groupId, text: invocation.body.text }));
      },
    }),
    operation({
      method: 'delete',
      path: '/groups/{groupId}/announcement',
      operationId: 'takeAnnouncementBack',
      summary: 'Take the announcement back',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      success: done(GroupReceipt),
      problems: [...always, ...managers],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const context = requestContext(invocation, 'DELETE /groups/{groupId}/announcement');
        return receipt(groupId, await groups.announce(context, { groupId, text: '' }));
      },
    }),
    operation({
      method: 'patch',
      path: '/groups/{groupId}/join-policy',
      operationId: 'changeJoinPolicy',
      summary: 'Say how people come in',
      description: 'What is absent stays as it is. What a group may choose among, its rules say.',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: ChangeJoinPolicy,
      success: done(JoinPolicyReceipt),
      problems: [...always, ...managers],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const context = requestContext(invocation, 'PATCH /groups/{groupId}/join-policy');
        return receipt(groupId, await groups.changeJoinPolicy(context, { ...invocation.body, groupId }));
      },
    }),
    operation({
      method: 'patch',
      path: '/groups/{groupId}/settings',
      operationId: 'changeGroupSettings',
      summary: 'Change settings and how many people the group holds',
      description: 'What is absent stays as it is.',
      tag: 'Groups',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: ChangeGroupSettings,
      success: done(SettingsReceipt),
      problems: [...always, ...managers],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const { maximum, ...settings } = invocation.body;
        const result = await groups.changeSettings(requestContext(invocation, 'PATCH /groups/{groupId}/settings'), {
          groupId,
          changes: { ...settingsOf(settings), ...(maximum === undefined ? {} : { maximum }) },
        });
        const changed = result.outcome.changed.map((name) => (name === 'retention' ? 'retentionSeconds' : name));
        return receipt(groupId, { ...result, outcome: { ...result.outcome, changed } });
      },
    }),
    operation({
      method: 'put',
      path: '/groups/{groupId}/suspension',
      operationId: 'suspendGroup',
      summary: 'Suspend a group; another mode replaces the present one',
      tag: 'Groups',
      access: 'appAdmin',
      ifMatch: true,
      Path: GroupPath,
      Body: SuspendGroup,
      success: done(SuspensionReceipt),
      problems: always,
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const context = requestContext(invocation, 'PUT /groups/{groupId}/suspension');
        return receipt(groupId, await groups.suspend(context, { ...invocation.body, groupId }));
      },
    }),
    operation({
      method: 'delete',
      path: '/groups/{groupId}/suspension',
      operationId: 'reinstateGroup',
      summary: 'Lift a group’s suspension',
      tag: 'Groups',
      access: 'appAdmin',
      ifMatch: true,
      Path: GroupPath,
      Query: ReinstateQuery,
      success: done(GroupReceipt),
      problems: always,
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const context = requestContext(invocation, 'DELETE /groups/{groupId}/suspension');
        return receipt(groupId, await groups.reinstate(context, { ...invocation.query, groupId }));
      },
    }),
  ];
}

/** `/v1` says durations in seconds. */
export const settingsOf = ({ retentionSeconds, ...flags }: GroupSettingsDto): Partial<GroupSettings> => ({
  ...flags,
  ...(retentionSeconds === undefined ? {} : { retention: retentionSeconds === null ? null : retentionSeconds * 1000 }),
});
