import { In, type DataSource, type Repository } from 'typeorm';
import type { GroupQueries, GroupView, JoinedGroup } from '../../application/queries/groups.js';
import type { Page, PageRequest } from '../../application/queries/page.js';
import type { Role } from '../../domain/group/rules.js';
import { checkLimit, decodeCursor, encodeCursor } from './cursor.js';
import { GroupEntity } from './entities.js';
import { inOrder, Prepared } from './prepared.js';

interface MembershipRow {
  group_id: string;
  role: Role;
  joined_at: string;
}

const LIST = 'groups-of-user';

export class GroupReadModel implements GroupQueries {
  private readonly groups: Repository<GroupEntity>;
  private readonly prepared: Prepared;

  constructor(source: DataSource) {
    this.groups = source.getRepository(GroupEntity);
    this.prepared = new Prepared(source);
  }

  async groupById(tenant: string, groupId: string): Promise<GroupView | undefined> {
    const found = await this.groups.findOneBy({ tenant, groupId });
    return found ? shape(found) : undefined;
  }

  async groupsByIds(tenant: string, groupIds: readonly string[]): Promise<readonly GroupView[]> {
    if (groupIds.length === 0) return [];
    const found = await this.groups.findBy({ tenant, groupId: In([...new Set(groupIds)]) });
    return inOrder(groupIds, found, (group) => group.groupId).map(shape);
  }

  async groupsOfUser(tenant: string, userId: string, page: PageRequest): Promise<Page<JoinedGroup>> {
    checkLimit(page);
    const [joinedAt, groupId] =
      page.cursor === undefined ? [Number.MIN_SAFE_INTEGER, ''] : decodeCursor(LIST, ['number', 'string'], page.cursor);
    const rows = await this.prepared.rows<MembershipRow>(LIST, MEMBERSHIPS, [
      tenant,
      userId,
      joinedAt,
      groupId,
      page.limit + 1,
    ]);
    const shown = rows.slice(0, page.limit);
    const groups = await this.groupsByIds(
      tenant,
      shown.map((row) => row.group_id),
    );
    const byId = new Map(groups.map((group) => [group.groupId, group]));
    const last = shown.at(-1);
    return {
      items: shown.flatMap((row) => {
        const group = byId.get(row.group_id);
        return group ? [{ group, role: row.role, joinedAt: Number(row.joined_at) }] : [];
      }),
      next: rows.length > shown.length && last ? encodeCursor(LIST, [Number(last.joined_at), last.group_id]) : null,
    };
  }
}

/** The two projections are joined here; where one is a moment behind the other, the group comes a moment later. */
const MEMBERSHIPS = `SELECT m.group_id, m.role, m.joined_at FROM read.group_members_v1 m
  JOIN read.groups_v1 g ON g.tenant = m.tenant AND g.group_id = m.group_id AND g.status = 'active'
  WHERE m.tenant = $1 AND m.user_id = $2 AND (m.joined_at, m.group_id) > ($3::bigint, $4)
  ORDER BY m.joined_at, m.group_id LIMIT $5`;

const shape = (group: GroupEntity): GroupView => ({
  groupId: group.groupId,
  number: group.number,
  incarnation: group.incarnation,
  kind: group.kind,
  name: group.name,
  avatar: group.avatar,
  introduction: group.introduction,
  ext: group.ext,
  customFields: group.customFields,
  ownerId: group.ownerId,
  creatorId: group.creatorId,
  memberCount: group.memberCount,
  status: group.status,
  mutedAll: group.mutedAll,
  speakers: group.speakers,
  joinPolicy: { selfJoin: group.selfJoin, memberInvite: group.memberInvite },
  maximum: group.maximum,
  settings: group.settings,
  rules: { preset: group.rulesPreset, version: group.rulesVersion },
  createdAt: group.createdAt,
  updatedAt: group.updatedAt,
  dismissedAt: group.dismissedAt,
  revision: group.revision,
});
