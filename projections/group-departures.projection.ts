import type { GroupEvent } from '../domain/group/events.js';
import type { Role } from '../domain/group/rules.js';
import type { ProjectedEvent, Projection, Statements, Tables } from './engine/projection.js';
import { RowTable } from './row-table.js';

type Handled =
  'GroupCreated' | 'MemberJoined' | 'MemberLeft' | 'MemberRemoved' | 'OwnerTransferred' | 'MemberRoleChanged';

type HandledEvent = Extract<GroupEvent, { type: Handled }>;

interface DepartureRow {
  tenant: string;
  group_id: string;
  user_id: string;
  how: 'left' | 'removed';
  by: string;
  by_role: Role | null;
  role_before: Role;
  reason: string | null;
  at: number;
}

const table = new RowTable<DepartureRow>(
  {
    tenant: 'text',
    group_id: 'text',
    user_id: 'text',
    how: 'text',
    by: 'text',
    by_role: 'text?',
    role_before: 'text',
    reason: 'text?',
    at: 'bigint',
  },
  ['tenant', 'group_id', 'user_id'],
);

/** One group while a batch is folded into it. */
interface Group {
  readonly tenant: string;
  readonly groupId: string;
  /** A new incarnation: nothing from before this batch stands. */
  created: boolean;
  /** As far as this batch says or was asked for; null = an ordinary member, or none. */
  readonly managers: Map<string, Manager | null>;
  /** null = is a member again. */
  readonly departures: Map<string, DepartureRow | null>;
}

type Manager = Exclude<Role, 'member'>;

/**
 * Who was a member of a group's current incarnation and isn't now: how, by whom, and what that one was then. For the last
 * it remembers each group's owner and admins, since the events name the remover alone.
 */
export const groupDeparturesProjection: Projection = {
  name: 'group_departures',
  version: 1,
  handles: {
    GroupCreated: 1,
    MemberJoined: 1,
    MemberLeft: 1,
    MemberRemoved: 1,
    OwnerTransferred: 1,
    MemberRoleChanged: 1,
  } satisfies Record<Handled, number>,
  auxTables: ['managers'],
  ddl: (tables) => [
    table.create(tables.main),
    `CREATE TABLE ${tables.aux('managers')} (
       tenant   text COLLATE "C" NOT NULL,
       group_id text COLLATE "C" NOT NULL,
       user_id  text COLLATE "C" NOT NULL,
       role     text NOT NULL,
       PRIMARY KEY (tenant, group_id, user_id))`,
  ],
  indexes: (tables) => [`CREATE INDEX ${tables.base}_newest ON ${tables.main} (tenant, group_id, at, user_id)`],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const batch = events as readonly ProjectedEvent<HandledEvent>[];
    const groups = await removersOf(batch, tables, db);
    for (const projected of batch) note(groupOf(groups, projected.tenant, projected.event.data.groupId), projected);
    await write([...groups.values()], tables, db);
  },
};

type Groups = Map<string, Group>;

function groupOf(groups: Groups, tenant: string, groupId: string): Group {
  const key = `${tenant}\n${groupId}`;
  let group = groups.get(key);
  if (group === undefined) {
    group = {
      tenant,
      groupId,
      created: false,
      managers: new Map(),
      departures: new Map(),
    };
    groups.set(key, group);
  }
  return group;
}

function note(group: Group, { tenant, event, occurredAt }: ProjectedEvent<HandledEvent>): void {
  switch (event.type) {
    case 'GroupCreated':
      group.created = true;
      group.managers.clear();
      group.departures.clear();
      return;
    case 'MemberJoined':
      group.departures.set(event.data.userId, null);
      if (event.data.role !== 'member') group.managers.set(event.data.userId, event.data.role);
      return;
    case 'MemberLeft':
    case 'MemberRemoved': {
      const { groupId, userId, roleBefore } = event.data;
      const removed = event.type === 'MemberRemoved';
      const by = removed ? event.data.by : userId;
      const byRole = removed ? (group.managers.get(by) ?? null) : roleBefore;
      const reason = removed ? (event.data.reason ?? null) : null;
      group.departures.set(userId, {
        tenant,
        group_id: groupId,
        user_id: userId,
        how: removed ? 'removed' : 'left',
        by,
        by_role: byRole,
        role_before: roleBefore,
        reason,
        at: occurredAt,
      });
      if (roleBefore !== 'member') group.managers.set(userId, null);
      return;
    }
    case 'OwnerTransferred': {
      const { from, to, formerOwnerBecomes } = event.data;
      if (from !== null) group.managers.set(from, formerOwnerBecomes === 'admin' ? 'admin' : null);
      group.managers.set(to, 'owner');
      return;
    }
    case 'MemberRoleChanged':
      group.managers.set(event.data.userId, event.data.to === 'member' ? null : event.data.to);
  }
}

