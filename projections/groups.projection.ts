import type { GroupCreated, GroupEvent, GroupSettings } from '../domain/group/events.js';
import type { ProjectedEvent, Statements, Tables } from './engine/projection.js';
import { eraseColumns, erasing } from './erasing.js';
import { RowTable } from './row-table.js';

/** A row as it stands in the table; `member_count` is adjusted by what the set of members says. */
interface GroupRow {
  tenant: string;
  group_id: string;
  number: number | string;
  incarnation: number;
  kind: string;
  name: string;
  avatar: string;
  introduction: string;
  ext: string;
  custom_fields: unknown;
  owner_id: string | null;
  creator_id: string;
  origin: string;
  copied_from: string | null;
  member_count: number;
  status: 'active' | 'dismissed';
  muted_all: boolean;
  speakers: string[];
  announcement: string | null;
  announced_by: string | null;
  announced_at: number | string | null;
  suspension: string | null;
  suspended_by: string | null;
  suspension_reason: string | null;
  suspended_at: number | string | null;
  self_join: string;
  member_invite: string;
  maximum: number;
  settings: GroupSettings;
  rules_preset: string;
  rules_version: number;
  copied_at: number | string | null;
  created_at: number | string;
  updated_at: number | string;
  dismissed_at: number | string | null;
  revision: number | string;
}

const table = new RowTable<GroupRow>(
  {
    tenant: 'text',
    group_id: 'text',
    number: 'bigint',
    incarnation: 'integer',
    kind: 'text',
    name: 'text',
    avatar: 'text',
    introduction: 'text',
    ext: 'text',
    custom_fields: 'jsonb',
    owner_id: 'text?',
    creator_id: 'text',
    origin: 'text',
    copied_from: 'text?',
    member_count: 'integer',
    status: 'text',
    muted_all: 'boolean',
    speakers: 'jsonb',
    announcement: 'text?',
    announced_by: 'text?',
    announced_at: 'bigint?',
    suspension: 'text?',
    suspended_by: 'text?',
    suspension_reason: 'text?',
    suspended_at: 'bigint?',
    self_join: 'text',
    member_invite: 'text',
    maximum: 'integer',
    settings: 'jsonb',
    rules_preset: 'text',
    rules_version: 'integer',
    copied_at: 'bigint?',
    created_at: 'bigint',
    updated_at: 'bigint',
    dismissed_at: 'bigint?',
    revision: 'bigint',
  },
  ['tenant', 'group_id'],
);

/** One group while a batch is folded into it. */
interface Group {
  row: GroupRow;
  /** Everybody who was a member before this batch is gone. */
  cleared: boolean;
  /** Whether each user named in this batch is a member after it. */
  readonly members: Map<string, boolean>;
}

/**
 * Groups by id, the current incarnation. Every event of a group's stream is handled, because `revision` is the stream's.
 * The number of members follows from a set of its own: a user who is added twice, or goes twice, counts once (docs/rules.md A3).
 */
export const groupsProjection = erasing({
  name: 'groups',
  version: 2,
  handles: {
    GroupCreated: 1,
    MemberInvited: 1,
    InvitationAnswered: 1,
    InvitationWithdrawn: 1,
    JoinRequested: 1,
    JoinRequestAnswered: 1,
    JoinRequestWithdrawn: 1,
    MemberJoined: 1,
    MemberLeft: 1,
    MemberRemoved: 1,
    OwnerTransferred: 1,
    MemberRoleChanged: 1,
    MemberMuted: 1,
    MemberUnmuted: 1,
    GroupMuted: 1,
    GroupUnmuted: 1,
    GroupProfileChanged: 1,
    AnnouncementPublished: 1,
    JoinPolicyChanged: 1,
    GroupSettingsChanged: 1,
    MemberCardChanged: 1,
    GroupSuspended: 1,
    GroupReinstated: 1,
    GroupCopied: 1,
    GroupDismissed: 1,
    DismissedGroupEmptied: 1,
  } satisfies Record<GroupEvent['type'], number>,
  auxTables: ['members'],
  ddl: (tables) => [
    table.create(tables.main),
    `CREATE TABLE ${tables.aux('members')} (
       tenant   text COLLATE "C" NOT NULL,
       group_id text COLLATE "C" NOT NULL,
       user_id  text COLLATE "C" NOT NULL,
       PRIMARY KEY (tenant, group_id, user_id))`,
  ],
  indexes: () => [],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const groups = await fold(events as readonly ProjectedEvent<GroupEvent>[], tables, db);
    await countMembers(groups, tables, db);
    db.send('save', table.save(tables), table.values(groups.map(({ row }) => row)));
  },

  erase: eraseColumns(
    { of: 'announced_by', set: 'announcement = NULL' },
    { of: 'suspended_by', set: 'suspension_reason = NULL' },
  ),
});

