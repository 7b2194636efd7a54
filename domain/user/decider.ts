import type { CommandContext } from '../shared/command.js';
import type { Decider, Decision } from '../shared/decider.js';
import type { UserCommand, UserOutcome } from './commands.js';
import { eraseUser } from './erasure.js';
import type { UserEvent } from './events.js';
import { changeUserPrivacy, changeUserProfile, changeUserReceiveOption } from './profile.js';
import { registerUser } from './registration.js';
import { evolve, noUser, type UserState } from './state.js';

export const userDecider: Decider<UserState, UserCommand & CommandContext, UserEvent, UserOutcome> = {
  initialState: noUser,
  evolve,
  decide,
};

/** @throws DomainError when refused; which, each command says (`commands.ts`). */
function decide(state: UserState, command: UserCommand & CommandContext): Decision<UserEvent, UserOutcome> {
  switch (command.type) {
    case 'RegisterUser':
      return registerUser(state, command);
    case 'ChangeUserProfile':
      return changeUserProfile(state, command);
    case 'ChangeUserPrivacy':
      return changeUserPrivacy(state, command);
    case 'ChangeUserReceiveOption':
      return changeUserReceiveOption(state, command);
    case 'EraseUser':
      return eraseUser(state, command);
  }
}
