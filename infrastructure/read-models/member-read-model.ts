import type {
  GroupPeople,
  MemberCardView,
  MemberFilter,
  MemberPage,
  MemberQueries,
  MemberView,
} from '../../application/queries/members.js';
import type { PageRequest } from '../../application/queries/page.js';
import type { MemberCard, ReceiveOption } from '../../domain/group/events.js';
import type { Role } from '../../domain/group/rules.js';
import { cutPage, pageStart, type PagedList } from './cursor.js';
import { GroupMemberEntity } from './entities.js';
import type { Prepared } from './prepared.js';
import { inOrder, PreparedLookup } from './prepared.js';
import { orderOf } from './roles.js';
import { sought } from './sought.js';

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
  card: MemberCard;
  receive_option: ReceiveOption;
  sees_earlier: boolean;
  updated_at: string;
  profile_nickname: string | null;
}

interface PeopleRow extends Omit<MemberRow, 'user_id' | 'profile_nickname'> {
  group_id: string;
  admins: number;
  muted_now: number;
  /** null: neither an owner nor the one who looks. */
  user_id: string | null;
}

const LIST: PagedList = {
  name: 'members-of-group',
  shape: ['number', 'number', 'string'],
  start: [-1, 0, ''],
};
const MUTED: PagedList = { name: 'muted-members', shape: ['string'], start: [''] };

export class MemberReadModel implements MemberQueries {
  private readonly members: PreparedLookup<GroupMemberEntity>;

  constructor(private readonly prepared: Prepared) {
    this.members = new PreparedLookup(prepared, GroupMemberEntity);
  }

  async member(tenant: string, groupId: string, userId: string): Promise<MemberView | undefined> {
    const found = await this.members.one(tenant, groupId, userId);
    return found ? shapeEntity(found) : undefined;
  }

  async membersByIds(tenant: string, groupId: string, userIds: readonly string[]): Promise<readonly MemberView[]> {
    if (userIds.length === 0) return [];
    const found = await this.members.many(tenant, groupId, [...new Set(userIds)]);
    return inOrder(userIds, found, (member) => member.userId).map(shapeEntity);
  }

