import type {
  GroupEvent,
  InvitationAnswered,
  InvitationWithdrawn,
  JoinRequestAnswered,
  JoinRequestWithdrawn,
} from '../domain/group/events.js';
import type { ProjectedEvent, Statements, Tables } from './engine/projection.js';
import { eraseColumns, erasing } from './erasing.js';
import { RowTable } from './row-table.js';

type Handled =
  | 'GroupCreated'
  | 'MemberInvited'
  | 'InvitationAnswered'
  | 'InvitationWithdrawn'
  | 'JoinRequested'
  | 'JoinRequestAnswered'
  | 'JoinRequestWithdrawn'
  | 'GroupDismissed';

type HandledEvent = Extract<GroupEvent, { type: Handled }>;

type Status =
  | 'pending'
  | 'accepted'
  | 'refused'
  | 'ignored'
  | 'superseded'
  | 'expired'
  | 'withdrawn'
  | 'joinedOtherwise'
  | 'dismissed';

interface ApplicationRow {
  tenant: string;
  group_id: string;
  user_id: string;
  kind: 'request' | 'invitation';
  application_id: string;
  incarnation: number;
  inviter_id: string | null;
  message: string | null;
  ext: string | null;
  source: string;
  asked_invitee: boolean;
  asked_manager: boolean;
  awaits_invitee: boolean;
  awaits_manager: boolean;
  /** When it was the managers' turn: at once, or once the invitee had agreed. */
  manager_asked_at: number | string | null;
  status: Status;
  created_at: number | string;
  expires_at: number | string | null;
  ended_at: number | string | null;
  handled_by: string | null;
  handled_message: string | null;
  latest: boolean;
}

const table = new RowTable<ApplicationRow>(
  {
    tenant: 'text',
    group_id: 'text',
    user_id: 'text',
    kind: 'text',
    application_id: 'text',
    incarnation: 'integer',
    inviter_id: 'text?',
    message: 'text?',
    ext: 'text?',
    source: 'text',
    asked_invitee: 'boolean',
    asked_manager: 'boolean',
    awaits_invitee: 'boolean',
    awaits_manager: 'boolean',
    manager_asked_at: 'bigint?',
    status: 'text',
    created_at: 'bigint',
    expires_at: 'bigint?',
    ended_at: 'bigint?',
    handled_by: 'text?',
    handled_message: 'text?',
    latest: 'boolean',
  },
  ['tenant', 'group_id', 'user_id', 'kind', 'application_id'],
);

/** What a batch comes to: rows as they are after it, and what happens to rows that it doesn't name. */
interface Fold {
  readonly rows: Map<string, ApplicationRow>;
  /** The newest of the rows, by group and user. */
  readonly newest: Map<string, ApplicationRow>;
  readonly incarnations: Map<string, number>;
  /** By group: when it was dismissed. */
  readonly dismissed: Map<string, { tenant: string; groupId: string; at: number }>;
  /** By group and user: who applied anew. */
  readonly renewed: Map<string, { tenant: string; groupId: string; userId: string }>;
}

/**
 * Join requests, and invitations that awaited somebody, of all incarnations: what they asked, how they stand, who answered
 * what. An invitation that awaited nobody asked nothing and isn't here. Beside the rows it remembers each group's
 * incarnation.
 */
