import { actingUser, hasAdminPowers, type Actor } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import type { GroupAct, Reach, Role, Standing } from './rules.js';
import { roleOf, type Group, type GroupState, type Member } from './state.js';

/** Who may do what: every decision asks here, and here only the group's own rules are read. */

/** The acts that hit one member. */
export type MemberAct = 'remove' | 'mute' | 'changeRole' | 'editCard';

interface Asking {
  readonly groupId: string;
  readonly actor: Actor;
}

/**
 * @throws GroupNotFound, GroupDismissed (docs/rules.md A4), GroupSuspended (docs/rules.md A16), NotPermitted for an auditor, who only
 *   reads.
 */
export function liveGroup(state: GroupState, command: Asking): Group {
  const group = existingGroup(state, command);
  if (group.status === 'dismissed') refuse('GroupDismissed', { groupId: group.groupId });
  if (group.suspension === 'blocked' && !hasAdminPowers(command.actor)) {
    refuse('GroupSuspended', { groupId: group.groupId, mode: group.suspension });
  }
  return group;
}

/**
 * Leaving is free even where all else is blocked (docs/rules.md A16), or has ended with its members kept.
 * @throws as `liveGroup`, save GroupSuspended.
 */
export function groupToLeave(state: GroupState, command: Asking): Group {
  const group = existingGroup(state, command);
  if (group.dismissal?.membersRemoved === true) refuse('GroupDismissed', { groupId: group.groupId });
  return group;
}

function existingGroup(state: GroupState, { groupId, actor }: Asking): Group {
  refuseAuditor(actor);
  if (state.status === 'none') refuse('GroupNotFound', { groupId });
  return state;
}

export function refuseAuditor(actor: Actor): void {
  if (actor.kind === 'auditor') refuse('NotPermitted', { reason: 'auditors only read' });
}

/** In virtue of what the actor can act here, his role first: an app admin who owns the group acts as its owner. */
export function standingsOf(group: Group, actor: Actor): readonly Standing[] {
  const role = roleOf(group, actingUser(actor));
  return [...(role === undefined ? [] : [role]), ...(hasAdminPowers(actor) ? (['appAdmin'] as const) : [])];
}

/**
 * The standing that permits the act.
 * @throws RulesForbid, NotGroupMember, NotGroupOwner, NotGroupManager, NotPermitted.
 */
export function requireMay(group: Group, actor: Actor, act: GroupAct): Standing {
  const permitted = group.rules.values.may[act];
  return (
    standingsOf(group, actor).find((standing) => permitted.includes(standing)) ??
    refuseStanding(group, actor, act, permitted)
  );
}

/** @throws as `requireMay` when the actor's standing reaches nobody by this act. */
export function requireReachOfAnybody(group: Group, actor: Actor, act: MemberAct): void {
  const reach = group.rules.values[act];
  const able = (Object.keys(reach) as Standing[]).filter((standing) => reach[standing].length > 0);
  if (!standingsOf(group, actor).some((standing) => able.includes(standing))) refuseStanding(group, actor, act, able);
}

/** Whether the actor's standing reaches the target's role by this act. */
export function reaches(group: Group, actor: Actor, act: MemberAct, target: Pick<Member, 'role'>): boolean {
  const reach: Reach<Role> = group.rules.values[act];
  return standingsOf(group, actor).some((standing) => reach[standing].includes(target.role));
}

/** @throws TargetRoleTooHigh, and as `requireMay`. */
export function requireReach(
  group: Group,
  actor: Actor,
  act: MemberAct,
  target: Pick<Member, 'userId' | 'role'>,
): void {
  requireReachOfAnybody(group, actor, act);
  if (!reaches(group, actor, act, target)) {
    refuse('TargetRoleTooHigh', { userId: target.userId, role: target.role });
  }
}

/**
 * Before anybody is looked up: who is in the group is told to nobody outside, not even by what he is refused for.
 * @throws NotGroupMember of the actor, who is neither a member nor an app admin
 */
export function refuseOutsider(group: Group, actor: Actor): void {
  const user = actingUser(actor);
  if (!hasAdminPowers(actor) && roleOf(group, user) === undefined) refuse('NotGroupMember', { userIds: [user] });
}

/** @throws NotGroupMember */
export function memberOf(group: Group, userId: string): Member {
  return group.members.get(userId) ?? refuse('NotGroupMember', { userIds: [userId] });
}

/** Says what is missing: the rules' consent, membership, or the lowest role that would do. */
function refuseStanding(group: Group, actor: Actor, act: string, permitted: readonly Standing[]): never {
  const { groupId } = group;
  if (permitted.length === 0) refuse('RulesForbid', { groupId, act });
  refuseOutsider(group, actor);
  if (permitted.includes('admin')) refuse('NotGroupManager', { groupId });
  if (permitted.includes('owner')) refuse('NotGroupOwner', { groupId });
  return refuse('NotPermitted', { reason: `${act} is for app admins` });
}
