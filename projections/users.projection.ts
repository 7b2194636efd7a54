import type { UserEvent } from '../domain/user/events.js';
import type { ProjectedEvent, Projection, Tables } from './engine/projection.js';

interface UserRow {
  readonly tenant: string;
  readonly occurredAt: number;
  readonly revision: number;
  readonly data: UserEvent['data'];
}

/** Users by id. Personal fields in the clear; null once they can't be decrypted any more. */
export const usersProjection: Projection = {
  name: 'users',
  version: 1,
  handles: { UserRegistered: 1 } satisfies Record<UserEvent['type'], number>,
  auxTables: [],
  ddl: (tables) => [
    `CREATE TABLE ${tables.main} (
       tenant        text COLLATE "C" NOT NULL,
       user_id       text COLLATE "C" NOT NULL,
       number        bigint NOT NULL,
       nickname      text,
       avatar        text,
       ext           text,
       region        text,
       phone         text,
       registered_at bigint NOT NULL,
       revision      bigint NOT NULL,
       PRIMARY KEY (tenant, user_id))`,
  ],
  indexes: () => [],
  view: (tables) =>
    `SELECT tenant, user_id, number, nickname, avatar, ext, region, phone, registered_at, revision FROM ${tables.main}`,

  async apply(events, tables, db) {
    const rows = new Map<string, UserRow>();
    for (const { tenant, occurredAt, revision, event } of events as readonly ProjectedEvent<UserEvent>[])
      rows.set(`${tenant}\n${event.data.userId}`, { tenant, occurredAt, revision, data: event.data });
    const all = [...rows.values()];
    await db.run('register', register(tables), [
      all.map((row) => row.tenant),
      all.map((row) => row.data.userId),
      all.map((row) => row.data.number),
      all.map((row) => row.data.nickname),
      all.map((row) => row.data.avatar),
      all.map((row) => row.data.ext),
      all.map((row) => row.data.region ?? null),
      all.map((row) => row.data.phone ?? null),
      all.map((row) => row.occurredAt),
      all.map((row) => row.revision),
    ]);
  },
};

const register = (tables: Tables): string => `
  INSERT INTO ${tables.main} (tenant, user_id, number, nickname, avatar, ext, region, phone, registered_at, revision)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::bigint[], $10::bigint[])
  ON CONFLICT (tenant, user_id) DO UPDATE SET
    number = excluded.number, nickname = excluded.nickname, avatar = excluded.avatar, ext = excluded.ext,
    region = excluded.region, phone = excluded.phone, registered_at = excluded.registered_at,
    revision = excluded.revision`;
