import pg from 'pg';
import { RebuildRunning, type Holder } from './errors.js';
import { projectionKey, type Projection } from './projection.js';
import { ownerOf, sessionName } from './session-name.js';
import * as sql from './sql.js';

type Version = Pick<Projection, 'name' | 'version'>;

/**
 * Who alone may work on the set of tables that a projection doesn't show: an advisory lock for each, held by a connection of
 * its own, so that it ends with its process.
 */
export class RebuildLock {
  private readonly lost = new AbortController();

  private constructor(private readonly client: pg.Client) {
    client.on('error', () => {
      this.lost.abort(new Error('the connection that holds the rebuild lock was lost'));
    });
  }

  /** @param doing what is said to whoever is refused meanwhile: `rebuild`, `promote` … */
  static async open(url: string, doing: string): Promise<RebuildLock> {
    const client = new pg.Client({ connectionString: url, application_name: sessionName(doing), keepAlive: true });
    const lock = new RebuildLock(client);
    await client.connect();
    return lock;
  }

  /** Fires when the locks are gone. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** @throws RebuildRunning, which names who holds it */
  async take(projection: Version): Promise<void> {
    const key = projectionKey(projection);
    const { rows } = await this.client.query<{ held: boolean }>(sql.TRY_REBUILD, [key]);
    if (rows[0]?.held === true) return;
    throw new RebuildRunning(projection.name, (await holdersOf(this.client, [projection])).get(key));
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}

/** By the projections' keys. */
export async function holdersOf(
  db: Pick<pg.ClientBase, 'query'>,
  projections: readonly Version[],
): Promise<ReadonlyMap<string, Holder>> {
  const { rows } = await db.query<{ key: string; session: string; pid: number; since: Date }>(sql.HOLDERS, [
    projections.map(projectionKey),
  ]);
  return new Map(
    rows.map(({ key, session, pid, since }) => {
      const owner = ownerOf(session);
      const who =
        owner === undefined
          ? `session ${pid.toString()} of PostgreSQL`
          : `process ${owner.pid.toString()} on ${owner.host}`;
      return [key, { doing: owner?.doing ?? 'work', who, since }];
    }),
  );
}
