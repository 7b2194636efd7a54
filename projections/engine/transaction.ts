import type pg from 'pg';
import { arrayLiteral } from './array-literal.js';
import { isConnectionTrouble } from '../../application/following/errors.js';
import type { Column, Statements, Value } from './projection.js';

/**
 * One transaction on a pooled connection. `begin` is the statement that opens it. A connection that failed in a way that
 * leaves its state unknown is thrown away.
 */
export async function transaction<Result>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // A checked-out connection that dies between two statements emits an error; the next statement reports it.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    const { command } = await client.query('COMMIT');
    // So it answers when a statement had failed and somebody went on.
    if (command !== 'COMMIT') throw new Error(`a transaction ended with ${command}`);
    return result;
  } catch (error) {
    // Behind a statement whose answer didn't come, the rollback's would not either.
    if (error instanceof Error && isConnectionTrouble(error)) broken = error;
    else
      await client.query('ROLLBACK').catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error(String(failure));
      });
    throw error;
  } finally {
    client.removeListener('error', ignore);
    client.release(broken);
  }
}

/** Statements of one letter on a connection, prepared under names of that letter. */
export const statementsOn = (client: pg.ClientBase, prefix: string): Statements => ({
  async run<Row extends object>(name: string, text: string, values: readonly Value[]): Promise<Row[]> {
    const parameters = values.map((value) => (isColumn(value) ? arrayLiteral(value) : value));
    const result = await client.query<Row>({ name: `${prefix}.${name}`, text, values: parameters });
    return result.rows;
  },
});

const isColumn = (value: Value): value is Column => Array.isArray(value);
