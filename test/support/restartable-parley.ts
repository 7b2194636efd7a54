import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { listen, type RunningServer } from '../../api/http/server.js';
import { loadConfig } from '../../infrastructure/config/config.js';
import { openParley, type Parley } from '../../infrastructure/container.js';
import { OpenimClient } from './openim-client.js';
import { freshDatabase, type TestDatabase } from './postgres.js';
import { silentLogger } from './silent-logger.js';
import { ADMIN_SECRET, V1Client } from './v1-client.js';

const OPENIM_SECRET = 'the secret of the app';

export interface Clients {
  readonly v1: V1Client;
  readonly openim: OpenimClient;
}

/** The whole server in this process, which stops and starts on one database, for tests that damage what is in it. */
export class RestartableParley {
  /** To the database, beside the server. */
  readonly pool: pg.Pool;
  /** What a further process needs to work on the same data. */
  readonly env: Readonly<Record<string, string>>;
  #parley: Parley | undefined;
  #server: RunningServer | undefined;

  private constructor(
    private readonly database: TestDatabase,
    env: Readonly<Record<string, string>>,
  ) {
    this.pool = new pg.Pool({ connectionString: database.url, max: 2 });
    // Its connections are ended by the server when the database is dropped before they have ended by themselves.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.env = {
      DATABASE_URL: database.url,
      PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
      PARLEY_TOKEN_SECRET: randomBytes(48).toString('base64'),
      PARLEY_ADMIN_SECRET: ADMIN_SECRET,
      OPENIM_SECRET,
      PORT: '0',
      ...env,
    };
  }

  /** Not yet started. */
  static async on(databaseName: string, env: Readonly<Record<string, string>> = {}): Promise<RestartableParley> {
    return new RestartableParley(await freshDatabase(databaseName), env);
  }

  /** Clients of the server, whose port is another each time. */
  async start(): Promise<Clients> {
    const config = loadConfig(this.env);
    this.#parley = await openParley(config, silentLogger);
    this.#server = await listen(this.#parley.app, config);
    const { url } = this.#server;
    return { v1: new V1Client(url), openim: new OpenimClient(`${url}/openim`, OPENIM_SECRET) };
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await this.#parley?.close();
    this.#server = this.#parley = undefined;
  }

  /** For good, with its database. */
  async drop(): Promise<void> {
    await this.stop();
    await this.pool.end();
    await this.database.drop();
  }
}
