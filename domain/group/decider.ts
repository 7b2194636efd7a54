import type { CommandContext } from '../shared/command.js';
import type { Decider, Decision } from '../shared/decider.js';
import { changeMemberCard } from './card.js';
import type { GroupCommand, GroupOutcome } from './commands.js';
import { copyGroup } from './copying.js';
import { createGroup } from './creation.js';
import { dismissGroup } from './dismissal.js';
import type { GroupEvent } from './events.js';
import { importMembers } from './importing.js';
import { addMembers, answerInvitation, withdrawInvitation } from './invitations.js';
import { answerJoinRequest, requestToJoin, withdrawJoinRequest } from './join-requests.js';
import { joinGroup } from './joining.js';
import { leaveGroup, removeMembers } from './membership.js';
import { muteGroup, muteMember, unmuteGroup, unmuteMember } from './moderation.js';
import { changeMemberRole, changeMemberRoles, transferOwnership } from './ownership.js';
import { changeGroupProfile } from './profile.js';
import { changeGroupSettings, changeJoinPolicy, publishAnnouncement } from './settings.js';
import { evolve, noGroup, type GroupState } from './state.js';
import { reinstateGroup, suspendGroup } from './suspension.js';
import { changeTogether } from './together.js';

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
    case 'RequestToJoin':
      return requestToJoin(state, command);
    case 'AnswerJoinRequest':
      return answerJoinRequest(state, command);
    case 'WithdrawJoinRequest':
      return withdrawJoinRequest(state, command);
    case 'AddMembers':
      return addMembers(state, command);
    case 'AnswerInvitation':
      return answerInvitation(state, command);
    case 'WithdrawInvitation':
      return withdrawInvitation(state, command);
    case 'ImportMembers':
      return importMembers(state, command);
    case 'LeaveGroup':
      return leaveGroup(state, command);
    case 'RemoveMembers':
      return removeMembers(state, command);
    case 'ChangeMemberRole':
      return changeMemberRole(state, command);
    case 'ChangeMemberRoles':
      return changeMemberRoles(state, command);
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
    case 'PublishAnnouncement':
      return publishAnnouncement(state, command);
    case 'ChangeJoinPolicy':
      return changeJoinPolicy(state, command);
    case 'ChangeGroupSettings':
      return changeGroupSettings(state, command);
    case 'ChangeMemberCard':
      return changeMemberCard(state, command);
    case 'SuspendGroup':
      return suspendGroup(state, command);
    case 'ReinstateGroup':
      return reinstateGroup(state, command);
    case 'CopyGroup':
      return copyGroup(state, command);
    case 'ChangeTogether':
      return changeTogether(state, command, decide);
    case 'DismissGroup':
      return dismissGroup(state, command);
  }
}
