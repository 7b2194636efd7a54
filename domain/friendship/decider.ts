import type { CommandContext } from '../shared/command.js';
import type { Decider, Decision } from '../shared/decider.js';
import { blockUser, unblockUser } from './blocks.js';
import type { FriendshipCommand, FriendshipOutcome } from './commands.js';
import { changeFriendCard, importFriend, removeFriend } from './edges.js';
import type { FriendshipEvent } from './events.js';
import { answerFriendRequest, requestFriend, withdrawFriendRequest } from './requests.js';
import { evolve, type Friendship, strangers } from './state.js';

/** Two people who may be friends: one for each pair (docs/rules.md A12). */
export const friendshipDecider: Decider<
  Friendship,
  FriendshipCommand & CommandContext,
  FriendshipEvent,
  FriendshipOutcome
> = { initialState: strangers, evolve, decide };

/** @throws DomainError when refused; which, each command says (`commands.ts`). */
function decide(
  state: Friendship,
  command: FriendshipCommand & CommandContext,
): Decision<FriendshipEvent, FriendshipOutcome> {
  switch (command.type) {
    case 'RequestFriend':
      return requestFriend(state, command);
    case 'AnswerFriendRequest':
      return answerFriendRequest(state, command);
    case 'WithdrawFriendRequest':
      return withdrawFriendRequest(state, command);
    case 'RemoveFriend':
      return removeFriend(state, command);
    case 'ChangeFriendCard':
      return changeFriendCard(state, command);
    case 'BlockUser':
      return blockUser(state, command);
    case 'UnblockUser':
      return unblockUser(state, command);
    case 'ImportFriend':
      return importFriend(state, command);
  }
}
