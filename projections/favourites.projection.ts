import type { GroupFavourited, GroupUnfavourited } from '../domain/user-groups/events.js';
import type { ProjectedEvent, Projection, Tables } from './engine/projection.js';

type Handled = GroupFavourited | GroupUnfavourited;

interface Favourite {
  readonly tenant: string;
  readonly userId: string;
  readonly groupId: string;
  readonly incarnation: number;
  /** undefined = no favourite any more. */
  readonly since: number | undefined;
}

/** Which groups are whose favourites. */
export const favouritesProjection: Projection = {
  name: 'favourites',
  version: 1,
  handles: { GroupFavourited: 1, GroupUnfavourited: 1 } satisfies Record<Handled['type'], number>,
  auxTables: [],
  ddl: (tables) => [
    `CREATE TABLE ${tables.main} (
       tenant        text COLLATE "C" NOT NULL,
       user_id       text COLLATE "C" NOT NULL,
       group_id      text COLLATE "C" NOT NULL,
       incarnation   integer NOT NULL,
       favourited_at bigint NOT NULL,
       PRIMARY KEY (tenant, user_id, group_id))`,
  ],
  indexes: (tables) => [
    `CREATE INDEX ${tables.base}_newest ON ${tables.main} (tenant, user_id, favourited_at DESC, group_id DESC)`,
  ],
  view: (tables) => `SELECT tenant, user_id, group_id, incarnation, favourited_at FROM ${tables.main}`,

  async apply(events, tables, db) {
    const last = new Map<string, Favourite>();
    for (const { tenant, occurredAt, event } of events as readonly ProjectedEvent<Handled>[]) {
      const { userId, groupId } = event.data;
      const chosen =
        event.type === 'GroupFavourited'
          ? { incarnation: event.data.incarnation, since: occurredAt }
          : { incarnation: 0, since: undefined };
      last.set(`${tenant}\n${userId}\n${groupId}`, { tenant, userId, groupId, ...chosen });
    }
    const key = (rows: readonly Favourite[]): string[][] => [
      rows.map((row) => row.tenant),
      rows.map((row) => row.userId),
      rows.map((row) => row.groupId),
    ];
    const gone = [...last.values()].filter(({ since }) => since === undefined);
    if (gone.length > 0) db.send('gone', GONE(tables), key(gone));
    const there = [...last.values()].filter(({ since }) => since !== undefined);
    if (there.length > 0)
      db.send('there', THERE(tables), [
        ...key(there),
        there.map(({ incarnation }) => incarnation),
        there.map(({ since }) => since),
      ]);
  },
};

const GONE = (tables: Tables): string => `
  DELETE FROM ${tables.main} f USING unnest($1::text[], $2::text[], $3::text[]) x (tenant, user_id, group_id)
  WHERE f.tenant = x.tenant AND f.user_id = x.user_id AND f.group_id = x.group_id`;

const THERE = (tables: Tables): string => `
  INSERT INTO ${tables.main} (tenant, user_id, group_id, incarnation, favourited_at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[])
  ON CONFLICT (tenant, user_id, group_id)
  DO UPDATE SET incarnation = excluded.incarnation, favourited_at = excluded.favourited_at`;
