import type { GroupEvent, MemberCard, MemberJoined } from '../domain/group/events.js';
import type { Role } from '../domain/group/rules.js';
import type { ProjectedEvent, Projection, Statements, Tables } from './engine/projection.js';

/** In the order in which members are listed. */
const ROLE_ORDER: Readonly<Record<Role, number>> = { owner: 0, admin: 1, member: 2 };

type Handled =
  | 'GroupCreated'
  | 'MemberJoined'
  | 'MemberLeft'
  | 'MemberRemoved'
  | 'OwnerTransferred'
  | 'MemberRoleChanged'
  | 'MemberMuted'
  | 'MemberUnmuted'
  | 'GroupDismissed';

type HandledEvent = Extract<GroupEvent, { type: Handled }>;

/** undefined = not muted, null = for ever, else a deadline (ms UTC). */
type Mute = number | null | undefined;

/** What a batch comes to for one member: he is there anew, is gone, or is changed. */
type Change =
  | { kind: 'joined'; data: MemberJoined['data']; role: Role; mute: Mute }
  | { kind: 'gone' }
  | { kind: 'changed'; role?: Role; mute?: { value: Mute } };

interface GroupChanges {
  readonly tenant: string;
  readonly groupId: string;
  /** From a `GroupCreated` in this batch. */
  incarnation: number | undefined;
  /** Everybody who was a member before this batch is gone. */
  cleared: boolean;
  readonly members: Map<string, Change>;
}

/**
 * Who is a member of what, with role, mute and card. It shows the current incarnation only. Beside the rows it remembers
 * each group's incarnation, which `MemberJoined` doesn't say.
 */
