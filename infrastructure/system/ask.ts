import pg from 'pg';
import { ApplicationError } from '../../application/commands/errors.js';
import { isDiskFull } from '../disk-full.js';

/** SQLSTATE classes that trying again may help: connection, deadlock, resources, shutdown or cancelled. */
const PASSING = /^(08|40|53|57)/;

/** Undone by PostgreSQL to let another one through (serialization, deadlock): it did nothing, and may be sent again. */
const UNDONE = /^40(001|P01)$/;
/** How often a statement is sent that was undone. */
const TRIES = 3;

/**
 * One statement on the system tables, a transaction of its own.
 * @throws ApplicationError Unavailable when the database doesn't answer now, DiskFull
 */
export async function ask<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  pool: pg.Pool,
  query: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  for (let tried = 1; ; tried++) {
    try {
      return await pool.query<Row>(query);
    } catch (error) {
      if (error instanceof pg.DatabaseError && UNDONE.test(error.code ?? '') && tried < TRIES) continue;
      if (isDiskFull(error)) throw new ApplicationError('DiskFull', {}, { cause: error });
      throw passes(error) ? new ApplicationError('Unavailable', { what: 'database' }, { cause: error }) : error;
    }
  }
}

function passes(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return PASSING.test(error.code ?? '');
  // A connection that was lost or never made; a mistake of our own is a TypeError or RangeError.
  return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError);
}
