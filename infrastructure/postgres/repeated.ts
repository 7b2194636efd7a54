import type pg from 'pg';

/**
 * PostgreSQL has undone the statement: to let another one through (serialization, deadlock), or because somebody had it
 * cancelled. It did nothing, and may be sent again.
 */
const UNDONE = /^(40001|40P01|57014)$/;

/** How often a statement is sent that was undone. */
const TRIES = 3;

type Queryable = Pick<pg.Pool, 'query'>;

/** One statement, a transaction of its own; sent again when it was undone. */
export async function repeated<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  pool: Queryable,
  query: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  for (let tried = 1; ; tried++) {
    try {
      return await pool.query<Row>(query);
    } catch (error) {
      const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
      if (typeof code !== 'string' || !UNDONE.test(code) || tried === TRIES) throw error;
    }
  }
}
