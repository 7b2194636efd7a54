import type { FriendAdded, FriendCardChanged, FriendRemoved, FriendSource } from '../domain/friendship/events.js';
import type { ProjectedEvent, Statements, Tables } from './engine/projection.js';
import { eraseColumns, erasing } from './erasing.js';
import { RowTable } from './row-table.js';

type HandledEvent = FriendAdded | FriendRemoved | FriendCardChanged;

interface FriendRow {
  tenant: string;
  owner_id: string;
  friend_id: string;
  since: number | string;
  source: FriendSource;
  added_by: string;
  request_id: string | null;
  pinned: boolean;
  /** 0 for those that are pinned, who come first. */
  pin_order: number;
  remark: string | null;
  description: string | null;
  phone: string | null;
  region: string | null;
  image: string | null;
  ext: string | null;
}

const table = new RowTable<FriendRow>(
  {
    tenant: 'text',
    owner_id: 'text',
    friend_id: 'text',
    since: 'bigint',
    source: 'text',
    added_by: 'text',
    request_id: 'text?',
    pinned: 'boolean',
    pin_order: 'smallint',
    remark: 'text?',
    description: 'text?',
    phone: 'text?',
    region: 'text?',
    image: 'text?',
    ext: 'text?',
  },
  ['tenant', 'owner_id', 'friend_id'],
);

/** A row for each direction: who is in whose list, and what the list's owner keeps about him. */
export const friendsProjection = erasing({
  name: 'friends',
  version: 1,
  handles: { FriendAdded: 1, FriendRemoved: 1, FriendCardChanged: 1 } satisfies Record<HandledEvent['type'], number>,
  auxTables: [],
  ddl: (tables) => [table.create(tables.main)],
  indexes: (tables) => [
    `CREATE INDEX ${tables.base}_list ON ${tables.main} (tenant, owner_id, pin_order, since, friend_id)`,
  ],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const batch = events as readonly ProjectedEvent<HandledEvent>[];
    const edges = await loadEdges(batch, tables, db);
    for (const projected of batch) note(edges, projected);
    const gone = [...edges.values()].filter(({ row }) => row === undefined);
    if (gone.length > 0) db.send('gone', GONE(tables), keys(gone));
    const there = [...edges.values()].flatMap(({ row }) => row ?? []);
    if (there.length > 0) db.send('save', table.save(tables), table.values(there));
  },

  erase: eraseColumns({
    of: 'owner_id',
    set: 'remark = NULL, description = NULL, phone = NULL, region = NULL, image = NULL, ext = NULL',
  }),
});

/** One direction while a batch is folded into it; without a row it isn't there. */
interface Edge {
  readonly tenant: string;
  readonly ownerId: string;
  readonly friendId: string;
  row: FriendRow | undefined;
}

const edgeKey = (tenant: string, ownerId: string, friendId: string): string => `${tenant}\n${ownerId}\n${friendId}`;

/** Those that the batch names. */
async function loadEdges(
  events: readonly ProjectedEvent<HandledEvent>[],
  tables: Tables,
  db: Statements,
): Promise<Map<string, Edge>> {
  const edges = new Map<string, Edge>();
  for (const { tenant, event } of events) {
    const { ownerId, friendId } = event.data;
    edges.set(edgeKey(tenant, ownerId, friendId), { tenant, ownerId, friendId, row: undefined });
  }
  for (const row of await db.run<FriendRow>('load', table.load(tables), keys([...edges.values()]))) {
    const edge = edges.get(edgeKey(row.tenant, row.owner_id, row.friend_id));
    if (edge !== undefined) edge.row = row;
  }
  return edges;
}

const keys = (edges: readonly Edge[]): string[][] => [
  edges.map(({ tenant }) => tenant),
  edges.map(({ ownerId }) => ownerId),
  edges.map(({ friendId }) => friendId),
];

function note(edges: Map<string, Edge>, { tenant, occurredAt, event }: ProjectedEvent<HandledEvent>): void {
  const { ownerId, friendId } = event.data;
  const edge = edges.get(edgeKey(tenant, ownerId, friendId));
  if (edge === undefined) return;
  switch (event.type) {
    case 'FriendAdded':
      edge.row = added(tenant, event.data, occurredAt);
      return;
    case 'FriendRemoved':
      edge.row = undefined;
      return;
    case 'FriendCardChanged':
      // A batch that comes again may speak of one whom its end takes away.
      if (edge.row !== undefined) change(edge.row, event.data);
  }
}

const added = (
  tenant: string,
  { ownerId, friendId, source, requestId, by }: FriendAdded['data'],
  at: number,
): FriendRow => ({
  tenant,
  owner_id: ownerId,
  friend_id: friendId,
  since: at,
  source,
  added_by: by,
  request_id: requestId ?? null,
  pinned: false,
  pin_order: 1,
  remark: null,
  description: null,
  phone: null,
  region: null,
  image: null,
  ext: null,
});

function change(row: FriendRow, { changes, pinned }: FriendCardChanged['data']): void {
  // null once its owner was erased.
  Object.assign(row, changes ?? {});
  if (pinned !== undefined) Object.assign(row, { pinned, pin_order: pinned ? 0 : 1 });
}

const GONE = (tables: Tables): string => `
  DELETE FROM ${tables.main} t USING unnest($1::text[], $2::text[], $3::text[]) x (tenant, owner_id, friend_id)
  WHERE t.tenant = x.tenant AND t.owner_id = x.owner_id AND t.friend_id = x.friend_id`;
