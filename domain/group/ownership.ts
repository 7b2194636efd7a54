import { actingUser, hasAdminPowers } from '../shared/actor.js';
import type { CommandContext } from '../shared/command.js';
import { refuse } from '../shared/errors.js';
import {
  liveGroup,
  memberOf,
  reaches,
  refuseOutsider,
  requireMay,
  requireReach,
  requireReachOfAnybody,
} from './authority.js';
import { checkListLength, repeatedItems } from './bounds.js';
import type { ChangeMemberRole, ChangeMemberRoles, RoleResult, TransferOwnership } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { GroupEvent, MemberUnmuted, OwnerTransferred } from './events.js';
import type { BelowOwner } from './rules.js';
import { isMuted, type Group, type GroupState, type Member } from './state.js';

/** Who owns the group, and who is an admin of it. */

export function transferOwnership(
  state: GroupState,
  command: Decided<TransferOwnership>,
): GroupDecision<'TransferOwnership'> {
  const group = liveGroup(state, command);
  const { groupId, ownerId: from } = group;
  const { to, rights = 'first' } = command;
  if (rights === 'last') refuseNamed(group, command);
  const standing = requireMay(group, command.actor, 'transfer');
  if (to === from) {
    if (!hasAdminPowers(command.actor)) refuse('TransferToSelf', { userId: to });
    return alreadySo({ command: 'TransferOwnership', alreadySo: true, from, to });
  }
  if (command.from !== undefined && command.from !== from) refuse('NotGroupOwner', { groupId });
  const heir = memberOf(group, to);
  return {
    events: handOver(group, heir, standing === 'appAdmin' ? 'admin' : 'requested', command),
    outcome: { command: 'TransferOwnership', alreadySo: false, from, to },
  };
}

/** What is wrong with the two named, whichever member asks. @throws TransferToSelf, NotGroupMember */
function refuseNamed(group: Group, { from, to, actor }: Decided<TransferOwnership>): void {
  const { members } = group;
  if (from === to) refuse('TransferToSelf', { userId: to });
  refuseOutsider(group, actor);
  const strangers = [...(from === undefined ? [] : [from]), to].filter((userId) => !members.has(userId));
  if (strangers.length > 0) refuse('NotGroupMember', { userIds: strangers });
}

/** Ownership moves in one event, with both roles; the new owner's own mute ends before it (docs/rules.md A5, D1 transfer). */
export function handOver(
  group: Group,
  heir: Member,
  why: OwnerTransferred['data']['why'],
  { actor, at }: CommandContext,
): GroupEvent[] {
  return [
    ...unmutedOnRising(group, heir, 'madeOwner', { actor, at }),
    {
      type: 'OwnerTransferred',
      data: {
        groupId: group.groupId,
        from: group.ownerId,
        to: heir.userId,
        formerOwnerBecomes: formerOwnersRole(group, heir),
        newOwnerWas: belowOwner(heir),
        why,
      },
    },
  ];
}

/** D0 "transfer: old owner becomes": an ordinary member, or what the new owner was (003). */
export const formerOwnersRole = (group: Group, heir: Member): BelowOwner =>
  group.rules.values.formerOwnerBecomes === 'newOwnersFormerRole' ? belowOwner(heir) : 'member';

const belowOwner = ({ role }: Member): BelowOwner => (role === 'owner' ? 'member' : role);

/** The longest-standing admin, else the longest-standing member (docs/rules.md A5); looks through all of them, here only. */
export function successorOf(group: Group): Member | undefined {
  let longest: Member | undefined;
  const consider = (member: Member | undefined): void => {
    if (member === undefined || member.role === 'owner') return;
    if (longest === undefined || joinedBefore(member, longest)) longest = member;
  };
  if (group.adminIds.size > 0)
    group.adminIds.forEach((userId) => {
      consider(group.members.get(userId));
    });
  else group.members.forEach(consider);
  return longest;
}

const joinedBefore = (a: Member, b: Member): boolean =>
  a.joinedAt < b.joinedAt || (a.joinedAt === b.joinedAt && a.joinOrder < b.joinOrder);

export function changeMemberRole(
  state: GroupState,
  command: Decided<ChangeMemberRole>,
): GroupDecision<'ChangeMemberRole'> {
  const group = liveGroup(state, command);
  const { userId, role, actor } = command;
  checkRole(role);
  const stepsDown = userId === actingUser(actor) && role === 'member' && group.rules.values.adminMayStepDown;
  if (!stepsDown) requireReachOfAnybody(group, actor, 'changeRole');
  const target = memberOf(group, userId);
  if (target.role === 'owner') refuse('OwnerRoleFixed', { userId });
  // Before looking at whom he reaches: 003's admin makes an admin whom from then on he doesn't reach, and may repeat it.
  if (target.role === role) return alreadySo({ command: 'ChangeMemberRole', alreadySo: true, userId, role });
  if (!stepsDown) requireReach(group, actor, 'changeRole', target);
  if (role === 'admin') requireRoomForAdmin(group);

  return {
    events: roleMoved(group, target, role, command),
    outcome: { command: 'ChangeMemberRole', alreadySo: false, userId, role },
  };
}

