import { actingUser, hasAdminPowers } from '../shared/actor.js';
import type { CommandContext } from '../shared/command.js';
import { refuse } from '../shared/errors.js';
import { liveGroup, memberOf, requireMay, requireReach, requireReachOfAnybody } from './authority.js';
import type { ChangeMemberRole, TransferOwnership } from './commands.js';
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
  const { to } = command;
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

/** Ownership moves in one event, with both roles; the new owner's own mute ends before it (RULES A5, D1 transfer). */
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

/** The longest-standing admin, else the longest-standing member (RULES A5); looks through all of them, here only. */
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
  if (role !== 'admin' && role !== 'member') {
    refuse('InvalidArgument', { field: 'role', reason: 'must be admin or member; ownership is transferred' });
  }
  const stepsDown = userId === actingUser(actor) && role === 'member' && group.rules.values.adminMayStepDown;
  if (!stepsDown) requireReachOfAnybody(group, actor, 'changeRole');
  const target = memberOf(group, userId);
  if (target.role === 'owner') refuse('OwnerRoleFixed', { userId });
  // Before looking at whom he reaches: 003's admin makes an admin whom from then on he doesn't reach, and may repeat it.
  if (target.role === role) return alreadySo({ command: 'ChangeMemberRole', alreadySo: true, userId, role });
  if (!stepsDown) requireReach(group, actor, 'changeRole', target);
  if (role === 'admin') requireRoomForAdmin(group);

  return {
    events: [
      ...(role === 'admin' && group.rules.values.promotionEndsMute
        ? unmutedOnRising(group, target, 'madeAdmin', command)
        : []),
      {
        type: 'MemberRoleChanged',
        data: { groupId: group.groupId, userId, from: target.role, to: role, by: actingUser(actor) },
      },
    ],
    outcome: { command: 'ChangeMemberRole', alreadySo: false, userId, role },
  };
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
