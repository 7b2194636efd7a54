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
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlinePassed(`no answer within ${deadlineMs} ms`));
    }, deadlineMs);
  });
  try {
    const client = await connection(pool, late);
    let broken = true;
    try {
      const work = async (): Promise<Row[]> => {
        if (prepare) await prepare(client);
        const result = await client.query<Row>({ ...config, rowMode: 'array' });
        const { rows } = result;
        // The client's promises hold their results, and one another, until the old generation is collected: pages that are read
        // one after the other would all grow old with them.
        result.rows = [];
        return rows;
      };
      const rows = await Promise.race([work(), late]);
      broken = false;
      return rows;
    } finally {
      // After an error that the server answered, the connection may still be good; a new one is cheaper than knowing.
      client.release(broken);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function connection(pool: pg.Pool, late: Promise<never>): Promise<pg.PoolClient> {
  const connecting = pool.connect();
  try {
    return await Promise.race([connecting, late]);
  } catch (error) {
    // It may still come, when nobody waits for it any more.
    connecting.then(
      (client) => {
        client.release();
      },
      () => undefined,
    );
    throw error;
  }
}

export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}
