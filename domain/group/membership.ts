import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { groupToLeave, liveGroup, reaches, refuseOutsider, requireReachOfAnybody } from './authority.js';
import { checkListLength, checkReason, repeatedItems } from './bounds.js';
import type { LeaveGroup, RemovalResult, RemoveMembers } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { GroupEvent, MemberLeft, MemberRemoved } from './events.js';
import { formerOwnersRole, handOver, successorOf } from './ownership.js';
import { memberCount, roleOf, type Group, type GroupState, type Member } from './state.js';

/** Going: by oneself, or removed. How people come is in `creation.ts` and `joining.ts`. */

export function leaveGroup(state: GroupState, command: Decided<LeaveGroup>): GroupDecision<'LeaveGroup'> {
  const group = groupToLeave(state, command);
  const { userId, actor, dismissed = 'report' } = command;
  if (dismissed === 'refuse' && group.status === 'dismissed') refuse('GroupDismissed', { groupId: group.groupId });
  if (actingUser(actor) !== userId && !hasAdminPowers(actor)) {
    refuse('NotPermitted', { reason: 'a user leaves for himself only' });
  }
  const member = group.members.get(userId);
  if (member === undefined) return alreadySo({ command: 'LeaveGroup', alreadySo: true, userId, dismissed: false });
  if (group.status === 'dismissed') return leftBehind(group, member);
  if (member.role === 'owner') return ownerLeaves(group, member, command);
  return left(userId, [departure(group, member), ...lastOneGone(group, command)], {
    dismissed: isLastOneGoing(group),
  });
}

/** Out of a group that has ended and kept its members. There is nobody for it to go to any more, so its owner stays. */
function leftBehind(group: Group, member: Member): GroupDecision<'LeaveGroup'> {
  if (member.role === 'owner') refuse('GroupDismissed', { groupId: group.groupId });
  return left(member.userId, [departure(group, member)], { dismissed: false });
}

/** docs/rules.md A5 and D0 "owner leaves": he may not, somebody succeeds him, or the group goes on without an owner. */
function ownerLeaves(group: Group, owner: Member, command: Decided<LeaveGroup>): GroupDecision<'LeaveGroup'> {
  const policy = group.rules.values.ownerLeaves;
  if (policy === 'deny') refuse('OwnerMayNotLeave', { groupId: group.groupId });
  const heir = policy === 'successor' ? successorOf(group) : undefined;
  if (heir === undefined) {
    return left(owner.userId, [departure(group, owner), ...lastOneGone(group, command)], {
      successor: null,
      dismissed: isLastOneGoing(group),
    });
  }
  // He leaves as what the transfer has just made him, so that the history reads true line by line.
  const events: GroupEvent[] = [
    ...handOver(group, heir, 'ownerLeft', command),
    departure(group, { ...owner, role: formerOwnersRole(group, heir) }),
  ];
  return left(owner.userId, events, { successor: heir.userId, dismissed: false });
}

const left = (
  userId: string,
  events: readonly GroupEvent[],
  rest: { readonly successor?: string | null; readonly dismissed: boolean },
): GroupDecision<'LeaveGroup'> => ({ events, outcome: { command: 'LeaveGroup', alreadySo: false, userId, ...rest } });

const departure = ({ groupId }: Group, { userId, role }: Member): MemberLeft => ({
  type: 'MemberLeft',
  data: { groupId, userId, roleBefore: role },
});

const isLastOneGoing = (group: Group): boolean =>
  memberCount(group) === 1 && group.rules.values.lastMemberLeaves === 'dismisses';

/** The last one leaving dismisses the group (docs/rules.md A5). */
function lastOneGone(group: Group, { actor }: Decided<LeaveGroup>): GroupEvent[] {
  if (!isLastOneGoing(group)) return [];
  const { groupId } = group;
  const by = actingUser(actor);
  return [{ type: 'GroupDismissed', data: { groupId, by, membersRemoved: false, why: 'lastMemberLeft' } }];
}