/** Every id is looked at before anything is written, as in `removeMembers`. */
export function changeMemberRoles(
  state: GroupState,
  command: Decided<ChangeMemberRoles>,
): GroupDecision<'ChangeMemberRoles'> {
  const group = liveGroup(state, command);
  const { userIds, role, actor, repeated = 'report', absent = 'refuse', unreachable = 'refuse' } = command;
  checkRole(role);
  checkListLength('userIds', userIds.length, { min: 1, max: group.rules.values.limits.listItems });
  requireReachOfAnybody(group, actor, 'changeRole');
  const doubled = repeatedItems(userIds);
  if (repeated === 'refuse' && doubled.length > 0) refuse('DuplicateItems', { field: 'userIds', items: doubled });
  const items = rolesJudged(group, command);
  const missing = items.filter((item) => item.result === 'absent').map((item) => item.userId);
  if (absent === 'refuse' && missing.length > 0) refuse('NotGroupMember', { userIds: missing });
  if (unreachable === 'refuse') items.forEach((item) => refuseUnreachable(group, item));
  return {
    events: items.flatMap(({ userId, result }) => {
      const target = group.members.get(userId);
      return result === 'changed' && target !== undefined ? roleMoved(group, target, role, command) : [];
    }),
    outcome: {
      command: 'ChangeMemberRoles',
      alreadySo: items.every(({ result }) => result === 'already' || result === 'repeated' || result === 'absent'),
      role,
      items,
    },
  };
}

function rolesJudged(group: Group, { userIds, role, actor }: Decided<ChangeMemberRoles>): RoleResult[] {
  const seen = new Set<string>();
  const { admins } = group.rules.values.limits;
  let room = role === 'admin' && admins !== null ? Math.max(0, admins - group.adminIds.size) : Infinity;
  return userIds.map((userId) => {
    const again = seen.has(userId);
    seen.add(userId);
    const target = group.members.get(userId);
    if (again) return { userId, result: 'repeated' };
    if (target === undefined) return { userId, result: 'absent' };
    if (target.role === 'owner') return { userId, result: 'owner' };
    if (target.role === role) return { userId, result: 'already' };
    if (!reaches(group, actor, 'changeRole', target)) return { userId, result: 'roleTooHigh' };
    if (room === 0) return { userId, result: 'tooManyAdmins' };
    room -= 1;
    return { userId, result: 'changed' };
  });
}

function refuseUnreachable(group: Group, { userId, result }: RoleResult): void {
  if (result === 'owner') refuse('OwnerRoleFixed', { userId });
  if (result === 'roleTooHigh') {
    refuse('TargetRoleTooHigh', { userId, role: group.members.get(userId)?.role ?? 'member' });
  }
  if (result === 'tooManyAdmins') refuse('TooManyAdmins', { maximum: group.rules.values.limits.admins ?? 0 });
}

function checkRole(role: string): void {
  if (role !== 'admin' && role !== 'member') {
    refuse('InvalidArgument', { field: 'role', reason: 'must be admin or member; ownership is transferred' });
  }
}

/** The new role, and before it the end of a mute that it doesn't go with. */
function roleMoved(group: Group, target: Member, role: BelowOwner, context: CommandContext): GroupEvent[] {
  const endsMute = role === 'admin' && group.rules.values.promotionEndsMute;
  return [
    ...(endsMute ? unmutedOnRising(group, target, 'madeAdmin', context) : []),
    {
      type: 'MemberRoleChanged',
      data: {
        groupId: group.groupId,
        userId: target.userId,
        from: belowOwner(target),
        to: role,
        by: actingUser(context.actor),
      },
    },
  ];
}

function requireRoomForAdmin(group: Group): void {
  const maximum = group.rules.values.limits.admins;
  if (maximum !== null && group.adminIds.size >= maximum) refuse('TooManyAdmins', { maximum });
}

function unmutedOnRising(
  { groupId }: Group,
  member: Member,
  why: 'madeOwner' | 'madeAdmin',
  { actor, at }: CommandContext,
): MemberUnmuted[] {
  if (!isMuted(member, at)) return [];
  return [{ type: 'MemberUnmuted', data: { groupId, userId: member.userId, by: actingUser(actor), why } }];
}