export const groupApplicationsProjection = erasing({
  name: 'group_applications',
  version: 1,
  handles: {
    GroupCreated: 1,
    MemberInvited: 1,
    InvitationAnswered: 1,
    InvitationWithdrawn: 1,
    JoinRequested: 1,
    JoinRequestAnswered: 1,
    JoinRequestWithdrawn: 1,
    GroupDismissed: 1,
  } satisfies Record<Handled, number>,
  auxTables: ['groups'],
  ddl: (tables) => [
    table.create(tables.main),
    `CREATE TABLE ${tables.aux('groups')} (
       tenant      text COLLATE "C" NOT NULL,
       group_id    text COLLATE "C" NOT NULL,
       incarnation integer NOT NULL,
       PRIMARY KEY (tenant, group_id))`,
  ],
  indexes: (tables) => [
    `CREATE INDEX ${tables.base}_id ON ${tables.main} (tenant, group_id, application_id)`,
    `CREATE INDEX ${tables.base}_group ON ${tables.main} (tenant, group_id, created_at, application_id)`,
    `CREATE INDEX ${tables.base}_user ON ${tables.main} (tenant, user_id, created_at, application_id)`,
    `CREATE INDEX ${tables.base}_inviter ON ${tables.main} (tenant, inviter_id, created_at, application_id)
     WHERE kind = 'invitation'`,
  ],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const batch = events as readonly ProjectedEvent<HandledEvent>[];
    const rows = await loadRows(batch, tables, db);
    const fold: Fold = {
      rows,
      newest: new Map([...rows.values()].filter(({ latest }) => latest).map((row) => [personKey(row), row])),
      incarnations: new Map([...(await loadIncarnations(batch, tables, db)), ...incarnationsBefore(batch)]),
      dismissed: new Map(),
      renewed: new Map(),
    };
    for (const projected of batch) note(fold, projected);
    await write(fold, batch, tables, db);
  },

  erase: eraseColumns(
    { of: 'user_id', set: 'message = NULL, ext = NULL', where: "t.kind = 'request'" },
    { of: 'inviter_id', set: 'message = NULL', where: "t.kind = 'invitation'" },
    { of: 'handled_by', set: 'handled_message = NULL' },
  ),
});

const groupKey = (tenant: string, groupId: string): string => `${tenant}\n${groupId}`;

const personKey = (row: Pick<ApplicationRow, 'tenant' | 'group_id' | 'user_id'>): string =>
  `${groupKey(row.tenant, row.group_id)}\n${row.user_id}`;

const rowKey = (row: Pick<ApplicationRow, 'tenant' | 'group_id' | 'user_id' | 'kind' | 'application_id'>): string =>
  [row.tenant, row.group_id, row.user_id, row.kind, row.application_id].join('\n');

function note(fold: Fold, { tenant, event, occurredAt }: ProjectedEvent<HandledEvent>): void {
  const { groupId } = event.data;
  const key = groupKey(tenant, groupId);
  switch (event.type) {
    case 'GroupCreated':
      fold.incarnations.set(key, event.data.incarnation);
      return;
    case 'MemberInvited':
    case 'JoinRequested':
      if (event.type === 'MemberInvited' && event.data.awaits.length === 0) return;
      add(fold, applied(tenant, incarnationOf(fold, key, event), event, occurredAt));
      return;
    case 'InvitationAnswered': {
      const row = pending(fold, tenant, 'invitation', event.data.inviteId, event.data);
      if (row) answerInvitation(row, event.data, occurredAt);
      return;
    }
    case 'JoinRequestAnswered': {
      const row = pending(fold, tenant, 'request', event.data.requestId, event.data);
      if (row) handle(row, event.data.answer === 'approved' ? 'accepted' : event.data.answer, event.data, occurredAt);
      return;
    }
    case 'InvitationWithdrawn': {
      const row = pending(fold, tenant, 'invitation', event.data.inviteId, event.data);
      if (row) end(row, event.data.why, occurredAt);
      return;
    }
    case 'JoinRequestWithdrawn': {
      const row = pending(fold, tenant, 'request', event.data.requestId, event.data);
      if (row) end(row, event.data.why, occurredAt);
      return;
    }
    case 'GroupDismissed':
      dismiss(fold, tenant, groupId, occurredAt);
  }
}

function incarnationOf(fold: Fold, key: string, event: HandledEvent): number {
  const incarnation = fold.incarnations.get(key);
  if (incarnation === undefined)
    throw new Error(`${event.type} of a group that was never created: ${event.data.groupId}`);
  return incarnation;
}

function applied(
  tenant: string,
  incarnation: number,
  event: Extract<HandledEvent, { type: 'MemberInvited' | 'JoinRequested' }>,
  at: number,
): ApplicationRow {
  const invitation = event.type === 'MemberInvited';
  const awaits = invitation ? event.data.awaits : ['manager'];
  const asksInvitee = awaits.includes('invitee');
  const asksManager = awaits.includes('manager');
  return {
    tenant,
    group_id: event.data.groupId,
    user_id: event.data.userId,
    kind: invitation ? 'invitation' : 'request',
    application_id: invitation ? event.data.inviteId : event.data.requestId,
    incarnation,
    inviter_id: event.data.inviterId ?? null,
    message: (invitation ? event.data.reason : event.data.message) ?? null,
    ext: (invitation ? undefined : event.data.ext) ?? null,
    source: invitation ? 'invitation' : event.data.source,
    asked_invitee: asksInvitee,
    asked_manager: asksManager,
    awaits_invitee: asksInvitee,
    awaits_manager: asksManager,
    manager_asked_at: asksManager && !asksInvitee ? at : null,
    status: 'pending',
    created_at: at,
    expires_at: (invitation ? event.data.expiresAt : undefined) ?? null,
    ended_at: null,
    handled_by: null,
    handled_message: null,
    latest: true,
  };
}

