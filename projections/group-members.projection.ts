import type { GroupEvent, MemberCard, MemberCardChanged, MemberJoined, ReceiveOption } from '../domain/group/events.js';
import type { Role } from '../domain/group/rules.js';
import type { ProjectedEvent, Statements, Tables } from './engine/projection.js';
import { eraseColumns, erasing } from './erasing.js';
import { foldedName } from '../application/queries/folded-name.js';

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
  | 'MemberCardChanged'
  | 'GroupDismissed'
  | 'DismissedGroupEmptied';

type HandledEvent = Extract<GroupEvent, { type: Handled }>;

/** undefined = not muted, null = for ever, else a deadline (ms UTC). */
type Mute = number | null | undefined;

/** Fields of a card that were said anew; null = cleared, or erased. */
type Card = { [Field in keyof MemberCard]?: MemberCard[Field] | null };

/** What a batch comes to for one member: he is there anew, is gone, or is changed. */
type Change =
  | {
      kind: 'joined';
      data: MemberJoined['data'];
      role: Role;
      mute: Mute;
      card: Card;
      receiveOption: ReceiveOption;
      at: number;
    }
  | { kind: 'gone' }
  | { kind: 'changed'; role?: Role; mute?: { value: Mute }; card?: Card; receiveOption?: ReceiveOption; at: number };

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
export const groupMembersProjection = erasing({
  name: 'group_members',
  version: 2,
  handles: {
    GroupCreated: 1,
    MemberJoined: 1,
    MemberLeft: 1,
    MemberRemoved: 1,
    OwnerTransferred: 1,
    MemberRoleChanged: 1,
    MemberMuted: 1,
    MemberUnmuted: 1,
    MemberCardChanged: 1,
    GroupDismissed: 1,
    DismissedGroupEmptied: 1,
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
       card          jsonb NOT NULL,
       name_folded   text,
       receive_option text NOT NULL,
       sees_earlier  boolean NOT NULL,
       updated_at    bigint NOT NULL,
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
    // Of the few who are, or were, muted; nothing for all others.
    `CREATE INDEX ${tables.base}_muted ON ${tables.main} (tenant, group_id) WHERE muted`,
  ],
  view: (tables) => `SELECT tenant, group_id, user_id, incarnation, role_order,
       CASE role_order WHEN 0 THEN 'owner' WHEN 1 THEN 'admin' ELSE 'member' END AS role,
       joined_at, source, inviter_id, approved_by, muted, muted_until, card, name_folded, receive_option,
       sees_earlier, updated_at
     FROM ${tables.main}`,

  async apply(events, tables, db) {
    const groups = new Map<string, GroupChanges>();
    for (const { tenant, event, occurredAt } of events as readonly ProjectedEvent<HandledEvent>[]) {
      const { groupId } = event.data;
      const key = `${tenant}\n${groupId}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { tenant, groupId, incarnation: undefined, cleared: false, members: new Map() };
        groups.set(key, group);
      }
      note(group, event, occurredAt);
    }
    await write([...groups.values()], tables, db);
  },

  erase: eraseColumns({ of: 'user_id', set: "card = '{}', name_folded = NULL" }),
});

function note(group: GroupChanges, event: HandledEvent, at: number): void {
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
        // Of an erased member the whole card is null.
        card: (event.data.card as MemberCard | null | undefined) ?? {},
        receiveOption: 'all',
        at,
      });
      return;
    case 'MemberLeft':
    case 'MemberRemoved':
      group.members.set(event.data.userId, { kind: 'gone' });
      return;
    case 'OwnerTransferred':
      if (event.data.from !== null) setRole(group, event.data.from, event.data.formerOwnerBecomes, at);
      setRole(group, event.data.to, 'owner', at);
      // docs/rules.md A5: the new owner's own mute ends with it.
      setMute(group, event.data.to, undefined, at);
      return;
    case 'MemberRoleChanged':
      setRole(group, event.data.userId, event.data.to, at);
      return;
    case 'MemberMuted':
      setMute(group, event.data.userId, event.data.until, at);
      return;
    case 'MemberUnmuted':
      setMute(group, event.data.userId, undefined, at);
      return;
    case 'MemberCardChanged':
      setCard(group, event.data, at);
      return;
    case 'GroupDismissed':
      if (event.data.membersRemoved) clear(group);
      return;
    case 'DismissedGroupEmptied':
      clear(group);
  }
}

function clear(group: GroupChanges): void {
  group.cleared = true;
  group.members.clear();
}

function setRole(group: GroupChanges, userId: string, role: Role, at: number): void {
  const change = changeOf(group, userId, at);
  if (change.kind !== 'gone') change.role = role;
}

function setMute(group: GroupChanges, userId: string, mute: Mute, at: number): void {
  const change = changeOf(group, userId, at);
  if (change.kind === 'joined') change.mute = mute;
  else if (change.kind === 'changed') change.mute = { value: mute };
}

/** All of a card: what an erased member's says. */
const ERASED: Required<Card> = {
  nickname: null,
  avatar: null,
  ext: null,
  region: null,
  phone: null,
  wechat: null,
  alipay: null,
  description: null,
  customFields: null,
};

function setCard(group: GroupChanges, data: MemberCardChanged['data'], at: number): void {
  const change = changeOf(group, data.userId, at);
  if (change.kind === 'gone') return;
  const changes = data.changes as Card | null | undefined;
  if (changes !== undefined) change.card = { ...change.card, ...(changes ?? ERASED) };
  if (data.receiveOption !== undefined) change.receiveOption = data.receiveOption;
}

function changeOf(group: GroupChanges, userId: string, at: number): Change {
  let change = group.members.get(userId);
  if (change === undefined) {
    change = { kind: 'changed', at };
    group.members.set(userId, change);
  }
  if (change.kind !== 'gone') change.at = at;
  return change;
}

/** Clearing first, so that what a batch says about members afterwards stands. */
async function write(groups: readonly GroupChanges[], tables: Tables, db: Statements): Promise<void> {
  const created = groups.filter((group) => group.incarnation !== undefined);
  if (created.length > 0)
    db.send('created', CREATED(tables), [
      created.map((group) => group.tenant),
      created.map((group) => group.groupId),
      created.map((group) => group.incarnation),
    ]);
  const cleared = groups.filter((group) => group.cleared);
  if (cleared.length > 0)
    db.send('clear', CLEAR(tables), [cleared.map((group) => group.tenant), cleared.map((group) => group.groupId)]);

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
    db.send('gone', GONE(tables), [
      gone.map((row) => row.tenant),
      gone.map((row) => row.groupId),
      gone.map((row) => row.userId),
    ]);
  if (joined.length > 0) await insertJoined(joined, tables, db);
  if (changed.length > 0)
    db.send('changed', CHANGED(tables), [
      changed.map((row) => row.tenant),
      changed.map((row) => row.groupId),
      changed.map((row) => row.userId),
      changed.map(({ change }) => (change.role === undefined ? null : ROLE_ORDER[change.role])),
      changed.map(({ change }) => change.mute !== undefined),
      changed.map(({ change }) => change.mute?.value !== undefined),
      changed.map(({ change }) => change.mute?.value ?? null),
      changed.map(({ change }) => (change.card === undefined ? null : JSON.stringify(change.card))),
      changed.map(({ change }) => foldedNickname(change.card)),
      changed.map(({ change }) => change.receiveOption ?? null),
      changed.map(({ change }) => change.at),
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

type Joined = { readonly group: GroupChanges } & Extract<Change, { kind: 'joined' }>;

/** null = the card has none. */
const foldedNickname = (card: Card | undefined): string | null => (card?.nickname ? foldedName(card.nickname) : null);

async function insertJoined(rows: readonly Joined[], tables: Tables, db: Statements): Promise<void> {
  const incarnations = await incarnationsOf(rows, tables, db);
  db.send('joined', JOINED(tables), [
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
    rows.map((row) => JSON.stringify(row.card)),
    rows.map((row) => foldedNickname(row.card)),
    rows.map((row) => row.receiveOption),
    rows.map((row) => row.data.seesEarlier),
    rows.map((row) => row.at),
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

/** A card holds what is said only: what was cleared is absent. */
const JOINED = (tables: Tables): string => `
  INSERT INTO ${tables.main} (tenant, group_id, user_id, incarnation, role_order, joined_at, source, inviter_id,
    approved_by, muted, muted_until, card, name_folded, receive_option, sees_earlier, updated_at)
  SELECT x.tenant, x.group_id, x.user_id, x.incarnation, x.role_order, x.joined_at, x.source, x.inviter_id,
    x.approved_by, x.muted, x.muted_until, jsonb_strip_nulls(x.card::jsonb), x.name_folded, x.receive_option,
    x.sees_earlier, x.updated_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::smallint[], $6::bigint[], $7::text[],
    $8::text[], $9::text[], $10::boolean[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::boolean[],
    $16::bigint[])
    x (tenant, group_id, user_id, incarnation, role_order, joined_at, source, inviter_id,
    approved_by, muted, muted_until, card, name_folded, receive_option, sees_earlier, updated_at)
  ON CONFLICT (tenant, group_id, user_id) DO UPDATE SET
    incarnation = excluded.incarnation, role_order = excluded.role_order, joined_at = excluded.joined_at,
    source = excluded.source, inviter_id = excluded.inviter_id, approved_by = excluded.approved_by,
    muted = excluded.muted, muted_until = excluded.muted_until, card = excluded.card,
    name_folded = excluded.name_folded, receive_option = excluded.receive_option,
    sees_earlier = excluded.sees_earlier, updated_at = excluded.updated_at`;

const CHANGED = (tables: Tables): string => `
  UPDATE ${tables.main} m SET
    role_order = coalesce(x.role_order, m.role_order),
    muted = CASE WHEN x.sets_mute THEN x.muted ELSE m.muted END,
    muted_until = CASE WHEN x.sets_mute THEN x.muted_until ELSE m.muted_until END,
    card = CASE WHEN x.card IS NULL THEN m.card ELSE jsonb_strip_nulls(m.card || x.card::jsonb) END,
    name_folded = CASE WHEN x.card::jsonb ? 'nickname' THEN x.name_folded ELSE m.name_folded END,
    receive_option = coalesce(x.receive_option, m.receive_option),
    updated_at = x.updated_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::boolean[], $6::boolean[], $7::bigint[],
    $8::text[], $9::text[], $10::text[], $11::bigint[])
    x (tenant, group_id, user_id, role_order, sets_mute, muted, muted_until, card, name_folded, receive_option,
    updated_at)
  WHERE m.tenant = x.tenant AND m.group_id = x.group_id AND m.user_id = x.user_id`;
