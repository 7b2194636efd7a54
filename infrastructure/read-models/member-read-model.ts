import { In, type DataSource, type Repository } from 'typeorm';
import type { MemberPage, MemberQueries, MemberView } from '../../application/queries/members.js';
import type { PageRequest } from '../../application/queries/page.js';
import type { Role } from '../../domain/group/rules.js';
import { checkLimit, decodeCursor, encodeCursor } from './cursor.js';
import { GroupMemberEntity } from './entities.js';
import { inOrder, Prepared } from './prepared.js';

interface MemberRow {
  user_id: string;
  role_order: number;
  role: Role;
  joined_at: string;
  source: string;
  inviter_id: string | null;
  approved_by: string | null;
  muted: boolean;
  muted_until: string | null;
  card_nickname: string | null;
  card_avatar: string | null;
  card_ext: string | null;
  sees_earlier: boolean;
}

const LIST = 'members-of-group';

export class MemberReadModel implements MemberQueries {
  private readonly members: Repository<GroupMemberEntity>;
  private readonly prepared: Prepared;

  constructor(source: DataSource) {
    this.members = source.getRepository(GroupMemberEntity);
    this.prepared = new Prepared(source);
  }

  async member(tenant: string, groupId: string, userId: string): Promise<MemberView | undefined> {
    const found = await this.members.findOneBy({ tenant, groupId, userId });
    return found ? shapeEntity(found) : undefined;
  }

  async membersByIds(tenant: string, groupId: string, userIds: readonly string[]): Promise<readonly MemberView[]> {
    if (userIds.length === 0) return [];
    const found = await this.members.findBy({ tenant, groupId, userId: In([...new Set(userIds)]) });
    return inOrder(userIds, found, (member) => member.userId).map(shapeEntity);
  }

  async membersOfGroup(tenant: string, groupId: string, page: PageRequest): Promise<MemberPage> {
    checkLimit(page);
    const after =
      page.cursor === undefined ? [-1, 0, ''] : decodeCursor(LIST, ['number', 'number', 'string'], page.cursor);
    if (Math.abs(Number(after[0])) > 9) after[0] = 9;
    const [rows, counts] = await Promise.all([
      this.prepared.rows<MemberRow>(LIST, PAGE, [tenant, groupId, ...after, page.limit + 1]),
      this.prepared.rows<{ member_count: number }>('member-count', COUNT, [tenant, groupId]),
    ]);
    const shown = rows.slice(0, page.limit);
    const last = shown.at(-1);
    const more = rows.length > shown.length && last !== undefined;
    return {
      items: shown.map(shapeRow),
      next: more ? encodeCursor(LIST, [last.role_order, Number(last.joined_at), last.user_id]) : null,
      total: counts[0]?.member_count ?? 0,
    };
  }
}

const PAGE = `SELECT user_id, role_order, role, joined_at, source, inviter_id, approved_by, muted, muted_until,
    card_nickname, card_avatar, card_ext, sees_earlier
  FROM read.group_members_v1
  WHERE tenant = $1 AND group_id = $2 AND (role_order, joined_at, user_id) > ($3::smallint, $4::bigint, $5)
  ORDER BY role_order, joined_at, user_id LIMIT $6`;

const COUNT = 'SELECT member_count FROM read.groups_v1 WHERE tenant = $1 AND group_id = $2';

const mute = (muted: boolean, until: number | null): { mutedUntil?: number | null } =>
  muted ? { mutedUntil: until } : {};

const shapeRow = (row: MemberRow): MemberView => ({
  userId: row.user_id,
  role: row.role,
  joinedAt: Number(row.joined_at),
  source: row.source,
  inviterId: row.inviter_id,
  approvedBy: row.approved_by,
  ...mute(row.muted, row.muted_until === null ? null : Number(row.muted_until)),
  card: { nickname: row.card_nickname, avatar: row.card_avatar, ext: row.card_ext },
  seesEarlier: row.sees_earlier,
});

const shapeEntity = (row: GroupMemberEntity): MemberView => ({
  userId: row.userId,
  role: row.role,
  joinedAt: row.joinedAt,
  source: row.source,
  inviterId: row.inviterId,
  approvedBy: row.approvedBy,
  ...mute(row.muted, row.mutedUntil),
  card: { nickname: row.cardNickname, avatar: row.cardAvatar, ext: row.cardExt },
  seesEarlier: row.seesEarlier,
});
