import type pg from 'pg';
import { messageOf } from '../../application/following/errors.js';
import type { Discarded } from './discarded.js';
import { Fenced } from './errors.js';
import { inspectSound } from './inspect.js';
import { planLive, planReplay, type ParkedRow, type Plan } from './plan.js';
import {
  projectionKey,
  tablesOf,
  type Letter,
  type ProjectedEvent,
  type Projection,
  type Tables,
} from './projection.js';
import * as sql from './sql.js';
import type { Stretch } from '../../application/following/stretch.js';
import { LetterStatements, transaction } from './transaction.js';

/**
 * Where a letter's rows stand, as the database said: read from its row, or written there with a step. What a writer
 * remembers between its transactions. Made in this file only, so nobody can think himself further than he came.
 */
class Standing {
  // Makes the type nominal: a copy with another position is none.
  readonly #said = true;
  constructor(
    readonly projection: Projection,
    readonly letter: Letter,
    /** '' is before the first event. */
    readonly position: string,
    readonly epoch: string,
  ) {}

  is(row: CheckpointRow): boolean {
    return this.#said && isSameRow(this, row);
  }
}

export type Checkpoint = Standing;

/** What a checkpoint's row says; anybody may make one, and nobody is moved by it. */
export interface CheckpointRow {
  readonly letter: Letter;
  readonly position: string;
  readonly epoch: string;
}

export const isSameRow = (one: CheckpointRow, other: CheckpointRow): boolean =>
  one.letter === other.letter && one.position === other.position && one.epoch === other.epoch;

type Queryable = Pick<pg.ClientBase, 'query'>;

/**
 * The letter that the view shows, and where it stands.
 * @throws ProjectionUnfit when something of it is missing, or it stands behind the end of the log
 */
export async function loadActive(db: Queryable, projection: Projection): Promise<Checkpoint> {
  const { letter, position, epoch } = await inspectSound(db, projection);
  return new Standing(projection, letter, position, epoch);
}

/** Where a letter stands, shown or not; undefined when it has no checkpoint. */
export async function loadCheckpoint(
  db: Queryable,
  projection: Projection,
  letter: Letter,
): Promise<Checkpoint | undefined> {
  return standing(db, sql.LOAD_CHECKPOINT, projection, letter);
}

/** From now on the caller is its only writer: what anybody remembers of it is worth nothing. Undefined when there is none. */
export async function claimCheckpoint(
  db: Queryable,
  projection: Projection,
  letter: Letter,
): Promise<Checkpoint | undefined> {
  await db.query(sql.NEXT_EPOCH, [projection.name, projection.version, letter]);
  return loadCheckpoint(db, projection, letter);
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
  return standing(db, sql.LOCK_CHECKPOINT, projection, letter);
}

async function standing(
  db: Queryable,
  text: string,
  projection: Projection,
  letter: Letter,
): Promise<Checkpoint | undefined> {
  const { rows } = await db.query<CheckpointRow>(text, [projection.name, projection.version, letter]);
  const row = rows[0];
  return row && new Standing(projection, letter, row.position, row.epoch);
}

/**
 * A checkpoint before the first event. What was remembered of an earlier one of this letter is worth nothing with it.
 * @param completeAt before this position nobody may read the rows
 */
export async function createCheckpoint(
  db: Queryable,
  projection: Projection,
  letter: Letter,
  completeAt = '',
): Promise<Checkpoint> {
  const { name, version } = projection;
  const { rows } = await db.query<{ epoch: string }>(sql.CREATE_CHECKPOINT, [name, version, letter, completeAt]);
  return new Standing(projection, letter, '', rows[0]?.epoch ?? '');
}

/**
 * What it takes to pass a stretch: every event of it behind the checkpoint has been judged, and is applied or set aside
 * unless the projection doesn't handle it. Nothing else moves a checkpoint, and only the three judges below make one.
 */
class JudgedStep implements Plan {
  // Makes the type nominal: no other object is one, however much it looks like one.
  readonly #judged = true;
  constructor(
    readonly from: Checkpoint,
    readonly to: string,
    readonly events: readonly ProjectedEvent[],
    readonly parked: readonly ParkedRow[],
  ) {}

  get writesNothing(): boolean {
    return this.#judged && this.events.length + this.parked.length === 0;
  }
}

export type Step = JudgedStep;

/** For the live letter. @throws Gap, NewerSchema */
export function judgeLive(
  from: Checkpoint,
  stretch: Stretch,
  isParked: (stream: string) => boolean,
  discarded: Discarded,
): Step {
  const due = stretch.behind(from.position);
  const { events, parked } = planLive(from.projection, due.events, isParked, discarded);
  return new JudgedStep(from, due.to, events, parked);
}

/** For the one event that can't be applied. @throws Gap, TypeError for more than one */
export function setAside(from: Checkpoint, stretch: Stretch, error: unknown): Step {
  const due = stretch.behind(from.position);
  const [only] = due.events;
  if (only === undefined || due.events.length > 1) throw new TypeError('one event is set aside at a time');
  return new JudgedStep(from, due.to, [], [{ opened: only, error: messageOf(error) }]);
}

