import { actingUser } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { liveGroup, requireMay } from './authority.js';
import type { CopyGroup } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import { memberCount, type Group, type GroupState } from './state.js';

/** On the source: who may copy it, and how often (004 copy_group, D5). Making the new group is `creation.ts`. */
export function copyGroup(state: GroupState, command: Decided<CopyGroup>): GroupDecision<'CopyGroup'> {
  const group = liveGroup(state, command);
  const { toGroupId, actor, at } = command;
  checkId('toGroupId', toGroupId);
  requireMay(group, actor, 'copy');
  const by = actingUser(actor);
  const members = [...group.members.keys()].filter((userId) => userId !== by);
  const outcome = {
    command: 'CopyGroup',
    toGroupId,
    template: {
      rules: group.rules,
      kind: group.kind,
      maximum: group.maximum,
      joinPolicy: group.joinPolicy,
      settings: group.settings,
      members,
    },
  } as const;
  // So that who was cut off after this goes on with the new group.
  if (group.lastCopy?.toGroupId === toGroupId) return alreadySo({ ...outcome, alreadySo: true });
  refuseTooOften(group, at);
  return {
    events: [{ type: 'GroupCopied', data: { groupId: group.groupId, toGroupId, by, copiedAt: at } }],
    outcome: { ...outcome, alreadySo: false },
  };
}

/** 20004 too young, 20005 copied within the interval, 20007 nobody to take along; and more than a creation may name. */
function refuseTooOften(group: Group, at: number): void {
  const { groupId, createdAt, lastCopy } = group;
  const { copyInterval, initialMembers } = group.rules.values.limits;
  if (copyInterval !== null && at < createdAt + copyInterval) {
    refuse('CopyRefused', { groupId, reason: 'tooYoung', until: createdAt + copyInterval });
  }
  if (copyInterval !== null && lastCopy !== null && at < lastCopy.at + copyInterval) {
    refuse('CopyRefused', { groupId, reason: 'copiedRecently', until: lastCopy.at + copyInterval });
  }
  if (memberCount(group) < 2) refuse('CopyRefused', { groupId, reason: 'tooFewMembers' });
  if (memberCount(group) - 1 > initialMembers) refuse('CopyRefused', { groupId, reason: 'tooManyMembers' });
}
