import type { CommandContext } from '../shared/command.js';
import type { Decider, Decision } from '../shared/decider.js';
import type { GroupCommand, GroupOutcome } from './commands.js';
import { createGroup } from './creation.js';
import { dismissGroup } from './dismissal.js';
import type { GroupEvent } from './events.js';
import { joinGroup } from './joining.js';
import { leaveGroup, removeMembers } from './membership.js';
import { muteGroup, muteMember, unmuteGroup, unmuteMember } from './moderation.js';
import { changeMemberRole, transferOwnership } from './ownership.js';
import { changeGroupProfile } from './profile.js';
import { evolve, noGroup, type GroupState } from './state.js';

/** The group, whole: what has happened folded, what is asked decided. */
export const groupDecider: Decider<GroupState, GroupCommand & CommandContext, GroupEvent, GroupOutcome> = {
  initialState: noGroup,
  evolve,
  decide,
};

/** @throws DomainError when refused; which, each command says (`commands.ts`). */
function decide(state: GroupState, command: GroupCommand & CommandContext): Decision<GroupEvent, GroupOutcome> {
  switch (command.type) {
    case 'CreateGroup':
      return createGroup(state, command);
    case 'JoinGroup':
      return joinGroup(state, command);
    case 'LeaveGroup':
      return leaveGroup(state, command);
    case 'RemoveMembers':
      return removeMembers(state, command);
    case 'ChangeMemberRole':
      return changeMemberRole(state, command);
    case 'TransferOwnership':
      return transferOwnership(state, command);
    case 'MuteMember':
      return muteMember(state, command);
    case 'UnmuteMember':
      return unmuteMember(state, command);
    case 'MuteGroup':
      return muteGroup(state, command);
    case 'UnmuteGroup':
      return unmuteGroup(state, command);
    case 'ChangeGroupProfile':
      return changeGroupProfile(state, command);
    case 'DismissGroup':
      return dismissGroup(state, command);
  }
}
