import { randomBytes } from 'node:crypto';
import { listen } from '../../api/http/server.js';
import { loadConfig } from '../../infrastructure/config/config.js';
import { openParley } from '../../infrastructure/container.js';
import { freshDatabase } from './postgres.js';
import { silentLogger } from './silent-logger.js';

export interface RunningParley {
  readonly url: string;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** The whole server in this process, on a database of its own and a free port. */
export async function runParley(env: Readonly<Record<string, string>> = {}): Promise<RunningParley> {
  const database = await freshDatabase('parley');
  const config = loadConfig({
    DATABASE_URL: database.url,
    PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
    PARLEY_TOKEN_SECRET: randomBytes(48).toString('base64'),
    PORT: '0',
    ...env,
  });
  const parley = await openParley(config, silentLogger);
  const server = await listen(parley.app, config);
  return {
    url: server.url,
    databaseUrl: database.url,
    stop: async () => {
      await server.stop();
      await parley.close();
      await database.drop();
    },
  };
}
