import { actingUser } from '../shared/actor.js';
import { checkWords } from './bounds.js';
import type { BlockUser, UnblockUser } from './commands.js';
import { type Decided, type FriendshipDecision, requireOwnAct } from './decision.js';
import type { UserBlocked } from './events.js';
import { withdrawn } from './requests.js';
import { type Friendship, sideOf } from './state.js';

/** Not to be written to by somebody. */

export function blockUser(state: Friendship, command: Decided<BlockUser>): FriendshipDecision<'BlockUser'> {
  const { ownerId, blockedId, ext = '', actor, settings } = command;
  requireOwnAct(actor, ['ownerId', ownerId], ['blockedId', blockedId]);
  checkWords({ ext });
  const by = actingUser(actor);
  const events = [
    ...blocked(state, { ownerId, blockedId, ext, why: 'requested', by }),
    ...(settings.blockedMayAsk ? [] : withdrawn(state, blockedId, ownerId, { why: 'blocked', by })),
  ];
  return { events, outcome: { command: 'BlockUser', alreadySo: events.length === 0 } };
}

export function unblockUser(state: Friendship, command: Decided<UnblockUser>): FriendshipDecision<'UnblockUser'> {
  const { ownerId, blockedId, actor } = command;
  requireOwnAct(actor, ['ownerId', ownerId], ['blockedId', blockedId]);
  if (sideOf(state, ownerId).blocks === null)
    return { events: [], outcome: { command: 'UnblockUser', alreadySo: true } };
  return {
    events: [{ type: 'UserUnblocked', data: { ownerId, blockedId, why: 'requested', by: actingUser(actor) } }],
    outcome: { command: 'UnblockUser', alreadySo: false },
  };
}

/** Nothing when he is blocked, unless that came of itself and he is to stay so. */
export function blocked(state: Friendship, block: UserBlocked['data']): UserBlocked[] {
  const { blocks } = sideOf(state, block.ownerId);
  const isSo = blocks === 'requested' || blocks === block.why;
  return isSo ? [] : [{ type: 'UserBlocked', data: block }];
}