export const groupMembersProjection: Projection = {
  name: 'group_members',
  version: 1,
  handles: {
    GroupCreated: 1,
    MemberJoined: 1,
    MemberLeft: 1,
    MemberRemoved: 1,
    OwnerTransferred: 1,
    MemberRoleChanged: 1,
    MemberMuted: 1,
    MemberUnmuted: 1,
    GroupDismissed: 1,
  } satisfies Record<Handled, number>,
  auxTables: ['groups'],
  ddl: (tables) => [
    `CREATE TABLE ${tables.main} (
       tenant        text COLLATE "C" NOT NULL,
       group_id      text COLLATE "C" NOT NULL,
       user_id       text COLLATE "C" NOT NULL,
       incarnation   integer NOT NULL,
       role_order    smallint NOT NULL,
       joined_at     bigint NOT NULL,
       source        text NOT NULL,
       inviter_id    text,
       approved_by   text,
       muted         boolean NOT NULL,
       muted_until   bigint,
       card_nickname text,
       card_avatar   text,
       card_ext      text,
       sees_earlier  boolean NOT NULL,
       PRIMARY KEY (tenant, group_id, user_id))`,
    `CREATE TABLE ${tables.aux('groups')} (
       tenant      text COLLATE "C" NOT NULL,
       group_id    text COLLATE "C" NOT NULL,
       incarnation integer NOT NULL,
       PRIMARY KEY (tenant, group_id))`,
  ],
  indexes: (tables) => [
    `CREATE INDEX ${tables.base}_page ON ${tables.main} (tenant, group_id, role_order, joined_at, user_id)`,
    `CREATE INDEX ${tables.base}_user ON ${tables.main} (tenant, user_id, joined_at, group_id)`,
  ],
  view: (tables) => `SELECT tenant, group_id, user_id, incarnation, role_order,
       CASE role_order WHEN 0 THEN 'owner' WHEN 1 THEN 'admin' ELSE 'member' END AS role,
       joined_at, source, inviter_id, approved_by, muted, muted_until, card_nickname, card_avatar, card_ext, sees_earlier
     FROM ${tables.main}`,

  async apply(events, tables, db) {
    const groups = new Map<string, GroupChanges>();
    for (const { tenant, event } of events as readonly ProjectedEvent<HandledEvent>[]) {
      const { groupId } = event.data;
      const key = `${tenant}\n${groupId}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { tenant, groupId, incarnation: undefined, cleared: false, members: new Map() };
        groups.set(key, group);
      }
      note(group, event);
    }
    await write([...groups.values()], tables, db);
  },
};

function note(group: GroupChanges, event: HandledEvent): void {
  switch (event.type) {
    case 'GroupCreated':
      group.incarnation = event.data.incarnation;
      clear(group);
      return;
    case 'MemberJoined':
      group.members.set(event.data.userId, {
        kind: 'joined',
        data: event.data,
        role: event.data.role,
        mute: event.data.mutedUntil,
      });
      return;
    case 'MemberLeft':
    case 'MemberRemoved':
      group.members.set(event.data.userId, { kind: 'gone' });
      return;
    case 'OwnerTransferred':
      if (event.data.from !== null) setRole(group, event.data.from, event.data.formerOwnerBecomes);
      setRole(group, event.data.to, 'owner');
      // RULES A5: the new owner's own mute ends with it.
      setMute(group, event.data.to, undefined);
      return;
    case 'MemberRoleChanged':
      setRole(group, event.data.userId, event.data.to);
      return;
    case 'MemberMuted':
      setMute(group, event.data.userId, event.data.until);
      return;
    case 'MemberUnmuted':
      setMute(group, event.data.userId, undefined);
      return;
    case 'GroupDismissed':
      if (event.data.membersRemoved) clear(group);
  }
}

function clear(group: GroupChanges): void {
  group.cleared = true;
  group.members.clear();
}

function setRole(group: GroupChanges, userId: string, role: Role): void {
  const change = changeOf(group, userId);
  if (change.kind !== 'gone') change.role = role;
}

function setMute(group: GroupChanges, userId: string, mute: Mute): void {
  const change = changeOf(group, userId);
  if (change.kind === 'joined') change.mute = mute;
  else if (change.kind === 'changed') change.mute = { value: mute };
}

function changeOf(group: GroupChanges, userId: string): Change {
  let change = group.members.get(userId);
  if (change === undefined) {
    change = { kind: 'changed' };
    group.members.set(userId, change);
  }
  return change;
}

/** Clearing first, so that what a batch says about members afterwards stands. */
async function write(groups: readonly GroupChanges[], tables: Tables, db: Statements): Promise<void> {
  const created = groups.filter((group) => group.incarnation !== undefined);
  if (created.length > 0)
    await db.run('created', CREATED(tables), [
      created.map((group) => group.tenant),
      created.map((group) => group.groupId),
      created.map((group) => group.incarnation),
    ]);
  const cleared = groups.filter((group) => group.cleared);
  if (cleared.length > 0)
    await db.run('clear', CLEAR(tables), [cleared.map((group) => group.tenant), cleared.map((group) => group.groupId)]);

  const joined: Joined[] = [];
  const changed: Changed[] = [];
  const gone: Member[] = [];
  for (const group of groups) {
    const { tenant, groupId } = group;
    for (const [userId, change] of group.members) {
      if (change.kind === 'joined') joined.push({ group, ...change });
      else if (change.kind === 'changed') changed.push({ tenant, groupId, userId, change });
      else gone.push({ tenant, groupId, userId });
    }
  }
  if (gone.length > 0)
    await db.run('gone', GONE(tables), [
      gone.map((row) => row.tenant),
      gone.map((row) => row.groupId),
      gone.map((row) => row.userId),
    ]);
  if (joined.length > 0) await insertJoined(joined, tables, db);
  if (changed.length > 0)
    await db.run('changed', CHANGED(tables), [
      changed.map((row) => row.tenant),
      changed.map((row) => row.groupId),
      changed.map((row) => row.userId),
      changed.map(({ change }) => (change.role === undefined ? null : ROLE_ORDER[change.role])),
      changed.map(({ change }) => change.mute !== undefined),
      changed.map(({ change }) => change.mute?.value !== undefined),
      changed.map(({ change }) => change.mute?.value ?? null),
    ]);
}

interface Member {
  readonly tenant: string;
  readonly groupId: string;
  readonly userId: string;
}

interface Changed extends Member {
  readonly change: Extract<Change, { kind: 'changed' }>;
}

interface Joined {
  readonly group: GroupChanges;
  readonly data: MemberJoined['data'];
  readonly role: Role;
  readonly mute: Mute;
}

async function insertJoined(rows: readonly Joined[], tables: Tables, db: Statements): Promise<void> {
  const incarnations = await incarnationsOf(rows, tables, db);
  // A card whose owner was erased is null as a whole or field by field.
  const card = (row: Joined): Partial<Record<keyof MemberCard, string | null>> => row.data.card ?? {};
  await db.run('joined', JOINED(tables), [
    rows.map((row) => row.group.tenant),
    rows.map((row) => row.group.groupId),
    rows.map((row) => row.data.userId),
    rows.map((row) => incarnations.get(row.group)),
    rows.map((row) => ROLE_ORDER[row.role]),
    rows.map((row) => row.data.joinedAt),
    rows.map((row) => row.data.source),
    rows.map((row) => row.data.inviterId ?? null),
    rows.map((row) => row.data.approvedBy ?? null),
    rows.map((row) => row.mute !== undefined),
    rows.map((row) => row.mute ?? null),
    rows.map((row) => card(row).nickname ?? null),
    rows.map((row) => card(row).avatar ?? null),
    rows.map((row) => card(row).ext ?? null),
    rows.map((row) => row.data.seesEarlier),
  ]);
}

async function incarnationsOf(
  rows: readonly Joined[],
  tables: Tables,
  db: Statements,
): Promise<Map<GroupChanges, number>> {
  const found = new Map<GroupChanges, number>();
  const unknown = new Map<string, GroupChanges>();
  for (const { group } of rows)
    if (group.incarnation !== undefined) found.set(group, group.incarnation);
    else unknown.set(`${group.tenant}\n${group.groupId}`, group);
  if (unknown.size === 0) return found;
  const asked = [...unknown.values()];
  const known = await db.run<{ tenant: string; group_id: string; incarnation: number }>(
    'incarnations',
    INCARNATIONS(tables),
    [asked.map((group) => group.tenant), asked.map((group) => group.groupId)],
  );
  for (const row of known) {
    const group = unknown.get(`${row.tenant}\n${row.group_id}`);
    if (group) found.set(group, row.incarnation);
  }
  const orphan = asked.find((group) => !found.has(group));
  if (orphan) throw new Error(`somebody joined a group that was never created: ${orphan.groupId}`);
  return found;
}

const CREATED = (tables: Tables): string => `
  INSERT INTO ${tables.aux('groups')} (tenant, group_id, incarnation)
  SELECT * FROM unnest($1::text[], $2::text[], $3::integer[])
  ON CONFLICT (tenant, group_id) DO UPDATE SET incarnation = excluded.incarnation`;

const INCARNATIONS = (tables: Tables): string => `
  SELECT g.tenant, g.group_id, g.incarnation FROM unnest($1::text[], $2::text[]) x (tenant, group_id)
  JOIN ${tables.aux('groups')} g USING (tenant, group_id)`;

const CLEAR = (tables: Tables): string => `
  DELETE FROM ${tables.main} m USING unnest($1::text[], $2::text[]) x (tenant, group_id)
  WHERE m.tenant = x.tenant AND m.group_id = x.group_id`;

const GONE = (tables: Tables): string => `
  DELETE FROM ${tables.main} m USING unnest($1::text[], $2::text[], $3::text[]) x (tenant, group_id, user_id)
  WHERE m.tenant = x.tenant AND m.group_id = x.group_id AND m.user_id = x.user_id`;

const JOINED = (tables: Tables): string => `
  INSERT INTO ${tables.main} (tenant, group_id, user_id, incarnation, role_order, joined_at, source, inviter_id,
    approved_by, muted, muted_until, card_nickname, card_avatar, card_ext, sees_earlier)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::smallint[], $6::bigint[], $7::text[],
    $8::text[], $9::text[], $10::boolean[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::boolean[])
  ON CONFLICT (tenant, group_id, user_id) DO UPDATE SET
    incarnation = excluded.incarnation, role_order = excluded.role_order, joined_at = excluded.joined_at,
    source = excluded.source, inviter_id = excluded.inviter_id, approved_by = excluded.approved_by,
    muted = excluded.muted, muted_until = excluded.muted_until, card_nickname = excluded.card_nickname,
    card_avatar = excluded.card_avatar, card_ext = excluded.card_ext, sees_earlier = excluded.sees_earlier`;

const CHANGED = (tables: Tables): string => `
  UPDATE ${tables.main} m SET
    role_order = coalesce(x.role_order, m.role_order),
    muted = CASE WHEN x.sets_mute THEN x.muted ELSE m.muted END,
    muted_until = CASE WHEN x.sets_mute THEN x.muted_until ELSE m.muted_until END
  FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::boolean[], $6::boolean[], $7::bigint[])
    x (tenant, group_id, user_id, role_order, sets_mute, muted, muted_until)
  WHERE m.tenant = x.tenant AND m.group_id = x.group_id AND m.user_id = x.user_id`;
