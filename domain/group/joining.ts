import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { admit, broughtBy, requireRoom } from './admission.js';
import { liveGroup } from './authority.js';
import type { JoinGroup } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { Group, GroupState } from './state.js';

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
  // Joining again changes neither the count nor a role (docs/rules.md A7).
  if (group.members.has(userId)) return alreadySo({ command: 'JoinGroup', alreadySo: true, userId });
  if (!byAdmin) requireOpen(group);
  requireRoom(group);

  return {
    events: byAdmin
      ? admit(group, { userId, source: 'admin', ...broughtBy(actor, userId) }, at)
      : admit(group, { userId, source: command.source ?? 'open' }, at),
    outcome: { command: 'JoinGroup', alreadySo: false, userId },
  };
}

function requireOpen({ joinPolicy, groupId }: Group): void {
  if (joinPolicy.selfJoin === 'closed') refuse('JoinClosed', { groupId });
  if (joinPolicy.selfJoin === 'approval') refuse('JoinNeedsApproval', { groupId });
}