  async rolesOf(tenant: string, groupId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, Role>> {
    if (userIds.length === 0) return new Map();
    const rows = await this.prepared.rows<{ user_id: string; role: Role }>('roles', ROLES, [tenant, groupId, userIds]);
    return new Map(rows.map((row) => [row.user_id, row.role]));
  }

  async peopleOf(
    tenant: string,
    groupIds: readonly string[],
    self: string,
    at: number,
  ): Promise<ReadonlyMap<string, GroupPeople>> {
    const ids = [...new Set(groupIds)];
    if (ids.length === 0) return new Map();
    const rows = await this.prepared.rows<PeopleRow>('people', PEOPLE, [tenant, ids, self, at]);
    const people = new Map<string, GroupPeople>();
    for (const row of rows) {
      const { group_id: groupId, admins, muted_now: muted } = row;
      const { user_id } = row;
      const member = user_id === null ? undefined : shapeRow({ ...row, user_id, profile_nickname: null });
      const before = people.get(groupId);
      people.set(groupId, {
        owner: member?.role === 'owner' ? member : before?.owner,
        self: member?.userId === self ? member : before?.self,
        admins,
        muted,
      });
    }
    return people;
  }

  async memberIds(tenant: string, groupId: string): Promise<readonly string[]> {
    const rows = await this.prepared.rows<{ user_id: string }>('member-ids', MEMBER_IDS, [tenant, groupId]);
    return rows.map((row) => row.user_id);
  }

  async rolesIn(tenant: string, userId: string, groupIds: readonly string[]): Promise<ReadonlyMap<string, Role>> {
    if (groupIds.length === 0) return new Map();
    const values = [tenant, userId, groupIds];
    const rows = await this.prepared.rows<{ group_id: string; role: Role }>('roles-in', ROLES_IN, values);
    return new Map(rows.map((row) => [row.group_id, row.role]));
  }

  async membersOfGroup(
    tenant: string,
    groupId: string,
    page: PageRequest,
    filter: MemberFilter = {},
  ): Promise<MemberPage> {
    const { after, offset } = pageStart(LIST, page);
    if (Math.abs(Number(after[0])) > 9) after[0] = 9;
    const values = [tenant, groupId, ...after, page.limit + 1, offset];
    const [rows, total] = hasFilter(filter)
      ? await Promise.all([this.filteredRows(filter, values), this.filteredTotal(tenant, groupId, filter)])
      : await this.wholePage(values);
    const { shown, next } = cutPage(LIST, page, rows, (row) => [row.role_order, Number(row.joined_at), row.user_id]);
    return { items: shown.map(shapeRow), next, total };
  }

  async mutedMembers(tenant: string, groupId: string, at: number, page: PageRequest): Promise<MemberPage> {
    const { after, offset } = pageStart(MUTED, page);
    const which = [tenant, groupId, at];
    const [rows, counts] = await Promise.all([
      this.prepared.rows<MemberRow>(MUTED.name, MUTED_PAGE, [...which, ...after, page.limit + 1, offset]),
      this.prepared.rows<{ n: number }>(`${MUTED.name}.count`, MUTED_COUNT, which),
    ]);
    const { shown, next } = cutPage(MUTED, page, rows, (row) => [row.user_id]);
    return { items: shown.map(shapeRow), next, total: counts[0]?.n ?? 0 };
  }

  /** The list that is asked for most, with its total in the same statement; a page without rows has to ask for it. */
  private async wholePage(values: unknown[]): Promise<[MemberRow[], number]> {
    const rows = await this.prepared.rows<MemberRow & { total: number | null }>(LIST.name, PAGE, values);
    const [first] = rows;
    if (first) return [rows, first.total ?? 0];
    const counted = await this.prepared.rows<{ n: number }>('member-count', COUNT, values.slice(0, 2));
    return [rows, counted[0]?.n ?? 0];
  }

  private filteredRows({ roles, keyword }: MemberFilter, values: unknown[]): Promise<MemberRow[]> {
    return keyword
      ? this.prepared.rows('members-by-name', NAMED_PAGE, [...values, orderOf(roles), sought(keyword)])
      : this.prepared.rows('members-by-role', ROLE_PAGE, [...values, orderOf(roles)]);
  }

  private async filteredTotal(tenant: string, groupId: string, { roles, keyword }: MemberFilter): Promise<number> {
    const which = [tenant, groupId, orderOf(roles)];
    const rows = await (keyword
      ? this.prepared.rows<{ n: number }>('members-by-name.count', NAMED_COUNT, [...which, sought(keyword)])
      : this.prepared.rows<{ n: number }>('members-by-role.count', ROLE_COUNT, which));
    return rows[0]?.n ?? 0;
  }
}

const hasFilter = ({ roles, keyword }: MemberFilter): boolean => roles !== undefined || !!keyword;

const OWN_COLUMNS = `m.user_id, m.role_order, m.role, m.joined_at, m.source, m.inviter_id, m.approved_by, m.muted,
    m.muted_until, m.card, m.receive_option, m.sees_earlier, m.updated_at`;
const COLUMNS = `${OWN_COLUMNS},
    (SELECT u.nickname FROM read.users_v2 u WHERE u.tenant = m.tenant AND u.user_id = m.user_id) AS profile_nickname`;

const ROLE_PAGE = pageOf('AND m.role_order = ANY ($8::smallint[])');
const COUNT = 'SELECT member_count AS n FROM read.groups_v2 WHERE tenant = $1 AND group_id = $2';
const PAGE = pageOf('', `, (${COUNT}) AS total`);
const ROLE_COUNT = countOf('AND m.role_order = ANY ($3::smallint[])');

/**
 * Names are what others see: the card's, else the profile's. `strpos` knows no wildcards. A subquery, not a join: a join
 * that is planned before the tables have statistics may look through all users for each member.
 */
const named = (roles: string, keyword: string): string =>
  `AND m.role_order = ANY (${roles}::smallint[])
    AND strpos(coalesce(m.name_folded, (SELECT u.nickname_folded FROM read.users_v2 u
      WHERE u.tenant = m.tenant AND u.user_id = m.user_id), ''), ${keyword}::text) > 0`;
const NAMED_PAGE = pageOf(named('$8', '$9'));
const NAMED_COUNT = countOf(named('$3', '$4'));

function pageOf(filter: string, further = ''): string {
  return `SELECT ${COLUMNS}${further} FROM read.group_members_v2 m
  WHERE m.tenant = $1 AND m.group_id = $2 AND (m.role_order, m.joined_at, m.user_id) > ($3::smallint, $4::bigint, $5)
    ${filter}
  ORDER BY m.role_order, m.joined_at, m.user_id LIMIT $6 OFFSET $7`;
}

function countOf(filter: string): string {
  return `SELECT count(*)::integer AS n FROM read.group_members_v2 m
  WHERE m.tenant = $1 AND m.group_id = $2 ${filter}`;
}

const ROLES = `SELECT m.user_id, m.role FROM read.group_members_v2 m
  WHERE m.tenant = $1 AND m.group_id = $2 AND m.user_id = ANY ($3::text[])`;

const ROLES_IN = `SELECT m.group_id, m.role FROM read.group_members_v2 m
  WHERE m.tenant = $1 AND m.user_id = $2 AND m.group_id = ANY ($3::text[])`;

const MEMBER_IDS = `SELECT m.user_id FROM read.group_members_v2 m
  WHERE m.tenant = $1 AND m.group_id = $2 ORDER BY m.role_order, m.joined_at, m.user_id`;

const STILL_MUTED = `FROM read.group_members_v2 m
  WHERE m.tenant = $1 AND m.group_id = $2 AND m.muted AND (m.muted_until IS NULL OR m.muted_until > $3::bigint)`;
const MUTED_PAGE = `SELECT ${COLUMNS} ${STILL_MUTED} AND m.user_id > $4 ORDER BY m.user_id LIMIT $5 OFFSET $6`;
/** Look-ups by key and counts of few, whatever the size of the groups; a row for the owner, one for who looks, or an empty one. */
const OF_GROUP = 'FROM read.group_members_v2 m WHERE m.tenant = $1 AND m.group_id = a.group_id';
const PEOPLE = `SELECT a.group_id, c.admins, c.muted_now, p.*
  FROM unnest($2::text[]) AS a (group_id)
  CROSS JOIN LATERAL (SELECT
      (SELECT count(*)::integer ${OF_GROUP} AND m.role_order = 1) AS admins,
      (SELECT count(*)::integer ${OF_GROUP} AND m.muted AND (m.muted_until IS NULL OR m.muted_until > $4::bigint)) AS muted_now) c
  LEFT JOIN LATERAL (SELECT ${OWN_COLUMNS} ${OF_GROUP} AND m.role_order = 0
      UNION ALL SELECT ${OWN_COLUMNS} ${OF_GROUP} AND m.user_id = $3 AND m.role_order <> 0) p ON true`;
const MUTED_COUNT = `SELECT count(*)::integer AS n ${STILL_MUTED}`;

const shapeCard = (card: MemberCard): MemberCardView => ({
  nickname: card.nickname ?? null,
  avatar: card.avatar ?? null,
  ext: card.ext ?? null,
  region: card.region ?? null,
  phone: card.phone ?? null,
  wechat: card.wechat ?? null,
  alipay: card.alipay ?? null,
  description: card.description ?? null,
  customFields: card.customFields ?? null,
});

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
  card: shapeCard(row.card),
  profileNickname: row.profile_nickname,
  receiveOption: row.receive_option,
  seesEarlier: row.sees_earlier,
  updatedAt: Number(row.updated_at),
});

const shapeEntity = (row: GroupMemberEntity): MemberView => ({
  userId: row.userId,
  role: row.role,
  joinedAt: row.joinedAt,
  source: row.source,
  inviterId: row.inviterId,
  approvedBy: row.approvedBy,
  ...mute(row.muted, row.mutedUntil),
  card: shapeCard(row.card),
  receiveOption: row.receiveOption,
  seesEarlier: row.seesEarlier,
  updatedAt: row.updatedAt,
});