export function removeMembers(state: GroupState, command: Decided<RemoveMembers>): GroupDecision<'RemoveMembers'> {
  const group = liveGroup(state, command);
  const { userIds, actor, reason, repeated = 'report', absent = 'report' } = command;
  const { unreachable = 'refuse', rights = 'first' } = command;
  const { values } = group.rules;
  checkListLength('userIds', userIds.length, { min: 1, max: values.limits.listItems });
  if (reason !== undefined) checkReason(values, reason);
  if (rights === 'first') requireReachOfAnybody(group, actor, 'remove');

  const doubled = repeatedItems(userIds);
  if (repeated === 'refuse' && doubled.length > 0) refuse('DuplicateItems', { field: 'userIds', items: doubled });
  const items = judged(group, command);
  if (rights === 'last' && unreachable === 'refuse') refuseSelfAndOwner(group, command);
  if (rights === 'last') refuseOutsider(group, actor);
  // 003 goes through them in turn: who may remove nobody hears so at the first one, unless that one is no member.
  if (rights === 'last' && items[0]?.result !== 'absent') requireReachOfAnybody(group, actor, 'remove');
  if (rights === 'first' && unreachable === 'refuse') items.forEach((item) => refuseUnreachable(group, item));
  const missing = items.filter((item) => item.result === 'absent').map((item) => item.userId);
  if (absent === 'refuse' && missing.length > 0) refuse('NotGroupMember', { userIds: missing });
  if (rights === 'last') {
    requireReachOfAnybody(group, actor, 'remove');
    if (unreachable === 'refuse') items.forEach((item) => refuseUnreachable(group, item));
  }

  return {
    events: items.flatMap((item) => removal(group, item, command)),
    outcome: {
      command: 'RemoveMembers',
      alreadySo: items.every(({ result }) => result === 'absent' || result === 'repeated'),
      items,
    },
  };
}

/** What each id named comes to; every one is checked, not only the last (docs/rules.md A7). */
function judged(group: Group, { userIds, actor }: Decided<RemoveMembers>): RemovalResult[] {
  const seen = new Set<string>();
  return userIds.map((userId) => {
    const again = seen.has(userId);
    seen.add(userId);
    const member = group.members.get(userId);
    if (again) return { userId, result: 'repeated' };
    if (member === undefined) return { userId, result: 'absent' };
    if (userId === actingUser(actor)) return { userId, result: 'self' };
    if (member.role === 'owner') return { userId, result: 'owner' };
    return { userId, result: reaches(group, actor, 'remove', member) ? 'removed' : 'roleTooHigh' };
  });
}

/** Whom nobody removes, whatever he may: a member or not who names himself, and the owner. */
function refuseSelfAndOwner({ ownerId }: Group, { userIds, actor }: Decided<RemoveMembers>): void {
  const self = actingUser(actor);
  if (userIds.includes(self)) refuse('SelfNotAllowed', { userId: self });
  if (ownerId !== null && userIds.includes(ownerId)) refuse('TargetRoleTooHigh', { userId: ownerId, role: 'owner' });
}

function refuseUnreachable(group: Group, { userId, result }: RemovalResult): void {
  if (result === 'self') refuse('SelfNotAllowed', { userId });
  if (result === 'owner' || result === 'roleTooHigh') {
    refuse('TargetRoleTooHigh', { userId, role: group.members.get(userId)?.role ?? 'member' });
  }
}

function removal(group: Group, item: RemovalResult, command: Decided<RemoveMembers>): MemberRemoved[] {
  const member = group.members.get(item.userId);
  if (item.result !== 'removed' || member === undefined) return [];
  const { groupId } = group;
  const { userId, role } = member;
  const by = actingUser(command.actor);
  const reason = command.reason === undefined || command.reason === '' ? {} : { reason: command.reason };
  const byRole = roleOf(group, by) ?? null;
  return [{ type: 'MemberRemoved', data: { groupId, userId, roleBefore: role, by, byRole, ...reason } }];
}
