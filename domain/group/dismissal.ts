import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { liveGroup, refuseAuditor, requireMay } from './authority.js';
import type { DismissGroup } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { GroupState } from './state.js';

/** The end of a group, for good (RULES A4). */
export function dismissGroup(state: GroupState, command: Decided<DismissGroup>): GroupDecision<'DismissGroup'> {
  if (command.repeated === 'report' && mayHearOfDismissal(state, command)) {
    return alreadySo({ command: 'DismissGroup', alreadySo: true });
  }
  const group = liveGroup(state, command);
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

/** It is dismissed already, by this very actor or by one he could have overruled. */
function mayHearOfDismissal(state: GroupState, { actor }: Decided<DismissGroup>): boolean {
  refuseAuditor(actor);
  if (state.status !== 'dismissed') return false;
  const user = actingUser(actor);
  return hasAdminPowers(actor) || user === state.ownerId || user === state.dismissal?.by;
}
