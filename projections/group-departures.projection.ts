import type { GroupEvent, MemberLeft } from '../domain/group/events.js';
import type { Role } from '../domain/group/rules.js';
import type { ProjectedEvent, Statements, Tables } from './engine/projection.js';
import { eraseColumns, erasing } from './erasing.js';
import { RowTable } from './row-table.js';

type Handled = 'GroupCreated' | 'MemberJoined' | 'MemberLeft' | 'MemberRemoved';

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
  /** null = is a member again. */
  readonly departures: Map<string, DepartureRow | null>;
}

/** Who was a member of a group's current incarnation and isn't now: how, by whom, and what that one was then. */
export const groupDeparturesProjection = erasing({
  name: 'group_departures',
  version: 1,
  handles: { GroupCreated: 1, MemberJoined: 1, MemberLeft: 1, MemberRemoved: 1 } satisfies Record<Handled, number>,
  auxTables: [],
  ddl: (tables) => [table.create(tables.main)],
  indexes: (tables) => [`CREATE INDEX ${tables.base}_newest ON ${tables.main} (tenant, group_id, at, user_id)`],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const groups = new Map<string, Group>();
    for (const projected of events as readonly ProjectedEvent<HandledEvent>[]) {
      note(groupOf(groups, projected.tenant, projected.event.data.groupId), projected);
    }
    await write([...groups.values()], tables, db);
  },

  erase: eraseColumns({ of: 'by', set: 'reason = NULL' }),
});

function groupOf(groups: Map<string, Group>, tenant: string, groupId: string): Group {
  const key = `${tenant}\n${groupId}`;
  let group = groups.get(key);
  if (group === undefined) {
    group = { tenant, groupId, created: false, departures: new Map() };
    groups.set(key, group);
  }
  return group;
}

function note(group: Group, { tenant, event, occurredAt }: ProjectedEvent<HandledEvent>): void {
  const went = ({ groupId, userId, roleBefore }: MemberLeft['data']) =>
    ({ tenant, group_id: groupId, user_id: userId, role_before: roleBefore, at: occurredAt }) as const;
  switch (event.type) {
    case 'GroupCreated':
      group.created = true;
      group.departures.clear();
      return;
    case 'MemberJoined':
      group.departures.set(event.data.userId, null);
      return;
    case 'MemberLeft': {
      const { userId, roleBefore } = event.data;
      group.departures.set(userId, {
        ...went(event.data),
        how: 'left',
        by: userId,
        by_role: roleBefore,
        reason: null,
      });
      return;
    }
    case 'MemberRemoved': {
      const { userId, by, byRole, reason = null } = event.data;
      group.departures.set(userId, { ...went(event.data), how: 'removed', by, by_role: byRole, reason });
    }
  }
}

/** Forgetting first, so that what a batch says afterwards stands. */
async function write(groups: readonly Group[], tables: Tables, db: Statements): Promise<void> {
  const created = groups.filter((group) => group.created);
  if (created.length > 0) {
    db.send('forget', FORGET(tables), [created.map(({ tenant }) => tenant), created.map(({ groupId }) => groupId)]);
  }
  const back: { readonly group: Group; readonly userId: string }[] = [];
  const departed: DepartureRow[] = [];
  for (const group of groups) {
    for (const [userId, row] of group.departures)
      if (row !== null) departed.push(row);
      else if (!group.created) back.push({ group, userId });
  }
  if (back.length > 0) {
    db.send('back', BACK(tables), [
      back.map(({ group }) => group.tenant),
      back.map(({ group }) => group.groupId),
      back.map(({ userId }) => userId),
    ]);
  }
  if (departed.length > 0) db.send('departed', table.save(tables), table.values(departed));
}

const FORGET = (tables: Tables): string => `
  DELETE FROM ${tables.main} t USING unnest($1::text[], $2::text[]) x (tenant, group_id)
  WHERE t.tenant = x.tenant AND t.group_id = x.group_id`;

const BACK = (tables: Tables): string => `
  DELETE FROM ${tables.main} t USING unnest($1::text[], $2::text[], $3::text[]) x (tenant, group_id, user_id)
  WHERE t.tenant = x.tenant AND t.group_id = x.group_id AND t.user_id = x.user_id`;
