import type { GroupQueries, GroupView } from '../../application/queries/groups.js';
import { type HistoryReader, isUnreadable } from '../../application/queries/history.js';
import { DomainError } from '../../domain/shared/errors.js';
import type { GroupCreated } from '../../domain/group/events.js';
import { rightsOf } from '../../domain/group/rights.js';
import type { GroupRules, Standing } from '../../domain/group/rules.js';
import type { Asking, ReadAccess } from './access.js';
import { reading } from './declaring.js';
import { ReadQuery } from './dto/common.js';
import { GroupPath } from './dto/groups.js';
import { operation, type Operation } from './operation.js';
import type { Freshness } from './reading.js';
import { GroupRulesView } from './schemas/rules.js';
import type { Shown } from './schemas/types.js';

export interface GroupRulesServices {
  readonly groups: GroupQueries;
  readonly history: HistoryReader;
  readonly readAccess: ReadAccess;
  readonly freshness: Freshness;
}

/** What a group's rules are, for whom they bind. */
export function groupRulesOperations({ groups, history, readAccess, freshness }: GroupRulesServices): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/groups/{groupId}/rules',
      operationId: 'getGroupRules',
      summary: 'The limits of a group, and what the caller may do in it',
      description:
        'As the group was made with them; the presets of today may have others. `may` and `reach` are of the caller as things stand: nothing where the group is dismissed, or blocked for all but app admins.',
      tag: 'Groups',
      access: 'user',
      Path: GroupPath,
      Query: ReadQuery,
      success: { status: 200, description: 'For members and app admins.', Schema: GroupRulesView },
      problems: ['GroupNotFound', 'NotGroupMember', 'HistoryNotUnderstood', ...reading],
      handle: async ({ path: { groupId }, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const asking = await readAccess.member(caller, groupId);
        const group = await groups.groupById(caller.tenant, groupId);
        if (group === undefined) throw new DomainError('GroupNotFound', { groupId });
        const rules = await rulesOf(history, caller.tenant, group);
        return { status: 200, body: rulesBody(group, rules, asking) };
      },
    }),
  ];
}

/** They are written into the event that made the group, and never change. @throws DomainError GroupNotFound, EventUnreadable */
async function rulesOf(history: HistoryReader, tenant: string, group: GroupView): Promise<GroupRules> {
  const { groupId, incarnation } = group;
  const stream = { category: 'group', tenant, groupId } as const;
  const batches = incarnation === 1 ? [await history.page(stream, { from: 0, limit: 1 })] : history.all(stream);
  for await (const batch of batches) {
    for (const item of batch) {
      if (isUnreadable(item)) {
        if (item.stored.type === 'GroupCreated') throw item.unreadable;
        continue;
      }
      if (item.event?.type !== 'GroupCreated') continue;
      const { data } = item.event as GroupCreated;
      if (data.incarnation === incarnation) return data.rules;
    }
  }
  throw new DomainError('GroupNotFound', { groupId });
}

function rulesBody(group: GroupView, rules: GroupRules, asking: Asking): Shown<typeof GroupRulesView> {
  const { preset, version, values } = rules;
  const { limits, joinPolicies } = values;
  const rights = rightsOf(values, group.joinPolicy, standingsOf(group, asking));
  const seconds = (ms: number | null): number | null => (ms === null ? null : Math.ceil(ms / 1000));
  return {
    groupId: group.groupId,
    preset,
    version,
    role: asking.role ?? null,
    may: rights.acts,
    reach: rights.reach,
    inviteeConsent: values.inviteeConsent,
    ownerLeaves: values.ownerLeaves,
    lastMemberLeaves: values.lastMemberLeaves,
    newcomerSeesEarlier: values.newcomerSeesEarlier,
    muteSurvivesRejoining: values.muteSurvivesRejoining,
    idReusableAfterDismissal: values.idReusableAfterDismissal,
    joinPolicies,
    limits: {
      name: limits.name,
      introduction: limits.introduction,
      announcement: limits.announcement,
      avatar: limits.avatar,
      ext: limits.ext,
      customFields: limits.customFields,
      cardName: limits.cardName,
      reason: limits.reason,
      maximum: limits.maximum,
      admins: limits.admins,
      initialMembers: limits.initialMembers,
      listItems: limits.listItems,
      muteSeconds: seconds(limits.mute.longest),
      muteForEver: limits.mute.forEver,
      copyIntervalSeconds: seconds(limits.copyInterval),
    },
  };
}

function standingsOf({ status, suspension }: GroupView, { role, appAdmin }: Asking): readonly Standing[] {
  if (status === 'dismissed') return [];
  if (appAdmin) return role === undefined ? ['appAdmin'] : [role, 'appAdmin'];
  return role === undefined || suspension?.mode === 'blocked' ? [] : [role];
}