function add(fold: Fold, row: ApplicationRow): void {
  const person = personKey(row);
  const before = fold.newest.get(person);
  if (before) before.latest = false;
  fold.newest.set(person, row);
  fold.rows.set(rowKey(row), row);
  fold.renewed.set(person, { tenant: row.tenant, groupId: row.group_id, userId: row.user_id });
}

/** What has ended stays as it ended. */
function pending(
  fold: Fold,
  tenant: string,
  kind: ApplicationRow['kind'],
  id: string,
  { groupId, userId }: { readonly groupId: string; readonly userId: string },
): ApplicationRow | undefined {
  const key = { tenant, group_id: groupId, user_id: userId, kind, application_id: id };
  const row = fold.rows.get(rowKey(key));
  return row?.status === 'pending' ? row : undefined;
}

function answerInvitation(row: ApplicationRow, data: InvitationAnswered['data'], at: number): void {
  if (data.answer !== 'accepted') {
    handle(row, data.answer === 'declined' ? 'refused' : 'ignored', data, at);
    return;
  }
  if (data.stage === 'invitee') {
    row.awaits_invitee = false;
    if (row.asked_manager) row.manager_asked_at = at;
  } else {
    row.awaits_manager = false;
  }
  if (!row.awaits_invitee && !row.awaits_manager) handle(row, 'accepted', data, at);
}

type Answer = Pick<InvitationAnswered['data'] | JoinRequestAnswered['data'], 'by' | 'message'>;

function handle(row: ApplicationRow, status: Status, { by, message }: Answer, at: number): void {
  end(row, status, at);
  row.handled_by = by;
  row.handled_message = message ?? null;
}

type Ending = Status | InvitationWithdrawn['data']['why'] | JoinRequestWithdrawn['data']['why'];

function end(row: ApplicationRow, status: Ending, at: number): void {
  row.status = status;
  row.ended_at = at;
  row.awaits_invitee = false;
  row.awaits_manager = false;
}

/** What is pending ends with the group; no event says so one by one. */
function dismiss(fold: Fold, tenant: string, groupId: string, at: number): void {
  const key = groupKey(tenant, groupId);
  // Those of the rows that this batch doesn't name end by a statement; a second dismissal finds none.
  if (!fold.dismissed.has(key)) fold.dismissed.set(key, { tenant, groupId, at });
  for (const row of fold.rows.values())
    if (row.tenant === tenant && row.group_id === groupId && row.status === 'pending') end(row, 'dismissed', at);
}

/** Rows that the batch's answers and withdrawals name. */
async function loadRows(
  events: readonly ProjectedEvent<HandledEvent>[],
  tables: Tables,
  db: Statements,
): Promise<Map<string, ApplicationRow>> {
  const keys = new Map<string, [string, string, string, ApplicationRow['kind'], string]>();
  for (const { tenant, event } of events) {
    const named = namedBy(event);
    if (named === undefined) continue;
    const { groupId, userId } = named;
    const key = [tenant, groupId, userId, named.kind, named.id] as [
      string,
      string,
      string,
      ApplicationRow['kind'],
      string,
    ];
    keys.set(key.join('\n'), key);
  }
  if (keys.size === 0) return new Map();
  const asked = [...keys.values()];
  const rows = await db.run<ApplicationRow>(
    'load',
    table.load(tables),
    [0, 1, 2, 3, 4].map((column) => asked.map((key) => key[column])),
  );
  return new Map(rows.map((row) => [rowKey(row), row]));
}

function namedBy(
  event: HandledEvent,
): { groupId: string; userId: string; kind: ApplicationRow['kind']; id: string } | undefined {
  switch (event.type) {
    case 'InvitationAnswered':
    case 'InvitationWithdrawn':
      return { ...event.data, kind: 'invitation', id: event.data.inviteId };
    case 'JoinRequestAnswered':
    case 'JoinRequestWithdrawn':
      return { ...event.data, kind: 'request', id: event.data.requestId };
    default:
      return undefined;
  }
}

