import type { UserEvent, UserProfileChanges } from '../domain/user/events.js';
import type { ProjectedEvent, Projection, Statements, Tables } from './engine/projection.js';
import { foldedName } from '../application/queries/folded-name.js';
import { RowTable } from './row-table.js';

interface UserRow {
  tenant: string;
  user_id: string;
  number: number | string;
  nickname: string | null;
  /** What keywords are looked for in. */
  nickname_folded: string | null;
  avatar: string | null;
  ext: string | null;
  region: string | null;
  phone: string | null;
  gender: string | null;
  group_invite_consent: boolean | null;
  friend_request_consent: boolean | null;
  searchable: boolean | null;
  receive_option: string;
  registered_at: number | string;
  updated_at: number | string;
  revision: number | string;
}

const table = new RowTable<UserRow>(
  {
    tenant: 'text',
    user_id: 'text',
    number: 'bigint',
    nickname: 'text?',
    nickname_folded: 'text?',
    avatar: 'text?',
    ext: 'text?',
    region: 'text?',
    phone: 'text?',
    gender: 'text?',
    group_invite_consent: 'boolean?',
    friend_request_consent: 'boolean?',
    searchable: 'boolean?',
    receive_option: 'text',
    registered_at: 'bigint',
    updated_at: 'bigint',
    revision: 'bigint',
  },
  ['tenant', 'user_id'],
);

/** Users by id. Personal fields in the clear; null once they can't be decrypted any more. */
export const usersProjection: Projection = {
  name: 'users',
  version: 2,
  handles: {
    UserRegistered: 1,
    UserProfileChanged: 1,
    UserPrivacyChanged: 1,
    UserAccountSearchChanged: 1,
    UserReceiveOptionChanged: 1,
    UserErased: 1,
  } satisfies Record<UserEvent['type'], number>,
  auxTables: [],
  ddl: (tables) => [table.create(tables.main)],
  indexes: () => [],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const rows = await load(events as readonly ProjectedEvent<UserEvent>[], tables, db);
    for (const projected of events as readonly ProjectedEvent<UserEvent>[]) {
      const key = keyOf(projected);
      if (projected.event.type === 'UserRegistered') rows.set(key, registered(projected.tenant, projected.event.data));
      const row = rows.get(key);
      if (!row) throw new Error(`${projected.event.type} of a user who never registered`);
      change(row, projected);
    }
    db.send('save', table.save(tables), table.values([...rows.values()]));
  },
};

const keyOf = ({ tenant, event }: ProjectedEvent<UserEvent>): string => `${tenant}\n${event.data.userId}`;

/** Rows of those who were registered before this batch. */
async function load(
  events: readonly ProjectedEvent<UserEvent>[],
  tables: Tables,
  db: Statements,
): Promise<Map<string, UserRow>> {
  const asked = new Map<string, { tenant: string; userId: string } | undefined>();
  for (const projected of events) {
    const { tenant, event } = projected;
    const key = keyOf(projected);
    if (asked.has(key)) continue;
    asked.set(key, event.type === 'UserRegistered' ? undefined : { tenant, userId: event.data.userId });
  }
  const known = [...asked.values()].filter((each) => each !== undefined);
  if (known.length === 0) return new Map();
  const rows = await db.run<UserRow>('load', table.load(tables), [
    known.map(({ tenant }) => tenant),
    known.map(({ userId }) => userId),
  ]);
  return new Map(rows.map((row) => [`${row.tenant}\n${row.user_id}`, row]));
}

type Registration = Extract<UserEvent, { type: 'UserRegistered' }>['data'];

const registered = (tenant: string, data: Registration): UserRow => ({
  tenant,
  user_id: data.userId,
  number: data.number,
  nickname: null,
  nickname_folded: null,
  avatar: data.avatar,
  ext: data.ext,
  region: data.region ?? null,
  phone: data.phone ?? null,
  gender: null,
  group_invite_consent: null,
  friend_request_consent: null,
  searchable: null,
  receive_option: 'all',
  registered_at: 0,
  updated_at: 0,
  revision: 0,
});

function change(row: UserRow, { event, occurredAt, revision }: ProjectedEvent<UserEvent>): void {
  row.updated_at = occurredAt;
  row.revision = revision;
  switch (event.type) {
    case 'UserRegistered':
      row.registered_at = occurredAt;
      rename(row, event.data.nickname);
      return;
    case 'UserProfileChanged':
      changeProfile(row, event.data.changes);
      return;
    case 'UserPrivacyChanged': {
      const { groupInviteConsent, friendRequestConsent, searchable } = event.data.changes;
      row.group_invite_consent = groupInviteConsent ?? row.group_invite_consent;
      row.friend_request_consent = friendRequestConsent ?? row.friend_request_consent;
      row.searchable = searchable ?? row.searchable;
      return;
    }
    case 'UserAccountSearchChanged':
      return; // Nobody is found by it in these rows.
    case 'UserReceiveOptionChanged':
      row.receive_option = event.data.option;
      return;
    case 'UserErased':
      changeProfile(row, null);
  }
}

/** null where the user was erased: then every personal field of his is. */
function rename(row: UserRow, nickname: string | null): void {
  row.nickname = nickname;
  row.nickname_folded = nickname === null ? null : foldedName(nickname);
}

const ERASED = { nickname: null, avatar: null, ext: null, region: null, phone: null, gender: null } as const;

/** What was cleared is '' where a user always has one, else null. */
function changeProfile(row: UserRow, changes: UserProfileChanges | null): void {
  if (changes === null) {
    Object.assign(row, ERASED);
    rename(row, null);
    return;
  }
  const { nickname, avatar, ext, gender, region, phone } = changes;
  if (nickname !== undefined) rename(row, nickname);
  if (avatar !== undefined) row.avatar = avatar ?? '';
  if (ext !== undefined) row.ext = ext ?? '';
  if (gender !== undefined) row.gender = gender;
  if (region !== undefined) row.region = region;
  if (phone !== undefined) row.phone = phone;
}
