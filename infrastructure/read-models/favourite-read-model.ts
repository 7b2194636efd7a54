import type { FavouriteGroup, FavouriteQueries } from '../../application/queries/favourites.js';
import type { GroupQueries } from '../../application/queries/groups.js';
import type { CountedPage, PageRequest } from '../../application/queries/page.js';
import { ACTIVE_GROUP } from './active-group.js';
import { cutPage, pageStart, type PagedList } from './cursor.js';
import type { Prepared } from './prepared.js';

interface FavouriteRow {
  group_id: string;
  favourited_at: string;
}

const LIST: PagedList = {
  name: 'favourites-of-user',
  shape: ['number', 'string'],
  start: [Number.MAX_SAFE_INTEGER, ''],
};

export class FavouriteReadModel implements FavouriteQueries {
  constructor(
    private readonly prepared: Prepared,
    private readonly groups: Pick<GroupQueries, 'groupsByIds'>,
  ) {}

  async favouritesOfUser(tenant: string, userId: string, page: PageRequest): Promise<CountedPage<FavouriteGroup>> {
    const { after, offset } = pageStart(LIST, page);
    const [rows, counts] = await Promise.all([
      this.prepared.rows<FavouriteRow>(LIST.name, PAGE, [tenant, userId, ...after, page.limit + 1, offset]),
      this.prepared.rows<{ n: number }>(`${LIST.name}.count`, COUNT, [tenant, userId]),
    ]);
    const groups = await this.groups.groupsByIds(
      tenant,
      rows.slice(0, page.limit).map((row) => row.group_id),
    );
    const byId = new Map(groups.map((group) => [group.groupId, group]));
    const keyOf = (row: FavouriteRow) => [Number(row.favourited_at), row.group_id];
    const { shown, next } = cutPage(LIST, page, rows, keyOf, (row) => byId.get(row.group_id));
    const items = shown.flatMap((row): FavouriteGroup[] => {
      const group = byId.get(row.group_id);
      return group ? [{ group, favouritedAt: Number(row.favourited_at) }] : [];
    });
    return { items, next, total: counts[0]?.n ?? 0 };
  }

  async areFavourites(tenant: string, userId: string, groupIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (groupIds.length === 0) return new Set();
    const rows = await this.prepared.rows<{ group_id: string }>('are-favourites', ARE, [tenant, userId, groupIds]);
    return new Set(rows.map((row) => row.group_id));
  }
}

/** A favourite is of one incarnation: another group that has the id now isn't meant. */
const SHOWN = `FROM read.favourites_v1 f
  ${ACTIVE_GROUP('f')}
  WHERE f.tenant = $1 AND f.user_id = $2 AND f.incarnation = g.incarnation`;
const PAGE = `SELECT f.group_id, f.favourited_at ${SHOWN} AND (f.favourited_at, f.group_id) < ($3::bigint, $4)
  ORDER BY f.favourited_at DESC, f.group_id DESC LIMIT $5 OFFSET $6`;
const COUNT = `SELECT count(*)::integer AS n ${SHOWN}`;

const ARE = `SELECT f.group_id ${SHOWN} AND f.group_id = ANY ($3::text[])`;
