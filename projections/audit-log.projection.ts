import { concernedBy, type HistoryEvent, historyTypes } from '../application/audit/subjects.js';
import { parseStreamName } from '../application/streams.js';
import type { ProjectedEvent, Projection, Tables } from './engine/projection.js';
import { RowTable } from './row-table.js';

/** What somebody has to do with an event: he did it, himself or through somebody (`by`), or it was done to him (`to`). */
interface AuditRow {
  tenant: string;
  /** '' for what the server did by itself. */
  user_id: string;
  side: 'by' | 'to';
  at: number;
  stream: string;
  revision: number;
  /** One row of each event: what asks for events and not for people looks at these alone. */
  first: boolean;
  type: string;
  group_id: string | null;
  correlation_id: string;
}

const table = new RowTable<AuditRow>(
  {
    tenant: 'text',
    user_id: 'text',
    side: 'text',
    at: 'bigint',
    stream: 'text',
    revision: 'bigint',
    first: 'boolean',
    type: 'text',
    group_id: 'text?',
    correlation_id: 'text',
  },
  ['tenant', 'user_id', 'side', 'at', 'stream', 'revision'],
);

/** Every type in the first schema, which is what each has: a later schema of one is another version of this table. */
const handles = Object.fromEntries(historyTypes.map((type) => [type, 1])) as Record<HistoryEvent['type'], number>;

/**
 * Who did what to whom, where and when: ids and types, never a word of what was said; the events themselves are read from
 * the log. A row for each who has to do with an event, in the order of the key, so that a page of one user's is read
 * wherever it lies. Most events are messages, which by their type alone nobody asks for.
 */
export const auditLogProjection: Projection = {
  name: 'audit_log',
  version: 1,
  unawaited: true,
  handles,
  auxTables: [],
  ddl: (tables) => [table.create(tables.main)],
  indexes: ({ base, main }) => [
    `CREATE INDEX ${base}_time ON ${main} (tenant, at) WHERE first`,
    `CREATE INDEX ${base}_group ON ${main} (tenant, group_id, at) WHERE first AND group_id IS NOT NULL`,
    `CREATE INDEX ${base}_type ON ${main} (tenant, type, at) WHERE first AND type <> 'MessageSent'`,
    `CREATE INDEX ${base}_correlation ON ${main} (correlation_id) WHERE first`,
  ],
  view: (tables) => table.select(tables),

  async apply(events, tables: Tables, db) {
    const rows = events.flatMap(rowsOf);
    // Rows never change, so what is there already is the same batch delivered again.
    db.send('add', table.add(tables), table.values(rows));
  },
};

function rowsOf({ tenant, stream, revision, occurredAt, event, envelope }: ProjectedEvent): AuditRow[] {
  const { by, to, groupId } = concernedBy(event, envelope.actor, parseStreamName(stream));
  const row = (user_id: string, side: AuditRow['side'], first: boolean): AuditRow => ({
    tenant,
    user_id,
    side,
    at: occurredAt,
    stream,
    revision,
    first,
    type: event.type,
    group_id: groupId ?? null,
    correlation_id: envelope.$correlationId,
  });
  const doers = by.length === 0 ? [''] : by;
  return [...doers.map((user, index) => row(user, 'by', index === 0)), ...to.map((user) => row(user, 'to', false))];
}
