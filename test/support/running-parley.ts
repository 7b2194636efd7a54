import { randomBytes } from 'node:crypto';
import { listen } from '../../api/http/server.js';
import { loadConfig } from '../../infrastructure/config/config.js';
import { openParley } from '../../infrastructure/container.js';
import { startEsdbDouble } from './esdb-double/index.js';
import { freshDatabase } from './postgres.js';
import { silentLogger } from './silent-logger.js';
import { ADMIN_SECRET } from './v1-client.js';

export interface RunningParley {
  readonly url: string;
  /** Seed 003's API at the root of a port of its own; undefined unless OPENIM_PORT is given. */
  readonly openimUrl: string | undefined;
  readonly databaseUrl: string;
  /** What a further process needs to work on the same data. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * The whole server in this process, on a database of its own and a free port. Its EventStoreDB is the double, or the
 * server that PARLEY_TEST_ESDB names; as that may hold anything already, the run has a tenant of its own.
 */
export async function runParley(
  env: Readonly<Record<string, string>> = {},
  engine: 'PostgreSQL' | 'EventStoreDB' = 'PostgreSQL',
): Promise<RunningParley> {
  const real = process.env['PARLEY_TEST_ESDB'];
  const double = engine === 'EventStoreDB' && real === undefined ? await startEsdbDouble() : undefined;
  const eventStore = engine === 'EventStoreDB' ? { EVENT_STORE: double?.url ?? real ?? '' } : {};
  const database = await freshDatabase('parley');
  const settings = {
    DATABASE_URL: database.url,
    PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
    PARLEY_TOKEN_SECRET: randomBytes(48).toString('base64'),
    PORT: '0',
    PARLEY_ADMIN_SECRET: ADMIN_SECRET,
    DEFAULT_TENANT: `t${randomBytes(6).toString('hex')}`,
    ...eventStore,
    ...env,
  };
  const config = loadConfig(settings);
  const parley = await openParley(config, silentLogger);
  const server = await listen(parley.app, config);
  const openim =
    config.openimPort === undefined
      ? undefined
      : await listen(parley.openim, { host: config.host, port: config.openimPort });
  return {
    url: server.url,
    openimUrl: openim?.url,
    databaseUrl: database.url,
    env: settings,
    stop: async () => {
      await Promise.all([server.stop(), openim?.stop()]);
      await parley.close();
      await double?.stop();
      await database.drop();
    },
  };
}