const keyOf = (tenant: string, groupId: string): string => `${tenant}\n${groupId}`;

/** The groups that a batch touches, as they are after it but for the number of members. */
async function fold(events: readonly ProjectedEvent<GroupEvent>[], tables: Tables, db: Statements): Promise<Group[]> {
  const groups = await load(events, tables, db);
  for (const projected of events) {
    const { tenant, event } = projected;
    const key = keyOf(tenant, event.data.groupId);
    const group = groups.get(key);
    if (event.type === 'GroupCreated') {
      groups.set(key, { row: created(tenant, event.data), cleared: true, members: new Map() });
    } else if (group === undefined) {
      throw new Error(`${event.type} of a group that was never created: ${event.data.groupId}`);
    } else {
      change(group, projected);
    }
    const { row } = groups.get(key) as Group;
    row.revision = projected.revision;
    row.updated_at = projected.occurredAt;
  }
  return [...groups.values()];
}

/** Rows of the groups that were there before this batch. */
async function load(
  events: readonly ProjectedEvent<GroupEvent>[],
  tables: Tables,
  db: Statements,
): Promise<Map<string, Group>> {
  const seen = new Set<string>();
  const tenants: string[] = [];
  const groupIds: string[] = [];
  for (const { tenant, event } of events) {
    const key = keyOf(tenant, event.data.groupId);
    if (seen.has(key)) continue;
    seen.add(key);
    // Its former incarnation, if any, is not carried over.
    if (event.type === 'GroupCreated') continue;
    tenants.push(tenant);
    groupIds.push(event.data.groupId);
  }
  if (tenants.length === 0) return new Map();
  const rows = await db.run<GroupRow>('load', table.load(tables), [tenants, groupIds]);
  return new Map(rows.map((row) => [keyOf(row.tenant, row.group_id), { row, cleared: false, members: new Map() }]));
}

const created = (tenant: string, data: GroupCreated['data']): GroupRow => ({
  tenant,
  group_id: data.groupId,
  number: data.number,
  incarnation: data.incarnation,
  kind: data.kind,
  name: data.name,
  avatar: data.avatar,
  introduction: data.introduction,
  ext: data.ext,
  custom_fields: data.customFields,
  owner_id: data.ownerId,
  creator_id: data.creatorId,
  origin: data.origin.kind,
  copied_from: data.origin.kind === 'copied' ? data.origin.from : null,
  member_count: 0,
  status: 'active',
  muted_all: false,
  speakers: [],
  announcement: null,
  announced_by: null,
  announced_at: null,
  suspension: null,
  suspended_by: null,
  suspension_reason: null,
  suspended_at: null,
  self_join: data.joinPolicy.selfJoin,
  member_invite: data.joinPolicy.memberInvite,
  maximum: data.maximum,
  settings: data.settings,
  rules_preset: data.rules.preset,
  rules_version: data.rules.version,
  copied_at: null,
  created_at: data.createdAt,
  updated_at: data.createdAt,
  dismissed_at: null,
  revision: 0,
});

