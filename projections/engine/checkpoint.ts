import type pg from 'pg';
import { Fenced } from './errors.js';
import { inspectSound } from './inspect.js';
import { projectionKey, type Letter, type Projection } from './projection.js';
import * as sql from './sql.js';

/** What a writer of one letter remembers between its transactions. Position '' is before the first event. */
export interface Checkpoint {
  readonly letter: Letter;
  readonly position: string;
  readonly epoch: string;
}

/** A projection and where it stands. */
export interface Standing {
  readonly projection: Projection;
  readonly from: Checkpoint;
}

interface CheckpointRow {
  letter: Letter;
  position: string;
  epoch: string;
}

type Queryable = Pick<pg.ClientBase, 'query'>;

/**
 * The letter that the view shows, and where it stands.
 * @throws ProjectionUnfit when something of it is missing, or it stands behind the end of the log
 */
export async function loadActive(db: Queryable, projection: Projection): Promise<Checkpoint> {
  const { letter, position, epoch } = await inspectSound(db, projection);
  return { letter, position, epoch };
}

/**
 * Locks the row until the transaction ends: no other writer of this letter gets past its own compare-and-set. Undefined
 * when there is none.
 */
export async function lockCheckpoint(
  db: Queryable,
  projection: Projection,
  letter: Letter,
): Promise<Checkpoint | undefined> {
  const { rows } = await db.query<CheckpointRow>(sql.LOCK_CHECKPOINT, [projection.name, projection.version, letter]);
  const row = rows[0];
  return row && { ...row, letter };
}

/**
 * Moves the checkpoint by compare-and-set. It comes first in the transaction, so that of two writers the second waits
 * here and is refused before it has touched a row.
 * @throws Fenced when position or epoch are not the ones remembered.
 */
export async function advance(db: Queryable, projection: Projection, from: Checkpoint, to: string): Promise<void> {
  const result = await db.query({
    name: 'projection.advance',
    text: sql.ADVANCE,
    values: [projection.name, projection.version, from.letter, from.position, from.epoch, to],
  });
  if (result.rowCount !== 1) throw new Fenced(projectionKey(projection));
}

/** Moves checkpoints behind which no row changes, each by compare-and-set. Gives the keys of those that were moved. */
export async function advanceSeveral(
  db: Queryable,
  moves: readonly Standing[],
  to: string,
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ name: string; version: number }>({
    name: 'projection.advance-several',
    text: sql.ADVANCE_SEVERAL,
    values: [
      moves.map(({ projection }) => projection.name),
      moves.map(({ projection }) => projection.version),
      moves.map(({ from }) => from.letter),
      moves.map(({ from }) => from.position),
      moves.map(({ from }) => from.epoch),
      to,
    ],
  });
  return new Set(rows.map(projectionKey));
}

/** First parked revision of each parked stream. */
export async function loadParked(db: Queryable, projection: Projection, letter: Letter): Promise<Map<string, number>> {
  const { rows } = await db.query<{ stream: string; revision: string }>(sql.PARKED_STREAMS, [
    projection.name,
    projection.version,
    letter,
  ]);
  return new Map(rows.map((row) => [row.stream, Number(row.revision)]));
}
