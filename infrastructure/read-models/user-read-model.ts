import { In, type DataSource, type Repository } from 'typeorm';
import type { UserQueries, UserView } from '../../application/queries/users.js';
import { UserEntity } from './entities.js';
import { inOrder, Prepared } from './prepared.js';

export class UserReadModel implements UserQueries {
  private readonly users: Repository<UserEntity>;
  private readonly prepared: Prepared;

  constructor(source: DataSource) {
    this.users = source.getRepository(UserEntity);
    this.prepared = new Prepared(source);
  }

  async userById(tenant: string, userId: string): Promise<UserView | undefined> {
    const found = await this.users.findOneBy({ tenant, userId });
    return found ? shape(found) : undefined;
  }

  async usersByIds(tenant: string, userIds: readonly string[]): Promise<readonly UserView[]> {
    if (userIds.length === 0) return [];
    const found = await this.users.findBy({ tenant, userId: In([...new Set(userIds)]) });
    return inOrder(userIds, found, (user) => user.userId).map(shape);
  }

  async usersExist(tenant: string, userIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (userIds.length === 0) return new Set();
    const rows = await this.prepared.rows<{ user_id: string }>('users-exist', EXIST, [tenant, userIds]);
    return new Set(rows.map((row) => row.user_id));
  }
}

const EXIST = `SELECT u.user_id FROM unnest($2::text[]) x (user_id)
  JOIN read.users_v2 u ON u.tenant = $1 AND u.user_id = x.user_id`;

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
