import type { GroupView } from './groups.js';
import type { CountedPage, PageRequest } from './page.js';

export interface FavouriteGroup {
  readonly group: GroupView;
  /** Milliseconds UTC. */
  readonly favouritedAt: number;
}

/** Everything is of one tenant. Favourites that were dismissed are no longer shown. */
export interface FavouriteQueries {
  /**
   * Newest first, then by group id.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  favouritesOfUser(tenant: string, userId: string, page: PageRequest): Promise<CountedPage<FavouriteGroup>>;
  /** Which of the groups are his favourites. At most 1000 ids. */
  areFavourites(tenant: string, userId: string, groupIds: readonly string[]): Promise<ReadonlySet<string>>;
}
