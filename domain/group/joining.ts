import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { liveGroup } from './authority.js';
import type { JoinGroup } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import { memberCount, outlasts, type Group, type GroupState } from './state.js';

/** Coming in by oneself, or by an app admin's hand. */
export function joinGroup(state: GroupState, command: Decided<JoinGroup>): GroupDecision<'JoinGroup'> {
  const group = liveGroup(state, command);
  const { userId, actor, at } = command;
  checkId('userId', userId);
  const byAdmin = hasAdminPowers(actor) && group.rules.values.may.invite.includes('appAdmin');
  if (actingUser(actor) !== userId && !byAdmin) {
    if (hasAdminPowers(actor)) refuse('RulesForbid', { groupId: group.groupId, act: 'invite' });
    refuse('NotPermitted', { reason: 'a user joins for himself only' });
  }
  // Joining again changes neither the count nor a role (RULES A7).
  if (group.members.has(userId)) return alreadySo({ command: 'JoinGroup', alreadySo: true, userId });
  if (!byAdmin) requireOpen(group);
  if (memberCount(group) >= group.maximum) refuse('GroupFull', { maximum: group.maximum });

  return {
    events: [
      {
        type: 'MemberJoined',
        data: {
          groupId: group.groupId,
          userId,
          role: 'member',
          source: byAdmin ? 'admin' : (command.source ?? 'open'),
          joinedAt: at,
          ...carriedMute(group, userId, at),
          seesEarlier: group.rules.values.newcomerSeesEarlier,
        },
      },
    ],
    outcome: { command: 'JoinGroup', alreadySo: false, userId },
  };
}

function requireOpen({ joinPolicy, groupId }: Group): void {
  if (joinPolicy.selfJoin === 'closed') refuse('JoinClosed', { groupId });
  if (joinPolicy.selfJoin === 'approval') refuse('JoinNeedsApproval', { groupId });
}

/** A mute that a member left with and that the rules let survive (D0 "mute survives rejoining"). */
function carriedMute(group: Group, userId: string, at: number): { mutedUntil?: number | null } {
  const mute = group.rules.values.muteSurvivesRejoining ? group.departedMutes.get(userId) : undefined;
  return mute !== undefined && outlasts(mute, at) ? { mutedUntil: mute.until } : {};
}
