import { actingUser } from '../shared/actor.js';
import { checkWords } from './bounds.js';
import type { BlockUser, UnblockUser } from './commands.js';
import { type Decided, type FriendshipDecision, requireOwnAct } from './decision.js';
import type { FriendshipEvent } from './events.js';
import { withdrawn } from './requests.js';
import { type Friendship, sideOf } from './state.js';

/** Not to be written to by somebody. */

export function blockUser(state: Friendship, command: Decided<BlockUser>): FriendshipDecision<'BlockUser'> {
  const { ownerId, blockedId, ext = '', actor, settings } = command;
  requireOwnAct(actor, ['ownerId', ownerId], ['blockedId', blockedId]);
  checkWords({ ext });
  const events = blocked(state, { ownerId, blockedId, by: actingUser(actor), ext, settings });
  return { events, outcome: { command: 'BlockUser', alreadySo: events.length === 0 } };
}

export function unblockUser(state: Friendship, command: Decided<UnblockUser>): FriendshipDecision<'UnblockUser'> {
  const { ownerId, blockedId, actor } = command;
  requireOwnAct(actor, ['ownerId', ownerId], ['blockedId', blockedId]);
  if (!sideOf(state, ownerId).blocks) return { events: [], outcome: { command: 'UnblockUser', alreadySo: true } };
  return {
    events: [{ type: 'UserUnblocked', data: { ownerId, blockedId, by: actingUser(actor) } }],
    outcome: { command: 'UnblockUser', alreadySo: false },
  };
}

type Blocking = Pick<BlockUser, 'ownerId' | 'blockedId' | 'ext' | 'settings'> & { readonly by: string };

/** Nothing when he is blocked. Where the blocked may not ask, what he had asked is over. */
export function blocked(
  state: Friendship,
  { ownerId, blockedId, by, ext = '', settings }: Blocking,
): FriendshipEvent[] {
  if (sideOf(state, ownerId).blocks) return [];
  return [
    { type: 'UserBlocked', data: { ownerId, blockedId, ext, by } },
    ...(settings.blockedMayAsk ? [] : withdrawn(state, blockedId, ownerId, 'blocked')),
  ];
}
