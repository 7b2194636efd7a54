import type {
  GroupFilter,
  GroupNumbersPage,
  GroupQueries,
  GroupView,
  JoinedGroup,
  JoinedGroupFilter,
  StandingInGroup,
} from '../../application/queries/groups.js';
import type { CountedPage, PageRequest } from '../../application/queries/page.js';
import type { GroupCreated, GroupSettings, ReceiveOption } from '../../domain/group/events.js';
import type { Role } from '../../domain/group/rules.js';
import { ACTIVE_GROUP } from './active-group.js';
import { cutPage, pageStart, type PagedList } from './cursor.js';
import { GroupEntity } from './entities.js';
import type { Prepared } from './prepared.js';
import { inOrder, PreparedLookup } from './prepared.js';
import { orderOf } from './roles.js';

interface MembershipRow {
  group_id: string;
  role: Role;
  joined_at: string;
  receive_option: ReceiveOption;
}

interface StandingRow {
  status: GroupView['status'];
  creator_id: string;
  settings: GroupSettings;
  role: Role | null;
}

const LIST: PagedList = {
  name: 'groups-of-user',
  shape: ['number', 'string'],
  start: [Number.MIN_SAFE_INTEGER, ''],
};

export class GroupReadModel implements GroupQueries {
  private readonly groups: PreparedLookup<GroupEntity>;

  constructor(private readonly prepared: Prepared) {
    this.groups = new PreparedLookup(prepared, GroupEntity);
  }

  async groupById(tenant: string, groupId: string): Promise<GroupView | undefined> {
    const found = await this.groups.one(tenant, groupId);
    return found ? shapeGroup(found) : undefined;
  }

  async standingIn(tenant: string, groupId: string, userId: string): Promise<StandingInGroup | undefined> {
    const values = [tenant, groupId, userId];
    const [row] = await this.prepared.rows<StandingRow>('standing', STANDING, values);
    if (row === undefined) return undefined;
    const { status, creator_id: creatorId, settings, role } = row;
    return { status, creatorId, settings, role: role ?? undefined };
  }

  async groupsByIds(tenant: string, groupIds: readonly string[]): Promise<readonly GroupView[]> {
    if (groupIds.length === 0) return [];
    const found = await this.groups.many(tenant, [...new Set(groupIds)]);
    return inOrder(groupIds, found, (group) => group.groupId).map(shapeGroup);
  }

  async groupIdsOfUser(tenant: string, userId: string): Promise<readonly string[]> {
    const values = [tenant, userId, orderOf(), null, null];
    const rows = await this.prepared.rows<Pick<MembershipRow, 'group_id'>>('group-ids-of-user', IDS, values);
    return rows.map((row) => row.group_id);
  }

  async groupsOfUser(
    tenant: string,
    userId: string,
    page: PageRequest,
    { roles, kind, presets }: JoinedGroupFilter = {},
  ): Promise<CountedPage<JoinedGroup>> {
    const { after, offset } = pageStart(LIST, page);
    const which = [tenant, userId, orderOf(roles), kind ?? null, presets ?? null];
    const [rows, counts] = await Promise.all([
      this.prepared.rows<MembershipRow>(LIST.name, PAGE, [...which, ...after, page.limit + 1, offset]),
      this.prepared.rows<{ n: number }>(`${LIST.name}.count`, COUNT, which),
    ]);
    const groups = await this.groupsByIds(
      tenant,
      rows.slice(0, page.limit).map((row) => row.group_id),
    );
    const byId = new Map(groups.map((group) => [group.groupId, group]));
    const keyOf = (row: MembershipRow) => [Number(row.joined_at), row.group_id];
    const { shown, next } = cutPage(LIST, page, rows, keyOf, (row) => byId.get(row.group_id));
    const items = shown.flatMap((row): JoinedGroup[] => {
      const group = byId.get(row.group_id);
      const { role, receive_option: receiveOption } = row;
      return group ? [{ group, role, joinedAt: Number(row.joined_at), receiveOption }] : [];
    });
    return { items, next, total: counts[0]?.n ?? 0 };
  }

  async groupsOfTenant(tenant: string, page: PageRequest, { name }: GroupFilter = {}): Promise<CountedPage<GroupView>> {
    const { after, offset } = pageStart(OF_TENANT, page);
    const which = [tenant, name ?? ''];
    const [rows, counts] = await Promise.all([
      this.prepared.rows<{ group_id: string }>(OF_TENANT.name, ALL, [...which, ...after, page.limit + 1, offset]),
      this.prepared.rows<{ n: number }>(`${OF_TENANT.name}.count`, COUNT_ALL, which),
    ]);
    const groups = await this.groupsByIds(
      tenant,
      rows.slice(0, page.limit).map((row) => row.group_id),
    );
    const byId = new Map(groups.map((group) => [group.groupId, group]));
    const { shown, next } = cutPage(
      OF_TENANT,
      page,
      rows,
      (row) => [row.group_id],
      (row) => byId.get(row.group_id),
    );
    const items = shown.flatMap(({ group_id: groupId }) => byId.get(groupId) ?? []);
    return { items, next, total: counts[0]?.n ?? 0 };
  }

