import { actingUser, hasAdminPowers, type Actor } from '../shared/actor.js';
import type { CommandContext } from '../shared/command.js';
import type { Decider, Decision } from '../shared/decider.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import type {
  ClearGroupNotices,
  FavouriteGroup,
  UnfavouriteGroup,
  UserGroupsCommand,
  UserGroupsOutcome,
} from './commands.js';
import type { UserGroupsEvent } from './events.js';
import { evolve, noUserGroups, type UserGroups } from './state.js';

/** Keeps one user's state in proportion; far above what anybody picks by hand. */
export const MOST_FAVOURITES = 10_000;

export const userGroupsDecider: Decider<
  UserGroups,
  UserGroupsCommand & CommandContext,
  UserGroupsEvent,
  UserGroupsOutcome
> = { initialState: noUserGroups, evolve, decide };

type Decided = Decision<UserGroupsEvent, UserGroupsOutcome>;

/** @throws DomainError when refused; which, each command says (`commands.ts`). */
function decide(state: UserGroups, command: UserGroupsCommand & CommandContext): Decided {
  requireOwn(command);
  switch (command.type) {
    case 'FavouriteGroup':
      return favourite(state, command);
    case 'UnfavouriteGroup':
      return unfavourite(state, command);
    case 'ClearGroupNotices':
      return clearNotices(state, command);
  }
}

function favourite({ favourites }: UserGroups, { type, userId, groupId, incarnation }: FavouriteGroup): Decided {
  checkId('groupId', groupId);
  if (favourites.get(groupId) === incarnation) return alreadySo(type);
  if (!favourites.has(groupId) && favourites.size >= MOST_FAVOURITES)
    refuse('TooManyFavourites', { maximum: MOST_FAVOURITES });
  return written({ type: 'GroupFavourited', data: { userId, groupId, incarnation } }, type);
}

function unfavourite({ favourites }: UserGroups, { type, userId, groupId }: UnfavouriteGroup): Decided {
  if (!favourites.has(groupId)) return alreadySo(type);
  return written({ type: 'GroupUnfavourited', data: { userId, groupId } }, type);
}

function clearNotices(
  { noticesClearedUpTo }: UserGroups,
  { type, userId, upTo: asked, at }: ClearGroupNotices & CommandContext,
): Decided {
  const upTo = asked ?? at;
  if (!Number.isSafeInteger(upTo) || upTo < 0 || upTo > at) {
    refuse('InvalidArgument', { field: 'upTo', reason: 'must be whole milliseconds UTC, not in the future' });
  }
  if (upTo <= noticesClearedUpTo) return alreadySo(type);
  return written({ type: 'GroupNoticesCleared', data: { userId, upTo } }, type);
}

const written = (event: UserGroupsEvent, command: UserGroupsCommand['type']): Decided => ({
  events: [event],
  outcome: { command, alreadySo: false },
});

const alreadySo = (command: UserGroupsCommand['type']): Decided => ({
  events: [],
  outcome: { command, alreadySo: true },
});

function requireOwn({ userId, actor }: { readonly userId: string; readonly actor: Actor }): void {
  if (actor.kind === 'auditor' || (actingUser(actor) !== userId && !hasAdminPowers(actor))) {
    refuse('NotPermitted', { reason: 'favourites and notices are a user’s own' });
  }
}
