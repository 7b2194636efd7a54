import type { GroupNoticesCleared } from '../domain/user-groups/events.js';
import type { ProjectedEvent, Projection } from './engine/projection.js';

interface Clearing {
  readonly tenant: string;
  readonly userId: string;
  readonly upTo: number;
}

/** Up to which time a user has cleared his notices; it only rises. */
export const clearedNoticesProjection: Projection = {
  name: 'cleared_notices',
  version: 1,
  handles: { GroupNoticesCleared: 1 } satisfies Record<GroupNoticesCleared['type'], number>,
  auxTables: [],
  ddl: (tables) => [
    `CREATE TABLE ${tables.main} (
       tenant  text COLLATE "C" NOT NULL,
       user_id text COLLATE "C" NOT NULL,
       up_to   bigint NOT NULL,
       PRIMARY KEY (tenant, user_id)) WITH (fillfactor = 80)`,
  ],
  indexes: () => [],
  view: (tables) => `SELECT tenant, user_id, up_to FROM ${tables.main}`,

  async apply(events, tables, db) {
    const latest = new Map<string, Clearing>();
    for (const { tenant, event } of events as readonly ProjectedEvent<GroupNoticesCleared>[]) {
      const { userId, upTo } = event.data;
      const key = `${tenant}\n${userId}`;
      latest.set(key, { tenant, userId, upTo: Math.max(upTo, latest.get(key)?.upTo ?? upTo) });
    }
    const rows = [...latest.values()];
    db.send(
      'cleared',
      `INSERT INTO ${tables.main} AS c (tenant, user_id, up_to) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
       ON CONFLICT (tenant, user_id) DO UPDATE SET up_to = greatest(c.up_to, excluded.up_to)`,
      [rows.map((row) => row.tenant), rows.map((row) => row.userId), rows.map((row) => row.upTo)],
    );
  },
};
