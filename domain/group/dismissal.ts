import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { liveGroup, refuseAuditor, requireMay, standingsOf } from './authority.js';
import type { DismissGroup } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { Group, GroupState } from './state.js';

/** The end of a group, for good (docs/rules.md A4). */
export function dismissGroup(state: GroupState, command: Decided<DismissGroup>): GroupDecision<'DismissGroup'> {
  refuseWithoutRight(state, command);
  const kept = keptSoFar(state, command);
  if (kept !== undefined) {
    requireMay(kept, command.actor, 'dismiss');
    const { groupId } = kept;
    return {
      events: [{ type: 'DismissedGroupEmptied', data: { groupId, by: actingUser(command.actor) } }],
      outcome: { command: 'DismissGroup', alreadySo: false },
    };
  }
  const group = liveGroupUnlessRepeated(state, command);
  if (group === undefined) return alreadySo({ command: 'DismissGroup', alreadySo: true });
  const standing = requireMay(group, command.actor, 'dismiss');
  return {
    events: [
      {
        type: 'GroupDismissed',
        data: {
          groupId: group.groupId,
          by: actingUser(command.actor),
          membersRemoved: command.removeMembers,
          why: standing === 'appAdmin' ? 'admin' : 'requested',
        },
      },
    ],
    outcome: { command: 'DismissGroup', alreadySo: false },
  };
}

/** Where the caller's API says so before whether it is dismissed already. What a live group says, it says later anyway. */
function refuseWithoutRight(state: GroupState, { actor, rights = 'last' }: Decided<DismissGroup>): void {
  refuseAuditor(actor);
  if (rights === 'last' || state.status !== 'dismissed' || state.dismissal?.membersRemoved !== false) return;
  requireMay(state, actor, 'dismiss');
}

/** Dismissed with its members kept, which now shall go after all (003: a later dismiss_group with deleteMember). */
function keptSoFar(state: GroupState, { actor, removeMembers, kept }: Decided<DismissGroup>): Group | undefined {
  if (kept === 'refuse') return undefined;
  if (state.status !== 'dismissed' || !removeMembers || state.dismissal?.membersRemoved !== false) return undefined;
  const { dismiss } = state.rules.values.may;
  return standingsOf(state, actor).some((standing) => dismiss.includes(standing)) ? state : undefined;
}

function liveGroupUnlessRepeated(state: GroupState, command: Decided<DismissGroup>): Group | undefined {
  if (command.repeated === 'report' && mayHearOfDismissal(state, command)) return undefined;
  return liveGroup(state, command);
}

/** It is dismissed already, by this very actor or by one he could have overruled. */
function mayHearOfDismissal(state: GroupState, { actor }: Decided<DismissGroup>): boolean {
  if (state.status !== 'dismissed') return false;
  const user = actingUser(actor);
  return hasAdminPowers(actor) || user === state.ownerId || user === state.dismissal?.by;
}
