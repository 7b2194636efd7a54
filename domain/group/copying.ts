import { actingUser } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { liveGroup, requireMay } from './authority.js';
import type { CopyGroup } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { Group, GroupState } from './state.js';

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
  refuseTooMany(group, members);
  return {
    events: [{ type: 'GroupCopied', data: { groupId: group.groupId, toGroupId, by, copiedAt: at } }],
    outcome: { ...outcome, alreadySo: false },
  };
}

/** 20004 too young, 20005 copied within the interval. */
function refuseTooOften({ groupId, createdAt, lastCopy, rules }: Group, at: number): void {
  const { copyInterval } = rules.values.limits;
  if (copyInterval !== null && at < createdAt + copyInterval) {
    refuse('CopyRefused', { groupId, reason: 'tooYoung', until: createdAt + copyInterval });
  }
  if (copyInterval !== null && lastCopy !== null && at < lastCopy.at + copyInterval) {
    refuse('CopyRefused', { groupId, reason: 'copiedRecently', until: lastCopy.at + copyInterval });
  }
}

/**
 * 20007 nobody to take along; and more than the new group holds beside its owner, or than a creation may name. Judged here
 * too, where what is said can't have changed before it is written: the source would be closed to copies for nothing.
 */
function refuseTooMany({ groupId, maximum, rules }: Group, members: readonly string[]): void {
  if (members.length === 0) refuse('CopyRefused', { groupId, reason: 'tooFewMembers' });
  if (members.length > rules.values.limits.initialMembers || members.length + 1 > maximum) {
    refuse('CopyRefused', { groupId, reason: 'tooManyMembers' });
  }
}
