import { actingUser, hasAdminPowers, type Actor } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { liveGroup } from './authority.js';
import { checkReason } from './bounds.js';
import type { ReinstateGroup, SuspendGroup } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { SuspensionMode } from './events.js';
import type { GroupState } from './state.js';

/**
 * An app admin's hold on a group, apart from mutes and dismissal (docs/rules.md A16; 000 OperateGroupStatus, 002 status 1). What
 * `blocked` keeps from whom stands in `authority.ts`; what `noChat` does, where messages are sent.
 */

const modes: readonly SuspensionMode[] = ['noChat', 'noPrivateChat', 'blocked'];

export function suspendGroup(state: GroupState, command: Decided<SuspendGroup>): GroupDecision<'SuspendGroup'> {
  const group = liveGroup(state, command);
  const { mode, reason, actor } = command;
  requireAppAdmin(actor);
  if (!modes.includes(mode)) refuse('InvalidArgument', { field: 'mode', reason: `must be one of ${modes.join(', ')}` });
  if (reason !== undefined) checkReason(group.rules.values, reason);
  if (group.suspension === mode) return alreadySo({ command: 'SuspendGroup', alreadySo: true, mode });
  const { groupId } = group;
  return {
    events: [{ type: 'GroupSuspended', data: { groupId, mode, by: actingUser(actor), ...given(reason) } }],
    outcome: { command: 'SuspendGroup', alreadySo: false, mode },
  };
}

export function reinstateGroup(state: GroupState, command: Decided<ReinstateGroup>): GroupDecision<'ReinstateGroup'> {
  const group = liveGroup(state, command);
  const { reason, actor } = command;
  requireAppAdmin(actor);
  if (reason !== undefined) checkReason(group.rules.values, reason);
  const { groupId, suspension: mode } = group;
  if (mode === null) return alreadySo({ command: 'ReinstateGroup', alreadySo: true });
  return {
    events: [{ type: 'GroupReinstated', data: { groupId, mode, by: actingUser(actor), ...given(reason) } }],
    outcome: { command: 'ReinstateGroup', alreadySo: false },
  };
}

function requireAppAdmin(actor: Actor): void {
  if (!hasAdminPowers(actor)) refuse('NotPermitted', { reason: 'only app admins suspend and reinstate groups' });
}

const given = (reason: string | undefined): { reason?: string } =>
  reason === undefined || reason === '' ? {} : { reason };