function change(group: Group, { event, occurredAt }: ProjectedEvent<GroupEvent>): void {
  const { row } = group;
  switch (event.type) {
    case 'MemberJoined':
      group.members.set(event.data.userId, true);
      if (event.data.role === 'owner') row.owner_id = event.data.userId;
      return;
    case 'MemberLeft':
    case 'MemberRemoved':
      group.members.set(event.data.userId, false);
      if (row.owner_id === event.data.userId) row.owner_id = null;
      row.speakers = row.speakers.filter((userId) => userId !== event.data.userId);
      return;
    case 'OwnerTransferred':
      row.owner_id = event.data.to;
      return;
    case 'GroupMuted':
      row.muted_all = true;
      row.speakers = event.data.speakers;
      return;
    case 'GroupUnmuted':
      row.muted_all = false;
      row.speakers = [];
      return;
    case 'GroupProfileChanged': {
      const { name, avatar, introduction, ext, customFields } = event.data.changes;
      if (name !== undefined) row.name = name;
      if (avatar !== undefined) row.avatar = avatar ?? '';
      if (introduction !== undefined) row.introduction = introduction ?? '';
      if (ext !== undefined) row.ext = ext ?? '';
      if (customFields !== undefined) row.custom_fields = customFields;
      return;
    }
    case 'AnnouncementPublished':
      row.announcement = event.data.text;
      row.announced_by = event.data.by;
      row.announced_at = occurredAt;
      return;
    case 'JoinPolicyChanged':
      row.self_join = event.data.selfJoin;
      row.member_invite = event.data.memberInvite;
      return;
    case 'GroupSettingsChanged': {
      const { maximum, ...settings } = event.data.changes;
      if (maximum !== undefined) row.maximum = maximum;
      row.settings = { ...row.settings, ...settings };
      return;
    }
    case 'GroupSuspended':
      row.suspension = event.data.mode;
      row.suspended_by = event.data.by;
      row.suspension_reason = event.data.reason ?? null;
      row.suspended_at = occurredAt;
      return;
    case 'GroupReinstated':
      row.suspension = null;
      row.suspended_by = null;
      row.suspension_reason = null;
      row.suspended_at = null;
      return;
    case 'GroupCopied':
      row.copied_at = event.data.copiedAt;
      return;
    case 'GroupDismissed':
      row.status = 'dismissed';
      row.dismissed_at = occurredAt;
      if (event.data.membersRemoved) empty(group, row);
      return;
    case 'DismissedGroupEmptied':
      empty(group, row);
      return;
    default:
      // Nothing of the row but its revision and time.
      return;
  }
}

/** Counts what really changed in the set, not what events say. */
function empty(group: Group, row: GroupRow): void {
  group.cleared = true;
  group.members.clear();
  row.member_count = 0;
  row.owner_id = null;
}

async function countMembers(groups: readonly Group[], tables: Tables, db: Statements): Promise<void> {
  const cleared = groups.filter((group) => group.cleared);
  if (cleared.length > 0)
    db.send('clear', CLEAR(tables), [cleared.map(({ row }) => row.tenant), cleared.map(({ row }) => row.group_id)]);
  await alter(groups, false, 'remove', REMOVE(tables), db);
  await alter(groups, true, 'add', ADD(tables), db);
}

async function alter(
  groups: readonly Group[],
  present: boolean,
  name: string,
  text: string,
  db: Statements,
): Promise<void> {
  const tenants: string[] = [];
  const groupIds: string[] = [];
  const userIds: string[] = [];
  const byKey = new Map<string, Group>();
  for (const group of groups)
    for (const [userId, isMember] of group.members) {
      if (isMember !== present) continue;
      byKey.set(keyOf(group.row.tenant, group.row.group_id), group);
      tenants.push(group.row.tenant);
      groupIds.push(group.row.group_id);
      userIds.push(userId);
    }
  if (userIds.length === 0) return;
  const counts = await db.run<{ tenant: string; group_id: string; n: number }>(name, text, [
    tenants,
    groupIds,
    userIds,
  ]);
  for (const { tenant, group_id, n } of counts) {
    const group = byKey.get(keyOf(tenant, group_id));
    if (group) group.row.member_count += present ? n : -n;
  }
}

const CLEAR = (tables: Tables): string => `
  DELETE FROM ${tables.aux('members')} m USING unnest($1::text[], $2::text[]) x (tenant, group_id)
  WHERE m.tenant = x.tenant AND m.group_id = x.group_id`;

const ADD = (tables: Tables): string => `
  WITH added AS (
    INSERT INTO ${tables.aux('members')} (tenant, group_id, user_id)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING RETURNING tenant, group_id)
  SELECT tenant, group_id, count(*)::integer AS n FROM added GROUP BY tenant, group_id`;

const REMOVE = (tables: Tables): string => `
  WITH removed AS (
    DELETE FROM ${tables.aux('members')} m USING unnest($1::text[], $2::text[], $3::text[]) x (tenant, group_id, user_id)
    WHERE m.tenant = x.tenant AND m.group_id = x.group_id AND m.user_id = x.user_id RETURNING m.tenant, m.group_id)
  SELECT tenant, group_id, count(*)::integer AS n FROM removed GROUP BY tenant, group_id`;