/** Of the groups to which somebody applies in this batch. */
async function loadIncarnations(
  events: readonly ProjectedEvent<HandledEvent>[],
  tables: Tables,
  db: Statements,
): Promise<Map<string, number>> {
  const asked = new Map<string, { tenant: string; groupId: string }>();
  for (const { tenant, event } of events)
    if (event.type === 'MemberInvited' || event.type === 'JoinRequested')
      asked.set(groupKey(tenant, event.data.groupId), { tenant, groupId: event.data.groupId });
  if (asked.size === 0) return new Map();
  const groups = [...asked.values()];
  const rows = await db.run<{ tenant: string; group_id: string; incarnation: number }>(
    'incarnations',
    INCARNATIONS(tables),
    [groups.map(({ tenant }) => tenant), groups.map(({ groupId }) => groupId)],
  );
  return new Map(rows.map((row) => [groupKey(row.tenant, row.group_id), row.incarnation]));
}

/**
 * Of the groups that this batch creates: each creation is one incarnation further. That counts, not the table: it may show
 * what a first delivery of the same batch left.
 */
function incarnationsBefore(events: readonly ProjectedEvent<HandledEvent>[]): Map<string, number> {
  const before = new Map<string, number>();
  for (const { tenant, event } of events) {
    const key = groupKey(tenant, event.data.groupId);
    if (event.type === 'GroupCreated' && !before.has(key)) before.set(key, event.data.incarnation - 1);
  }
  return before;
}

/** First what concerns rows that aren't named, then the rows as the fold left them. */
async function write(
  fold: Fold,
  events: readonly ProjectedEvent<HandledEvent>[],
  tables: Tables,
  db: Statements,
): Promise<void> {
  const created = new Map<string, { tenant: string; groupId: string; incarnation: number }>();
  for (const { tenant, event } of events)
    if (event.type === 'GroupCreated') created.set(groupKey(tenant, event.data.groupId), { tenant, ...event.data });
  if (created.size > 0) {
    const groups = [...created.values()];
    db.send('created', CREATED(tables), [
      groups.map(({ tenant }) => tenant),
      groups.map(({ groupId }) => groupId),
      groups.map(({ incarnation }) => incarnation),
    ]);
  }
  if (fold.dismissed.size > 0) {
    const groups = [...fold.dismissed.values()];
    db.send('dismissed', DISMISSED(tables), [
      groups.map(({ tenant }) => tenant),
      groups.map(({ groupId }) => groupId),
      groups.map(({ at }) => at),
    ]);
  }
  if (fold.renewed.size > 0) {
    const people = [...fold.renewed.values()];
    db.send('outdated', OUTDATED(tables), [
      people.map(({ tenant }) => tenant),
      people.map(({ groupId }) => groupId),
      people.map(({ userId }) => userId),
    ]);
  }
  if (fold.rows.size > 0) db.send('save', table.save(tables), table.values([...fold.rows.values()]));
}

const CREATED = (tables: Tables): string => `
  INSERT INTO ${tables.aux('groups')} (tenant, group_id, incarnation)
  SELECT * FROM unnest($1::text[], $2::text[], $3::integer[])
  ON CONFLICT (tenant, group_id) DO UPDATE SET incarnation = excluded.incarnation`;

const INCARNATIONS = (tables: Tables): string => `
  SELECT g.tenant, g.group_id, g.incarnation FROM unnest($1::text[], $2::text[]) x (tenant, group_id)
  JOIN ${tables.aux('groups')} g USING (tenant, group_id)`;

const DISMISSED = (tables: Tables): string => `
  UPDATE ${tables.main} a SET status = 'dismissed', ended_at = x.at, awaits_invitee = false, awaits_manager = false
  FROM unnest($1::text[], $2::text[], $3::bigint[]) x (tenant, group_id, at)
  WHERE a.tenant = x.tenant AND a.group_id = x.group_id AND a.status = 'pending'`;

const OUTDATED = (tables: Tables): string => `
  UPDATE ${tables.main} a SET latest = false
  FROM unnest($1::text[], $2::text[], $3::text[]) x (tenant, group_id, user_id)
  WHERE a.tenant = x.tenant AND a.group_id = x.group_id AND a.user_id = x.user_id AND a.latest`;
