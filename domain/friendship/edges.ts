import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { checkFriendCard } from './bounds.js';
import { blocked } from './blocks.js';
import type { ChangeFriendCard, ImportFriend, RemoveFriend } from './commands.js';
import { type Decided, type FriendshipDecision, requireOwnAct } from './decision.js';
import type { FriendCardChanges } from './events.js';
import { becomeFriends } from './requests.js';
import { cardFields, type Friend, type Friendship, printOf, sideOf } from './state.js';

/** Who is in whose list: each direction by itself (docs/rules.md A12). */

export function importFriend(state: Friendship, command: Decided<ImportFriend>): FriendshipDecision<'ImportFriend'> {
  const { ownerId, friendId, actor } = command;
  if (!hasAdminPowers(actor)) refuse('NotPermitted', { reason: 'only an app admin imports friends' });
  checkId('ownerId', ownerId);
  checkId('friendId', friendId);
  if (ownerId === friendId) refuse('CannotBefriendYourself', { userId: ownerId });
  const events = becomeFriends(state, ownerId, friendId, { source: 'import', by: actingUser(actor), liftsAll: false });
  return { events, outcome: { command: 'ImportFriend', alreadySo: events.length === 0 } };
}

export function removeFriend(state: Friendship, command: Decided<RemoveFriend>): FriendshipDecision<'RemoveFriend'> {
  const { ownerId, friendId, actor, settings } = command;
  requireOwnAct(actor, ['ownerId', ownerId], ['friendId', friendId]);
  if (sideOf(state, ownerId).friend === null) {
    return { events: [], outcome: { command: 'RemoveFriend', alreadySo: true } };
  }
  const by = actingUser(actor);
  const blocks = settings.deletingBlocks
    ? blocked(state, { ownerId, blockedId: friendId, ext: '', why: 'friendRemoved', by })
    : [];
  return {
    events: [{ type: 'FriendRemoved', data: { ownerId, friendId, by } }, ...blocks],
    outcome: { command: 'RemoveFriend', alreadySo: false },
  };
}

export function changeFriendCard(
  state: Friendship,
  command: Decided<ChangeFriendCard>,
): FriendshipDecision<'ChangeFriendCard'> {
  const { ownerId, friendId, actor, changes: asked = {}, pinned: wanted } = command;
  requireOwnAct(actor, ['ownerId', ownerId], ['friendId', friendId]);
  checkFriendCard(asked);
  const friend = sideOf(state, ownerId).friend ?? refuse('FriendNotFound', { ownerId, friendId });
  const changes = realChanges(friend, asked);
  const pinned = wanted === friend.pinned ? undefined : wanted;
  const fields = cardFields.filter((field) => changes[field] !== undefined);
  const changed = [...fields, ...(pinned === undefined ? [] : (['pinned'] as const))];
  if (changed.length === 0) {
    return { events: [], outcome: { command: 'ChangeFriendCard', alreadySo: true, changed } };
  }
  const data = {
    ownerId,
    friendId,
    by: actingUser(actor),
    ...(fields.length > 0 && { changes }),
    ...(pinned !== undefined && { pinned }),
  };
  return {
    events: [{ type: 'FriendCardChanged', data }],
    outcome: { command: 'ChangeFriendCard', alreadySo: false, changed },
  };
}

/** Only what differs, and clearing in one way of writing it. */
function realChanges({ card }: Friend, asked: FriendCardChanges): FriendCardChanges {
  const changes: FriendCardChanges = {};
  for (const field of cardFields) {
    const text = asked[field];
    if (text === undefined || printOf(text) === card[field]) continue;
    changes[field] = text === '' ? null : text;
  }
  return changes;
}