  async groupNumbers(
    tenant: string,
    { after, limit }: { readonly after: number; readonly limit: number },
    { presets }: Pick<JoinedGroupFilter, 'presets'> = {},
  ): Promise<GroupNumbersPage> {
    const which = [tenant, presets ?? null];
    const [rows, counts] = await Promise.all([
      this.prepared.rows<{ group_id: string; number: string }>('group-numbers', NUMBERS, [...which, after, limit + 1]),
      this.prepared.rows<{ n: number }>('group-numbers.count', NUMBERS_COUNT, which),
    ]);
    const groups = rows.slice(0, limit).map((row) => ({ groupId: row.group_id, number: Number(row.number) }));
    return { groups, total: counts[0]?.n ?? 0, next: rows.length > limit ? (groups.at(-1)?.number ?? 0) : 0 };
  }
}

const OF_TENANT: PagedList = { name: 'groups-of-tenant', shape: ['string'], start: [''] };

/** The name as it is sought: no character of it is special. */
const OF_NAME = `FROM read.groups_v2 g WHERE g.tenant = $1 AND ($2 = '' OR strpos(lower(g.name), lower($2)) > 0)`;
const ALL = `SELECT g.group_id ${OF_NAME} AND g.group_id > $3 ORDER BY g.group_id LIMIT $4 OFFSET $5`;
const COUNT_ALL = `SELECT count(*)::integer AS n ${OF_NAME}`;

const ACTIVE_OF_TENANT = `FROM read.groups_v2 g WHERE g.tenant = $1 AND g.status = 'active'
  AND ($2::text[] IS NULL OR g.rules_preset = ANY ($2))`;
const NUMBERS = `SELECT g.group_id, g.number ${ACTIVE_OF_TENANT} AND g.number > $3::bigint ORDER BY g.number LIMIT $4`;
const NUMBERS_COUNT = `SELECT count(*)::integer AS n ${ACTIVE_OF_TENANT}`;

const STANDING = `SELECT g.status, g.creator_id, g.settings, (SELECT m.role FROM read.group_members_v2 m
    WHERE m.tenant = g.tenant AND m.group_id = g.group_id AND m.user_id = $3) AS role
  FROM read.groups_v2 g WHERE g.tenant = $1 AND g.group_id = $2`;

/** The two projections are joined here; where one is a moment behind the other, the group comes a moment later. */
const JOINED = `FROM read.group_members_v2 m
  ${ACTIVE_GROUP('m')}
  WHERE m.tenant = $1 AND m.user_id = $2 AND m.role_order = ANY ($3::smallint[]) AND ($4::text IS NULL OR g.kind = $4)
    AND ($5::text[] IS NULL OR g.rules_preset = ANY ($5))`;
const PAGE = `SELECT m.group_id, m.role, m.joined_at, m.receive_option ${JOINED}
  AND (m.joined_at, m.group_id) > ($6::bigint, $7) ORDER BY m.joined_at, m.group_id LIMIT $8 OFFSET $9`;
const COUNT = `SELECT count(*)::integer AS n ${JOINED}`;
const IDS = `SELECT m.group_id ${JOINED} ORDER BY m.joined_at, m.group_id`;

const originOf = ({ origin, copiedFrom }: GroupEntity): GroupCreated['data']['origin'] =>
  origin === 'copied' ? { kind: origin, from: copiedFrom ?? '' } : { kind: origin };

const announcementOf = ({ announcement, announcedBy, announcedAt }: GroupEntity): GroupView['announcement'] =>
  announcedBy === null || announcedAt === null ? null : { text: announcement, by: announcedBy, at: announcedAt };

function suspensionOf(group: GroupEntity): GroupView['suspension'] {
  const { suspension, suspendedBy, suspensionReason, suspendedAt } = group;
  if (suspension === null || suspendedBy === null || suspendedAt === null) return null;
  return { mode: suspension, by: suspendedBy, reason: suspensionReason, at: suspendedAt };
}

const shapeGroup = (group: GroupEntity): GroupView => ({
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
  announcement: announcementOf(group),
  suspension: suspensionOf(group),
  joinPolicy: { selfJoin: group.selfJoin, memberInvite: group.memberInvite },
  maximum: group.maximum,
  settings: group.settings,
  rules: { preset: group.rulesPreset, version: group.rulesVersion },
  origin: originOf(group),
  copiedAt: group.copiedAt,
  createdAt: group.createdAt,
  updatedAt: group.updatedAt,
  dismissedAt: group.dismissedAt,
  revision: group.revision,
});
