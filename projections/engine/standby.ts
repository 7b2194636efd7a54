import { createHash } from 'node:crypto';
import type pg from 'pg';
import { isPositionOf, parsePosition } from '../../application/ports/positions.js';
import type { Discarded } from './discarded.js';
import { lacksEngineTables } from './inspect.js';
import { isPastEnd } from './mend.js';
import { physicalTables, projectionKey, tablesOf, type Letter, type Projection } from './projection.js';
import * as sql from './sql.js';

/**
 * What the letter that isn't shown is there for. filling: a rebuild fills it, or was broken off; held: it is filled and
 * waits for a promotion; former: it was shown before the other.
 */
export type StandbyState = 'filling' | 'held' | 'former';

export interface Standby {
  readonly letter: Letter;
  readonly state: StandbyState;
  /** '' is before the first event. */
  readonly position: string;
  readonly since: Date;
  /** By which code, and without which discarded events, see `filledBy`. */
  readonly filledWith: string | null;
  /** Events that it was filled with. */
  readonly passed: number;
}

type Queryable = Pick<pg.ClientBase, 'query'>;

interface Row {
  readonly name: string;
  readonly version: number;
  readonly letter: Letter;
  readonly position: string;
  readonly state: StandbyState;
  readonly since: Date;
  readonly filled_with: string | null;
  readonly passed: string;
}

/** By the projections' keys; none where the engine's own tables are gone. */
export async function loadStandbys(db: Queryable): Promise<ReadonlyMap<string, Standby>> {
  let rows: readonly Row[];
  try {
    ({ rows } = await db.query<Row>(sql.STANDBYS));
  } catch (error) {
    if (!lacksEngineTables(error)) throw error;
    return new Map();
  }
  return new Map(
    rows.map((row) => {
      const { letter, state, position, since } = row;
      const standby = { letter, state, position, since, filledWith: row.filled_with, passed: Number(row.passed) };
      return [projectionKey(row), standby];
    }),
  );
}

/** The one of a projection whose tables are there, too. */
export async function loadStandby(db: Queryable, projection: Projection): Promise<Standby | undefined> {
  const standby = (await loadStandbys(db)).get(projectionKey(projection));
  if (standby === undefined) return undefined;
  const tables = physicalTables(projection, tablesOf(projection, standby.letter));
  const { rows } = await db.query<{ there: boolean }>(sql.ARE_THERE, [tables]);
  return rows[0]?.there === true ? standby : undefined;
}

/** Whether its rows are of this log, and the log goes as far as they do. */
export const isOfLog = (position: string, head: string | undefined, store: string): boolean =>
  position === '' || (isPositionOf(position, store) && !isPastEnd(position, head, store));

/** How much of the log it has passed, 0 to 1. */
export const shareOf = (position: string, head: string | undefined): number =>
  position === ''
    ? 0
    : head === undefined
      ? 1
      : Math.min(1, Number(parsePosition(position).ordinal) / Math.max(1, Number(parsePosition(head).ordinal)));

/**
 * What tells apart how a projection's tables would be filled: by what the projection declares and the release that it is of,
 * and without which events.
 */
export function filledBy(projection: Projection, release: string, discarded: Discarded): string {
  const { name, version, handles, apply, ddl, indexes, view } = projection;
  const tables = tablesOf(projection, 'a');
  const declared = [release, name, version, handles, ddl(tables), indexes(tables), view(tables), String(apply)];
  return `${digest(declared)}:${digest([...discarded].sort())}`;
}

/** Whether those are left out of it that are left out of the live rows. */
export const leavesOut = ({ filledWith }: Standby, discarded: Discarded): boolean =>
  filledWith?.split(':')[1] === digest([...discarded].sort());

const digest = (said: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 16);

export async function setStandby(
  db: Queryable,
  { name, version }: Projection,
  letter: Letter,
  state: StandbyState | null,
  filledWith: string | null = null,
): Promise<void> {
  await db.query(sql.SET_STANDBY, [name, version, letter, state, filledWith]);
}
