import { Map } from 'immutable';
import type { UserGroupsEvent } from './events.js';

export interface UserGroups {
  /** By group id, the incarnation that was chosen. */
  readonly favourites: Map<string, number>;
  /** ms UTC; 0 = never cleared. */
  readonly noticesClearedUpTo: number;
}

export const noUserGroups: UserGroups = { favourites: Map(), noticesClearedUpTo: 0 };

/** Folds one event; an event unknown here changes nothing. */
export function evolve(state: UserGroups, event: UserGroupsEvent): UserGroups {
  switch (event.type) {
    case 'GroupFavourited':
      return { ...state, favourites: state.favourites.set(event.data.groupId, event.data.incarnation) };
    case 'GroupUnfavourited':
      return { ...state, favourites: state.favourites.delete(event.data.groupId) };
    case 'GroupNoticesCleared':
      return { ...state, noticesClearedUpTo: Math.max(state.noticesClearedUpTo, event.data.upTo) };
    default:
      return state;
  }
}
