import type pg from 'pg';
import { arrayLiteral } from './array-literal.js';
import { isConnectionTrouble } from '../../application/following/errors.js';
import type { Column, Statements, Value } from './projection.js';

/** What the statements that opened a transaction gave; where the connection pipelines, nobody has waited for it yet. */
export type Begun = Promise<readonly pg.QueryResult[]>;

/**
 * One transaction on a pooled connection. `begin` is what opens it: a statement, or several. A connection that failed in a way
 * that leaves its state unknown is thrown away.
 */
export async function transaction<Result>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient, begun: Begun) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // A checked-out connection that dies between two statements emits an error; the next statement reports it.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    const begun = resultsOf(client.query(begin));
    if (!client.pipeline) await begun;
    const result = await work(client, begun);
    await begun;
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

/** Rejects when the transaction does, and at nobody else's expense. */
function resultsOf(query: Promise<pg.QueryResult | pg.QueryResult[]>): Begun {
  const results = query.then((result) => (Array.isArray(result) ? result : [result]));
  results.catch(() => undefined);
  return results;
}

/**
 * Statements of one letter on a connection, prepared under names of that letter. On one that pipelines, those that are sent
 * without waiting travel together; on another one goes after the other.
 */
export class LetterStatements implements Statements {
  #last: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly client: Pick<pg.Client, 'query' | 'pipeline'>,
    private readonly prefix: string,
  ) {}

  async run<Row extends object>(name: string, text: string, values: readonly Value[]): Promise<Row[]> {
    const result = await this.#query<Row>(name, text, values);
    return result.rows;
  }

  send(name: string, text: string, values: readonly Value[]): void {
    this.#query(name, text, values).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** When all that was sent is answered. @throws what the first of them failed with */
  async answered(): Promise<void> {
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #query<Row extends object>(name: string, text: string, values: readonly Value[]): Promise<pg.QueryResult<Row>> {
    const parameters = values.map((value) => (isColumn(value) ? arrayLiteral(value) : value));
    const query = (): Promise<pg.QueryResult<Row>> =>
      this.client.query<Row>({ name: `${this.prefix}.${name}`, text, values: parameters });
    const result = this.client.pipeline ? query() : this.#last.then(query);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

const isColumn = (value: Value): value is Column => Array.isArray(value);
