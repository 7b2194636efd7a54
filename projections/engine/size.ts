import type pg from 'pg';
import { inspect } from './inspect.js';
import { physicalTables, tablesOf, type Letter, type Projection } from './projection.js';
import * as sql from './sql.js';

/** What a projection's shown tables hold. */
export interface ProjectionSize {
  readonly name: string;
  readonly version: number;
  /** Undefined when nobody knows any more. */
  readonly letter: Letter | undefined;
  /** Of its main table; undefined when that isn't there. */
  readonly rows: number | undefined;
  /** Whether they were counted, or are what PostgreSQL estimates. */
  readonly exact: boolean;
  /** With indexes, of all its tables. */
  readonly bytes: number;
}

/** Up to so many rows are counted. */
const COUNTED = 100_000;

export async function sizesOf(pool: pg.Pool, projections: readonly Projection[]): Promise<ProjectionSize[]> {
  const sizes: ProjectionSize[] = [];
  for (const { projection, letter } of await inspect(pool, projections)) {
    const { name, version } = projection;
    const tables = letter === undefined ? undefined : tablesOf(projection, letter);
    const physical = tables === undefined ? [] : physicalTables(projection, tables);
    const { rows } = await pool.query<{ bytes: string; estimate: number | null }>(sql.SIZE, [physical]);
    const { bytes = '0', estimate = null } = rows[0] ?? {};
    const counted = estimate === null || tables === undefined ? undefined : await countUpTo(pool, tables.main);
    const exact = counted === undefined || counted <= COUNTED;
    const about = exact ? counted : Math.max(estimate ?? 0, COUNTED);
    sizes.push({ name, version, letter, rows: about, exact, bytes: Number(bytes) });
  }
  return sizes;
}

async function countUpTo(pool: pg.Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ rows: number }>(sql.countUpTo(table, COUNTED + 1));
  return rows[0]?.rows ?? 0;
}
