import type {
  GroupPeople,
  MemberCardView,
  MemberFilter,
  MemberPage,
  MemberQueries,
  MemberView,
  ProfiledMember,
} from '../../application/queries/members.js';
import type { CountedPage, PageRequest } from '../../application/queries/page.js';
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

interface ProfiledRow extends MemberRow {
  /** null: he is no user that is known. */
  profile_number: string | null;
  profile_avatar: string | null;
  profile_gender: string | null;
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

  async membersByIds(tenant: string, groupId: string, userIds: readonly string[]): Promise<readonly ProfiledMember[]> {
    if (userIds.length === 0) return [];
    const values = [tenant, groupId, [...new Set(userIds)]];
    const found = await this.prepared.rows<ProfiledRow>('members-by-ids', BY_IDS, values);
    return inOrder(userIds, found, (row) => row.user_id).map(shapeProfiled);
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

  membersOfGroup(tenant: string, groupId: string, page: PageRequest, filter: MemberFilter = {}): Promise<MemberPage> {
    return this.pageOfGroup(MEMBERS, shapeRow, { tenant, groupId, page, filter });
  }

  profiledMembersOfGroup(
    tenant: string,
    groupId: string,
    page: PageRequest,
    filter: MemberFilter = {},
  ): Promise<CountedPage<ProfiledMember>> {
    return this.pageOfGroup(PROFILED, shapeProfiled, { tenant, groupId, page, filter });
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

  private async pageOfGroup<Row extends MemberRow, Item>(
    list: MemberList,
    shape: (row: Row) => Item,
    { tenant, groupId, page, filter }: PageAsked,
  ): Promise<CountedPage<Item>> {
    const { after, offset } = pageStart(LIST, page);
    if (Math.abs(Number(after[0])) > 9) after[0] = 9;
    const values = [tenant, groupId, ...after, page.limit + 1, offset];
    const [rows, total] = hasFilter(filter)
      ? await Promise.all([this.filteredRows<Row>(list, filter, values), this.filteredTotal(tenant, groupId, filter)])
      : await this.wholePage<Row>(list, values);
    const { shown, next } = cutPage(LIST, page, rows, (row) => [row.role_order, Number(row.joined_at), row.user_id]);
    return { items: shown.map(shape), next, total };
  }

  /** The list that is asked for most, with its total in the same statement; a page without rows has to ask for it. */
  private async wholePage<Row extends MemberRow>(list: MemberList, values: unknown[]): Promise<[Row[], number]> {
    const rows = await this.prepared.rows<Row & { total: number | null }>(list.name, list.page, values);
    const [first] = rows;
    if (first) return [rows, first.total ?? 0];
    const counted = await this.prepared.rows<{ n: number }>('member-count', COUNT, values.slice(0, 2));
    return [rows, counted[0]?.n ?? 0];
  }

  private filteredRows<Row extends MemberRow>(
    list: MemberList,
    { roles, keyword }: MemberFilter,
    values: unknown[],
  ): Promise<Row[]> {
    return keyword
      ? this.prepared.rows(`${list.name}.by-name`, list.byName, [...values, orderOf(roles), sought(keyword)])
      : this.prepared.rows(`${list.name}.by-role`, list.byRole, [...values, orderOf(roles)]);
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

const COUNT = 'SELECT member_count AS n FROM read.groups_v2 WHERE tenant = $1 AND group_id = $2';
const ROLE_COUNT = countOf('AND m.role_order = ANY ($3::smallint[])');

/**
 * Names are what others see: the card's, else the profile's. `strpos` knows no wildcards. A subquery, not a join: a join
 * that is planned before the tables have statistics may look through all users for each member.
 */
const named = (roles: string, keyword: string): string =>
  `AND m.role_order = ANY (${roles}::smallint[])
    AND strpos(coalesce(m.name_folded, (SELECT u.nickname_folded FROM read.users_v2 u
      WHERE u.tenant = m.tenant AND u.user_id = m.user_id), ''), ${keyword}::text) > 0`;
const NAMED_COUNT = countOf(named('$3', '$4'));

function pageOf(columns: string, filter: string): string {
  return `SELECT ${columns} FROM read.group_members_v2 m
  WHERE m.tenant = $1 AND m.group_id = $2 AND (m.role_order, m.joined_at, m.user_id) > ($3::smallint, $4::bigint, $5)
    ${filter}
  ORDER BY m.role_order, m.joined_at, m.user_id LIMIT $6 OFFSET $7`;
}

/** The statements of one page of a group's members, as whoever asks wants them. */
interface MemberList {
  readonly name: string;
  readonly page: string;
  readonly byRole: string;
  readonly byName: string;
}

interface PageAsked {
  readonly tenant: string;
  readonly groupId: string;
  readonly page: PageRequest;
  readonly filter: MemberFilter;
}

const listOf = (name: string, columns: string, whole: (page: string) => string = (page) => page): MemberList => ({
  name,
  page: whole(pageOf(`${columns}, (${COUNT}) AS total`, '')),
  byRole: whole(pageOf(columns, 'AND m.role_order = ANY ($8::smallint[])')),
  byName: whole(pageOf(columns, named('$8', '$9'))),
});

const MEMBERS = listOf(LIST.name, COLUMNS);

/** Only of the rows that are shown. OFFSET 0 keeps it a look-up by key, whatever the tables' statistics say. */
const withProfiles = (page: string): string => `SELECT m.*, u.number AS profile_number, u.nickname AS profile_nickname,
    u.avatar AS profile_avatar, u.gender AS profile_gender
  FROM (${page}) m LEFT JOIN LATERAL (SELECT u.number, u.nickname, u.avatar, u.gender FROM read.users_v2 u
    WHERE u.tenant = $1 AND u.user_id = m.user_id OFFSET 0) u ON true`;
const PROFILED = listOf(`${LIST.name}.profiled`, OWN_COLUMNS, (page) => {
  return `${withProfiles(page)} ORDER BY m.role_order, m.joined_at, m.user_id`;
});
const BY_IDS = withProfiles(`SELECT ${OWN_COLUMNS} FROM read.group_members_v2 m
  WHERE m.tenant = $1 AND m.group_id = $2 AND m.user_id = ANY ($3::text[])`);

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

function shapeProfiled(row: ProfiledRow): ProfiledMember {
  const { profile_number: number, profile_nickname: nickname, profile_avatar: avatar, profile_gender: gender } = row;
  const profile = number === null ? null : { number: Number(number), nickname, avatar, gender };
  return Object.assign(shapeRow(row), { profile });
}

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
