import type {
  FriendRequestAnswered,
  FriendRequested,
  FriendRequestWithdrawn,
  FriendSource,
} from '../domain/friendship/events.js';
import type { FriendRequestStatus } from '../domain/friendship/state.js';
import type { ProjectedEvent } from './engine/projection.js';
import { eraseColumns, erasing } from './erasing.js';
import { RowTable } from './row-table.js';

type HandledEvent = FriendRequested | FriendRequestAnswered | FriendRequestWithdrawn;

interface RequestRow {
  tenant: string;
  from_id: string;
  to_id: string;
  request_id: string;
  message: string | null;
  source: FriendSource;
  ext: string | null;
  asked_by: string;
  asked_at: number | string;
  status: FriendRequestStatus;
  ended_at: number | string | null;
  handled_by: string | null;
  handled_message: string | null;
}

const table = new RowTable<RequestRow>(
  {
    tenant: 'text',
    from_id: 'text',
    to_id: 'text',
    request_id: 'text',
    message: 'text?',
    source: 'text',
    ext: 'text?',
    asked_by: 'text',
    asked_at: 'bigint',
    status: 'text',
    ended_at: 'bigint?',
    handled_by: 'text?',
    handled_message: 'text?',
  },
  ['tenant', 'from_id', 'to_id'],
);

/** The newest friend request in each direction, and how it stands: who asks again is in no list twice. */
export const friendRequestsProjection = erasing({
  name: 'friend_requests',
  version: 1,
  handles: { FriendRequested: 1, FriendRequestAnswered: 1, FriendRequestWithdrawn: 1 } satisfies Record<
    HandledEvent['type'],
    number
  >,
  auxTables: [],
  ddl: (tables) => [table.create(tables.main)],
  indexes: (tables) => [
    `CREATE INDEX ${tables.base}_sent ON ${tables.main} (tenant, from_id, asked_at, request_id)`,
    `CREATE INDEX ${tables.base}_received ON ${tables.main} (tenant, to_id, asked_at, request_id)`,
  ],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const batch = events as readonly ProjectedEvent<HandledEvent>[];
    const named = new Map(
      batch.map(({ tenant, event: { data } }) => [rowKey(tenant, data.from, data.to), [tenant, data.from, data.to]]),
    );
    const loaded = await db.run<RequestRow>(
      'load',
      table.load(tables),
      [0, 1, 2].map((column) => [...named.values()].map((key) => key[column])),
    );
    const rows = new Map(loaded.map((row) => [rowKey(row.tenant, row.from_id, row.to_id), row]));
    for (const projected of batch) note(rows, projected);
    if (rows.size > 0) db.send('save', table.save(tables), table.values([...rows.values()]));
  },

  erase: eraseColumns(
    { of: 'from_id', set: 'message = NULL, ext = NULL' },
    { of: 'to_id', set: 'handled_message = NULL' },
  ),
});

const rowKey = (tenant: string, from: string, to: string): string => `${tenant}\n${from}\n${to}`;

function note(rows: Map<string, RequestRow>, { tenant, occurredAt, event }: ProjectedEvent<HandledEvent>): void {
  const { from, to, requestId } = event.data;
  const key = rowKey(tenant, from, to);
  if (event.type === 'FriendRequested') {
    rows.set(key, asked(tenant, event.data));
    return;
  }
  const row = rows.get(key);
  // What has ended stays as it ended, and an earlier one has left no row.
  if (row?.request_id !== requestId || row.status !== 'pending') return;
  row.ended_at = occurredAt;
  if (event.type === 'FriendRequestWithdrawn') {
    row.status = event.data.why;
    return;
  }
  const { answer, by, message } = event.data;
  Object.assign(row, { status: answer, handled_by: by, handled_message: message } satisfies Partial<RequestRow>);
}

const asked = (
  tenant: string,
  { requestId, from, to, message, source, ext, by, askedAt }: FriendRequested['data'],
): RequestRow => ({
  tenant,
  from_id: from,
  to_id: to,
  request_id: requestId,
  message,
  source,
  ext,
  asked_by: by,
  asked_at: askedAt,
  status: 'pending',
  ended_at: null,
  handled_by: null,
  handled_message: null,
});
