import { foldedName } from '../../application/queries/folded-name.js';
import type { CountedPage, PageRequest } from '../../application/queries/page.js';
import type { UserFilter, UserQueries, UserView } from '../../application/queries/users.js';
import { cutPage, pageStart, type PagedList } from './cursor.js';
import { UserEntity } from './entities.js';
import type { Prepared } from './prepared.js';
import { inOrder, PreparedLookup } from './prepared.js';

export class UserReadModel implements UserQueries {
  private readonly users: PreparedLookup<UserEntity>;

  constructor(private readonly prepared: Prepared) {
    this.users = new PreparedLookup(prepared, UserEntity);
  }

  async userById(tenant: string, userId: string): Promise<UserView | undefined> {
    const found = await this.users.one(tenant, userId);
    return found ? shape(found) : undefined;
  }

  async usersByIds(tenant: string, userIds: readonly string[]): Promise<readonly UserView[]> {
    if (userIds.length === 0) return [];
    const found = await this.users.many(tenant, [...new Set(userIds)]);
    return inOrder(userIds, found, (user) => user.userId).map(shape);
  }

  async allUsers(
    tenant: string,
    page: PageRequest,
    { userId = '', nickname = '' }: UserFilter = {},
  ): Promise<CountedPage<UserView>> {
    const { after, offset } = pageStart(LIST, page);
    const filter = [tenant, userId, foldedName(nickname)];
    const [rows, counted] = await Promise.all([
      this.prepared.rows<{ user_id: string }>('all-users', ALL, [...filter, ...after, page.limit + 1, offset]),
      this.prepared.rows<{ total: string }>('all-users-total', TOTAL, filter),
    ]);
    const { shown, next } = cutPage(LIST, page, rows, (row) => [row.user_id]);
    const items = await this.usersByIds(
      tenant,
      shown.map((row) => row.user_id),
    );
    return { items, next, total: Number(counted[0]?.total ?? 0) };
  }

  async usersExist(tenant: string, userIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (userIds.length === 0) return new Set();
    const rows = await this.prepared.rows<{ user_id: string }>('users-exist', EXIST, [tenant, userIds]);
    return new Set(rows.map((row) => row.user_id));
  }
}

const LIST: PagedList = { name: 'all-users', shape: ['string'], start: [''] };

const MATCHING = `FROM read.users_v2 WHERE tenant = $1
  AND ($2 = '' OR position($2 in user_id) > 0) AND ($3 = '' OR position($3 in nickname_folded) > 0)`;
const ALL = `SELECT user_id ${MATCHING} AND user_id > $4 ORDER BY user_id LIMIT $5 OFFSET $6`;
const TOTAL = `SELECT count(*) AS total ${MATCHING}`;

const EXIST = `SELECT u.user_id FROM read.users_v2 u WHERE u.tenant = $1 AND u.user_id = ANY ($2::text[])`;

const shape = (user: UserEntity): UserView => ({
  userId: user.userId,
  number: user.number,
  nickname: user.nickname,
  avatar: user.avatar,
  ext: user.ext,
  region: user.region,
  phone: user.phone,
  gender: user.gender,
  privacy: {
    groupInviteConsent: user.groupInviteConsent,
    friendRequestConsent: user.friendRequestConsent,
    searchable: user.searchable,
  },
  receiveOption: user.receiveOption,
  registeredAt: user.registeredAt,
  updatedAt: user.updatedAt,
  revision: user.revision,
});
