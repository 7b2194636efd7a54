import { conversationKeyIn } from '../application/streams.js';
import type { ViewEvent, ViewSettingsChanges } from '../domain/view/events.js';
import type { ProjectedEvent } from './engine/projection.js';
import { eraseColumns, erasing } from './erasing.js';
import { RowTable } from './row-table.js';

type HandledEvent = Exclude<ViewEvent, { type: 'ReadPositionSet' }>;

interface ViewRow {
  tenant: string;
  user_id: string;
  conversation: string;
  pinned: boolean;
  pinned_at: number | null;
  receive_option: string;
  ext: string | null;
  settings: ViewSettingsChanges;
  cleared_up_to: number;
  /** The highest seq among those he hid; 0 = none. */
  hidden_up_to: number;
  updated_at: number;
}

const table = new RowTable<ViewRow>(
  {
    tenant: 'text',
    user_id: 'text',
    conversation: 'text',
    pinned: 'boolean',
    pinned_at: 'bigint?',
    receive_option: 'text',
    ext: 'text?',
    settings: 'jsonb',
    cleared_up_to: 'bigint',
    hidden_up_to: 'bigint',
    updated_at: 'bigint',
  },
  ['tenant', 'user_id', 'conversation'],
);

/** What each participant has set for himself in a conversation. How far he has read stands in schema `system`. */
export const viewsProjection = erasing({
  name: 'views',
  version: 1,
  handles: {
    MessagesHidden: 1,
    HistoryCleared: 1,
    ConversationPinned: 1,
    ConversationUnpinned: 1,
    ReceiveOptionChanged: 1,
    ViewExtChanged: 1,
    ViewSettingsChanged: 1,
  } satisfies Record<HandledEvent['type'], number>,
  auxTables: [],
  ddl: (tables) => [table.create(tables.main)],
  indexes: () => [],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const batch = events as readonly ProjectedEvent<HandledEvent>[];
    const rows = new Map<string, ViewRow>();
    for (const { tenant, stream, event } of batch)
      rows.set(stream, untouched(tenant, event.data.userId, conversationKeyIn(stream)));
    const streams = new Map([...rows].map(([stream, row]) => [keyOf(row), stream]));
    const asked = [...rows.values()];
    const known = await db.run<ViewRow>('load', table.load(tables), [
      asked.map((row) => row.tenant),
      asked.map((row) => row.user_id),
      asked.map((row) => row.conversation),
    ]);
    for (const row of table.numbered(known)) rows.set(streams.get(keyOf(row)) ?? '', row);
    for (const projected of batch) {
      const row = rows.get(projected.stream);
      if (row) change(row, projected);
    }
    db.send('save', table.save(tables), table.values([...rows.values()]));
  },

  erase: eraseColumns({ of: 'user_id', set: 'ext = NULL' }),
});

const keyOf = ({ tenant, user_id, conversation }: ViewRow): string => `${tenant}\n${user_id}\n${conversation}`;

const untouched = (tenant: string, user_id: string, conversation: string): ViewRow => ({
  tenant,
  user_id,
  conversation,
  pinned: false,
  pinned_at: null,
  receive_option: 'all',
  ext: null,
  settings: {},
  cleared_up_to: 0,
  hidden_up_to: 0,
  updated_at: 0,
});

function change(row: ViewRow, { event, occurredAt }: ProjectedEvent<HandledEvent>): void {
  row.updated_at = occurredAt;
  switch (event.type) {
    case 'MessagesHidden':
      // Not by spreading them into the arguments of one call: they may be many.
      for (const seq of event.data.seqs) row.hidden_up_to = Math.max(row.hidden_up_to, seq);
      return;
    case 'HistoryCleared':
      row.cleared_up_to = Math.max(row.cleared_up_to, event.data.upToSeq);
      return;
    case 'ConversationPinned':
      row.pinned = true;
      row.pinned_at = occurredAt;
      return;
    case 'ConversationUnpinned':
      row.pinned = false;
      row.pinned_at = null;
      return;
    case 'ReceiveOptionChanged':
      row.receive_option = event.data.option;
      return;
    case 'ViewExtChanged':
      row.ext = event.data.ext;
      return;
    case 'ViewSettingsChanged':
      row.settings = { ...row.settings, ...event.data.changes };
  }
}
