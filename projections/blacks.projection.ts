import type { UserBlocked, UserUnblocked } from '../domain/friendship/events.js';
import type { ProjectedEvent, Tables } from './engine/projection.js';
import { eraseColumns, erasing } from './erasing.js';
import { RowTable } from './row-table.js';

type HandledEvent = UserBlocked | UserUnblocked;

interface BlackRow {
  tenant: string;
  owner_id: string;
  blocked_id: string;
  blocked_at: number;
  blocked_by: string;
  why: UserBlocked['data']['why'];
  ext: string | null;
}

const table = new RowTable<BlackRow>(
  {
    tenant: 'text',
    owner_id: 'text',
    blocked_id: 'text',
    blocked_at: 'bigint',
    blocked_by: 'text',
    why: 'text',
    ext: 'text?',
  },
  ['tenant', 'owner_id', 'blocked_id'],
);

/** Who has blocked whom. */
export const blacksProjection = erasing({
  name: 'blacks',
  version: 1,
  handles: { UserBlocked: 1, UserUnblocked: 1 } satisfies Record<HandledEvent['type'], number>,
  auxTables: [],
  ddl: (tables) => [table.create(tables.main)],
  indexes: (tables) => [
    `CREATE INDEX ${tables.base}_newest ON ${tables.main} (tenant, owner_id, blocked_at, blocked_id)`,
  ],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const last = new Map<string, BlackRow | (UserUnblocked['data'] & { tenant: string })>();
    for (const { tenant, occurredAt, event } of events as readonly ProjectedEvent<HandledEvent>[]) {
      const { ownerId, blockedId } = event.data;
      const key = `${tenant}\n${ownerId}\n${blockedId}`;
      last.set(key, event.type === 'UserBlocked' ? blocked(tenant, event.data, occurredAt) : { tenant, ...event.data });
    }
    const gone = [...last.values()].flatMap((row) => ('ownerId' in row ? [row] : []));
    if (gone.length > 0) {
      db.send('gone', GONE(tables), [
        gone.map(({ tenant }) => tenant),
        gone.map(({ ownerId }) => ownerId),
        gone.map(({ blockedId }) => blockedId),
      ]);
    }
    const there = [...last.values()].flatMap((row) => ('owner_id' in row ? [row] : []));
    if (there.length > 0) db.send('there', table.save(tables), table.values(there));
  },

  erase: eraseColumns({ of: 'owner_id', set: 'ext = NULL' }),
});

const blocked = (tenant: string, { ownerId, blockedId, ext, why, by }: UserBlocked['data'], at: number): BlackRow => ({
  tenant,
  owner_id: ownerId,
  blocked_id: blockedId,
  blocked_at: at,
  blocked_by: by,
  why,
  ext,
});

const GONE = (tables: Tables): string => `
  DELETE FROM ${tables.main} t USING unnest($1::text[], $2::text[], $3::text[]) x (tenant, owner_id, blocked_id)
  WHERE t.tenant = x.tenant AND t.owner_id = x.owner_id AND t.blocked_id = x.blocked_id`;
