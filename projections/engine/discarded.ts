import type pg from 'pg';
import type { Projection } from './projection.js';
import * as sql from './sql.js';

/** Ids of events that an operator decided a projection, whatever its version, is never to apply. */
export type Discarded = ReadonlySet<string>;

/** Kept in schema `system`: no log says it, and a rebuild has to leave out the same. */
export async function loadDiscarded(
  db: Pick<pg.ClientBase, 'query'>,
  { name }: Pick<Projection, 'name'>,
): Promise<Discarded> {
  const { rows } = await db.query<{ event_id: string }>(sql.DISCARDED, [name]);
  return new Set(rows.map(({ event_id }) => event_id));
}

export const isSameSet = (one: Discarded, other: Discarded): boolean =>
  one.size === other.size && [...one].every((id) => other.has(id));