/** The groups in which somebody is removed, with what the removers were before this batch. */
async function removersOf(
  events: readonly ProjectedEvent<HandledEvent>[],
  tables: Tables,
  db: Statements,
): Promise<Groups> {
  const groups: Groups = new Map();
  const removers = new Map<string, { tenant: string; groupId: string; by: string }>();
  for (const { tenant, event } of events) {
    if (event.type !== 'MemberRemoved') continue;
    const { groupId, by } = event.data;
    removers.set(`${tenant}\n${groupId}\n${by}`, { tenant, groupId, by });
  }
  if (removers.size === 0) return groups;
  const asked = [...removers.values()];
  const rows = await db.run<{ tenant: string; group_id: string; user_id: string; role: Manager }>(
    'removers',
    REMOVERS(tables),
    [asked.map(({ tenant }) => tenant), asked.map(({ groupId }) => groupId), asked.map(({ by }) => by)],
  );
  for (const row of rows) groupOf(groups, row.tenant, row.group_id).managers.set(row.user_id, row.role);
  recall(events, groups);
  return groups;
}

/**
 * Whose role this batch changes says itself what it was before. That counts, not the table: it may show what a first
 * delivery of the same batch left.
 */
function recall(events: readonly ProjectedEvent<HandledEvent>[], groups: Groups): void {
  const said = new Set<string>();
  for (const { tenant, event } of events) {
    for (const { userId, role } of rolesBefore(event)) {
      const key = `${tenant}\n${event.data.groupId}\n${userId}`;
      if (said.has(key)) continue;
      said.add(key);
      groupOf(groups, tenant, event.data.groupId).managers.set(userId, role === 'member' ? null : role);
    }
  }
}

function rolesBefore(event: HandledEvent): { userId: string; role: Role }[] {
  switch (event.type) {
    case 'MemberLeft':
    case 'MemberRemoved':
      return [{ userId: event.data.userId, role: event.data.roleBefore }];
    case 'MemberRoleChanged':
      return [{ userId: event.data.userId, role: event.data.from }];
    case 'OwnerTransferred': {
      const { from, to, newOwnerWas } = event.data;
      return [...(from === null ? [] : [{ userId: from, role: 'owner' as const }]), { userId: to, role: newOwnerWas }];
    }
    case 'MemberJoined':
      // He was none.
      return [{ userId: event.data.userId, role: 'member' }];
    case 'GroupCreated':
      return [];
  }
}

interface Person {
  readonly group: Group;
  readonly userId: string;
}

const keyOf = (people: readonly Person[]): string[][] => [
  people.map(({ group }) => group.tenant),
  people.map(({ group }) => group.groupId),
  people.map(({ userId }) => userId),
];

/** Forgetting first, so that what a batch says afterwards stands. */
async function write(groups: readonly Group[], tables: Tables, db: Statements): Promise<void> {
  const managers = tables.aux('managers');
  const created = groups.filter((group) => group.created);
  if (created.length > 0) {
    const ids = [created.map(({ tenant }) => tenant), created.map(({ groupId }) => groupId)];
    await db.run('forget', FORGET(tables.main), ids);
    await db.run('forget-managers', FORGET(managers), ids);
  }

  const ordinary: Person[] = [];
  const leading: (Person & { role: Manager })[] = [];
  const back: Person[] = [];
  const departed: DepartureRow[] = [];
  for (const group of groups) {
    for (const [userId, role] of group.managers)
      if (role === null) ordinary.push({ group, userId });
      else leading.push({ group, userId, role });
    for (const [userId, row] of group.departures)
      if (row !== null) departed.push(row);
      else if (!group.created) back.push({ group, userId });
  }
  if (ordinary.length > 0) await db.run('ordinary', GONE(managers), keyOf(ordinary));
  if (leading.length > 0)
    await db.run('leading', LEADING(managers), [...keyOf(leading), leading.map(({ role }) => role)]);
  if (back.length > 0) await db.run('back', GONE(tables.main), keyOf(back));
  if (departed.length > 0) await db.run('departed', table.save(tables), table.values(departed));
}

const FORGET = (name: string): string => `
  DELETE FROM ${name} t USING unnest($1::text[], $2::text[]) x (tenant, group_id)
  WHERE t.tenant = x.tenant AND t.group_id = x.group_id`;

const REMOVERS = (tables: Tables): string => `
  SELECT m.tenant, m.group_id, m.user_id, m.role FROM unnest($1::text[], $2::text[], $3::text[])
    x (tenant, group_id, user_id) JOIN ${tables.aux('managers')} m USING (tenant, group_id, user_id)`;

const GONE = (name: string): string => `
  DELETE FROM ${name} t USING unnest($1::text[], $2::text[], $3::text[]) x (tenant, group_id, user_id)
  WHERE t.tenant = x.tenant AND t.group_id = x.group_id AND t.user_id = x.user_id`;

const LEADING = (name: string): string => `
  INSERT INTO ${name} (tenant, group_id, user_id, role) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
  ON CONFLICT (tenant, group_id, user_id) DO UPDATE SET role = excluded.role`;
