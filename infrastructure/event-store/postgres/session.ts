import type pg from 'pg';

/**
 * One query on a connection of the pool, with a deadline of its own beside the server's statement timeout: a stopped
 * server, or a network that swallows packets, answers nothing at all. When it passes, the connection is thrown away.
 */
export async function query<Row extends unknown[]>(
  pool: pg.Pool,
  config: pg.QueryConfig,
  deadlineMs: number,
  prepare?: (client: pg.PoolClient) => Promise<void>,
): Promise<Row[]> {
  const client = await pool.connect();
  let timer: NodeJS.Timeout | undefined;
  let broken = true;
  try {
    const work = async (): Promise<Row[]> => {
      if (prepare) await prepare(client);
      return (await client.query<Row>({ ...config, rowMode: 'array' })).rows;
    };
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new DeadlinePassed(`no answer within ${deadlineMs} ms`));
      }, deadlineMs);
    });
    const rows = await Promise.race([work(), late]);
    broken = false;
    return rows;
  } finally {
    clearTimeout(timer);
    // After an error the server answered, the connection would still be good; it is cheaper to make a new one than to know.
    client.release(broken);
  }
}

export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}