/** For a replay, which sets nothing aside. @throws Gap, NewerSchema, PoisonedEvent */
export function judgeReplay(from: Checkpoint, stretch: Stretch, discarded: Discarded): Step {
  const due = stretch.behind(from.position);
  return new JudgedStep(from, due.to, planReplay(from.projection, due.events, discarded), []);
}

/**
 * A step in a transaction of the caller's: the checkpoint by compare-and-set, then what the step writes. The checkpoint
 * comes first, so that of two writers the second waits there and is refused before it has touched a row. Gives where the
 * letter stands when that transaction is committed.
 * @throws Fenced when position or epoch are not those that the step begins from
 */
export async function takeStep(client: pg.Client, step: Step): Promise<Checkpoint> {
  const { from, to } = step;
  const { projection, letter, position, epoch } = from;
  const moved = await client.query({
    name: 'projection.advance',
    text: sql.ADVANCE,
    values: [projection.name, projection.version, letter, position, epoch, to],
  });
  if (moved.rowCount !== 1) throw new Fenced(projectionKey(projection));
  return write(client, step);
}

/**
 * A step in a transaction of its own. On a connection that pipelines, what opens the transaction and moves the checkpoint
 * goes out with the first of the step's statements, and nothing waits for the server in between: a process that is busy
 * comes back to an answer late. A second writer still waits at the checkpoint, where the server does one thing after another;
 * of what it sent behind that nothing is kept. Nor is anything where the transaction wasn't opened (somebody had just that
 * cancelled): outside of one, such a connection may only read.
 * @throws Fenced, as `takeStep`
 */
export function takeStepAlone(pool: pg.Pool, step: Step): Promise<Checkpoint> {
  const { projection, letter, position, epoch } = step.from;
  const values = [projection.name, String(projection.version), letter, position, epoch, step.to];
  return transaction(pool, sql.beginAdvanced(values), async (client, begun) => {
    const written = write(client, step);
    // What went wrong at the checkpoint says more than what the statements behind it failed with because of that.
    await Promise.allSettled([written]);
    if ((await begun).at(-1)?.rowCount !== 1) throw new Fenced(projectionKey(projection));
    return written;
  });
}

async function write(client: pg.Client, { from, to, events, parked }: Step): Promise<Checkpoint> {
  const { projection, letter, epoch } = from;
  if (events.length > 0) await applyTo(client, projection, tablesOf(projection, letter), events);
  if (parked.length > 0) await insertParked(client, from, parked);
  return new Standing(projection, letter, to, epoch);
}

/**
 * Steps that write nothing, of several projections to one position, by one statement in a transaction. Gives where those stand
 * that were moved, each by compare-and-set.
 * @throws TypeError for a step that writes
 */
export async function takeEmptySteps(
  pool: pg.Pool,
  steps: readonly Step[],
  to: string,
): Promise<ReadonlyMap<string, Checkpoint>> {
  if (steps.some((step) => !step.writesNothing || step.to !== to)) throw new TypeError('a step that writes something');
  const froms = steps.map(({ from }) => from);
  const query = {
    name: 'projection.advance-several',
    text: sql.ADVANCE_SEVERAL,
    values: [
      froms.map(({ projection }) => projection.name),
      froms.map(({ projection }) => projection.version),
      froms.map(({ letter }) => letter),
      froms.map(({ position }) => position),
      froms.map(({ epoch }) => epoch),
      to,
    ],
  };
  const { rows } = await transaction(pool, sql.BEGIN_APPLY, (client) =>
    client.query<{ name: string; version: number }>(query),
  );
  const moved = new Set(rows.map(projectionKey));
  return new Map(
    froms
      .map((from) => [projectionKey(from.projection), from] as const)
      .filter(([key]) => moved.has(key))
      .map(([key, { projection, letter, epoch }]) => [key, new Standing(projection, letter, to, epoch)]),
  );
}

/** Says in the database why a projection doesn't go on. @throws Fenced when it stands elsewhere by now */
export async function sayStopped(pool: pg.Pool, at: Checkpoint, reason: string): Promise<void> {
  const { projection, letter, position, epoch } = at;
  const values = [projection.name, projection.version, letter, position, epoch, reason];
  const { rowCount } = await transaction(pool, sql.BEGIN_APPLY, (client) => client.query(sql.SET_STOPPED, values));
  if (rowCount !== 1) throw new Fenced(projectionKey(projection));
}

export async function applyTo(
  client: pg.Client,
  projection: Projection,
  tables: Tables,
  events: readonly ProjectedEvent[],
): Promise<void> {
  const statements = new LetterStatements(client, tables.base);
  try {
    await projection.apply(events, tables, statements);
  } finally {
    // What was sent first fails for a reason; what follows in the same transaction, because of that.
    await statements.answered();
  }
}

async function insertParked(
  client: pg.Client,
  { projection, letter }: Checkpoint,
  rows: readonly ParkedRow[],
): Promise<void> {
  const stored = rows.map((row) => row.opened.stored);
  await client.query(sql.PARK, [
    projection.name,
    projection.version,
    letter,
    stored.map((event) => event.stream),
    stored.map((event) => event.revision),
    stored.map((event) => event.position),
    stored.map((event) => event.id),
    stored.map((event) => event.type),
    rows.map((row) => row.error),
  ]);
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
