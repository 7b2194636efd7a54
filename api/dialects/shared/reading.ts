import { MAX_PAGE, type PageRequest } from '../../../application/queries/page.js';
import type { UserQueries, UserView } from '../../../application/queries/users.js';

/** A page by its number (from 1) and size, and whether nothing of it is wanted but the total. No page is longer than a list may be. */
export function numberedPage(number: number, size: number): PageRequest & { readonly empty: boolean } {
  const empty = size <= 0;
  const limit = empty ? 1 : Math.min(size, MAX_PAGE);
  return { limit, offset: Math.min((number - 1) * limit, 2 ** 31 - 1), empty };
}

/** Profiles by user id, however many are asked for. */
export async function profilesOf(
  users: UserQueries,
  tenant: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, UserView>> {
  const wanted = [...new Set(userIds)];
  const found: UserView[] = [];
  for (let start = 0; start < wanted.length; start += MAX_PAGE) {
    found.push(...(await users.usersByIds(tenant, wanted.slice(start, start + MAX_PAGE))));
  }
  return new Map(found.map((user) => [user.userId, user]));
}
