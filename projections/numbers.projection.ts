import type { GroupCreated } from '../domain/group/events.js';
import type { UserRegistered } from '../domain/user/events.js';
import type { ProjectedEvent, Projection } from './engine/projection.js';
import { RowTable } from './row-table.js';

type Handled = GroupCreated | UserRegistered;

interface NumberRow {
  tenant: string;
  number: number;
  kind: 'user' | 'group';
  id: string;
}

const table = new RowTable<NumberRow>({ tenant: 'text', number: 'bigint', kind: 'text', id: 'text' }, [
  'tenant',
  'number',
]);

/** Whose number it is, for the APIs that know people and groups by it (docs/rules.md A13). */
export const numbersProjection: Projection = {
  name: 'numbers',
  version: 1,
  handles: { GroupCreated: 1, UserRegistered: 1 } satisfies Record<Handled['type'], number>,
  auxTables: [],
  ddl: (tables) => [table.create(tables.main)],
  indexes: () => [],
  view: (tables) => table.select(tables),

  async apply(events, tables, db) {
    const rows = (events as readonly ProjectedEvent<Handled>[]).map(rowOf);
    // Each number is given once, so what is there already is the same batch delivered again.
    db.send('add', table.add(tables), table.values(rows));
  },
};

function rowOf({ tenant, event: { type, data } }: ProjectedEvent<Handled>): NumberRow {
  return type === 'UserRegistered'
    ? { tenant, number: data.number, kind: 'user', id: data.userId }
    : { tenant, number: data.number, kind: 'group', id: data.groupId };
}
