import type pg from 'pg';
import { PAST_THE_END, ProjectionUnfit } from './errors.js';
import { physicalTables, projectionKey, tablesOf, viewName, type Letter, type Projection } from './projection.js';
import * as sql from './sql.js';

/** Where a projection stands, as the database says. */
export interface PositionRow {
  readonly name: string;
  readonly version: number;
  readonly letter: Letter;
  readonly position: string;
  readonly epoch: string;
  readonly stopped: string | null;
  /** Before this position its rows don't show what was in the log when they were begun. */
  readonly complete_at: string;
  readonly parked: number;
}

export interface Paused {
  readonly by: string;
  readonly since: Date;
}

/** What the database has of a projection. */
export interface Inspected {
  readonly projection: Projection;
  /** The letter that was shown last; undefined when that is no longer known. */
  readonly letter: Letter | undefined;
  /** Who has paused its feeding. */
  readonly paused: Paused | undefined;
  /** Undefined when the record or the checkpoint is gone. */
  readonly row: PositionRow | undefined;
  /** What isn't there, in words. */
  readonly missing: readonly string[];
  /** Only its view: the rows are as they should be. */
  readonly lacksOnlyView: boolean;
}

type Found = {
  readonly relations: readonly string[];
  readonly paused_by: string | null;
  readonly paused_at: Date | null;
} & {
  readonly [Column in keyof PositionRow]: PositionRow[Column] | null;
};

type Queryable = Pick<pg.ClientBase, 'query'>;

/**
 * The projections' records, checkpoints, tables and views as of one moment. Everything is missing where the engine's own
 * tables are: without them nobody knows what the others hold.
 */
export async function inspect(db: Queryable, projections: readonly Projection[]): Promise<readonly Inspected[]> {
  let found: readonly Found[];
  try {
    found = (await db.query<Found>(sql.INSPECT)).rows;
  } catch (error) {
    if (!lacksEngineTables(error)) throw error;
    return projections.map((projection) => ({
      projection,
      letter: undefined,
      paused: undefined,
      row: undefined,
      missing: [ENGINE_TABLES],
      lacksOnlyView: false,
    }));
  }
  const relations = new Set(found[0]?.relations);
  return projections.map((projection) =>
    inspected(
      projection,
      found.find(({ name, version }) => name === projection.name && version === projection.version),
      relations,
    ),
  );
}

function inspected(projection: Projection, found: Found | undefined, relations: ReadonlySet<string>): Inspected {
  const letter = found?.letter ?? undefined;
  const row = found !== undefined && found.position !== null ? (found as PositionRow) : undefined;
  const view = viewName(projection);
  const tables = letter === undefined ? [] : physicalTables(projection, tablesOf(projection, letter));
  const has = (relation: string): boolean => relations.has(relation.replace('read.', ''));
  const rows = [
    ...(letter === undefined ? ['its record in read.projection'] : []),
    ...(letter !== undefined && row === undefined ? ['its row in read.checkpoint'] : []),
    ...tables.filter((table) => !has(table)).map((table) => `its table ${table}`),
  ];
  const missing = has(view) ? rows : [...rows, `its view ${view}`];
  const paused = pausedOf(found);
  return { projection, letter, paused, row, missing, lacksOnlyView: rows.length === 0 && missing.length > 0 };
}

export const pausedOf = (row: Pick<Found, 'paused_by' | 'paused_at'> | undefined): Paused | undefined =>
  row?.paused_at ? { by: row.paused_by ?? 'somebody', since: row.paused_at } : undefined;

/** What whoever looks at it is told. */
export const pausedWords = ({ by, since }: Paused): string => `paused by ${by} since ${since.toISOString()}`;

/** Whether the engine's own tables are gone (no such table or schema), or are others than these (no such column …). */
export function lacksEngineTables(error: unknown): boolean {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^(42P01|3F000|42703|42804|42883|42809)$/.test(code);
}

/** What an operator is told, and what he can do; undefined when nothing is missing. */
export function lackOf({ projection: { name }, missing }: Inspected): string | undefined {
  if (missing.length === 0) return undefined;
  const several = missing.length > 1 || missing[0] === ENGINE_TABLES;
  return (
    `${listed(missing)} ${several ? 'are' : 'is'} missing; ` +
    `run \`npm run parley -- projections rebuild ${missing[0] === ENGINE_TABLES ? '--all' : name}\`, or start Parley again`
  );
}

const ENGINE_TABLES = 'the tables of schema "read" that all projections need';

const listed = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1) ?? ''}`;

/** Why queries may not be answered from its rows now; undefined when they may. */
export function unreadable(found: Inspected): string | undefined {
  const lack = lackOf(found);
  if (lack !== undefined) return lack;
  if (found.row?.stopped === PAST_THE_END) return PAST_THE_END;
  return isFilling(found.row) ? FILLING : undefined;
}

export const FILLING = 'it is being filled from history';

/** Its rows were begun anew, and don't show yet what was there then. */
export const isFilling = (row: PositionRow | undefined): boolean => row !== undefined && row.position < row.complete_at;

/** @throws ProjectionUnfit when something is missing, or it stands behind the end of the log */
export async function inspectSound(db: Queryable, projection: Projection): Promise<PositionRow> {
  const [found] = await inspect(db, [projection]);
  const lack = found && (lackOf(found) ?? (found.row?.stopped === PAST_THE_END ? PAST_THE_END : undefined));
  if (found?.row === undefined || lack !== undefined)
    throw new ProjectionUnfit(projectionKey(projection), lack ?? '', found?.row);
  return found.row;
}
