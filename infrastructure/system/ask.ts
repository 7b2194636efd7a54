import pg from 'pg';
import { ApplicationError } from '../../application/commands/errors.js';
import { isDiskFull } from '../disk-full.js';
import { repeated } from '../postgres/repeated.js';

/** SQLSTATE classes that trying again may help: connection, deadlock, resources, shutdown or cancelled. */
const PASSING = /^(08|40|53|57)/;

/**
 * One statement on the system tables, a transaction of its own.
 * @throws ApplicationError Unavailable when the database doesn't answer now, DiskFull
 */
export async function ask<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  pool: pg.Pool,
  query: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  try {
    return await repeated<Row>(pool, query);
  } catch (error) {
    if (isDiskFull(error)) throw new ApplicationError('DiskFull', {}, { cause: error });
    throw passes(error) ? new ApplicationError('Unavailable', { what: 'database' }, { cause: error }) : error;
  }
}

function passes(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return PASSING.test(error.code ?? '');
  // A connection that was lost or never made; a mistake of our own is a TypeError or RangeError.
  return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError);
}
