import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import type { Logger } from '../application/ports/logger.js';
import { eventLogMigrations } from './event-store/postgres/migration.js';
import type { Config } from './config/config.js';
import { attachTo, startEmbeddedPostgres } from './embedded-postgres/embedded-postgres.js';
import { DataDirectoryInUse, NoServerToAttachTo } from './embedded-postgres/errors.js';
import { dataKeyMigrations } from './serialization/keys/migration.js';
import { systemMigrations } from './system/migration.js';
import type { MigrationClass } from './postgres/migrate.js';

/** The name of Parley's database inside the embedded server. */
const DATABASE = 'parley';

/** All that lives in PostgreSQL beside the projections, whose engine brings its own. */
export const migrations: readonly MigrationClass[] = [...eventLogMigrations, ...dataKeyMigrations, ...systemMigrations];

export interface Database {
  readonly url: string;
  /** Started here, and nothing is in it yet: only then may keys be made. */
  readonly embeddedAndEmpty: boolean;
  /** Of its files, when it was started here. */
  readonly folder?: string;
  /** To be called last. Stops the server when it was started here. */
  close(): Promise<void>;
}

/**
 * The PostgreSQL to work with: the configured one, else the embedded one of the data directory. `share` is for
 * tools: they attach when a server runs it already, and never make a new one; a second server on the directory is refused.
 * @throws EmbeddedPostgresError
 */
export async function openDatabase(
  config: Pick<Config, 'dataDir' | 'databaseUrl'>,
  log: Logger,
  { share }: { readonly share: boolean },
): Promise<Database> {
  if (config.databaseUrl !== undefined) {
    await checkReachable(config.databaseUrl);
    return { url: config.databaseUrl, embeddedAndEmpty: false, close: () => Promise.resolve() };
  }
  if (share && !existsSync(join(config.dataDir, 'postgres'))) {
    throw new NoServerToAttachTo(`There is no Parley database in ${resolve(config.dataDir)}. Is DATA_DIR right?`);
  }
  try {
    const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
    try {
      const fresh = await makeDatabase(server.url());
      return {
        url: server.url(DATABASE),
        embeddedAndEmpty: fresh || (await server.isEmpty(DATABASE)),
        folder: server.folder,
        close: () => server.stop(),
      };
    } catch (error) {
      await server.stop();
      throw error;
    }
  } catch (error) {
    if (!share || !(error instanceof DataDirectoryInUse)) throw error;
    const attached = await attachTo(config.dataDir);
    return { url: attached.url(DATABASE), embeddedAndEmpty: false, close: () => Promise.resolve() };
  }
}

/** The configured database can't be used; the message is for the operator. */
export class DatabaseUnreachable extends Error {
  override readonly name = 'DatabaseUnreachable';
}

async function checkReachable(url: string): Promise<void> {
  let client: pg.Client | undefined;
  try {
    // What the URL names (a certificate's file) may not be there.
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, query_timeout: 10_000 });
    client.on('error', () => undefined); // the call under way rejects too
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    const { hostname, port, pathname } = new URL(url);
    const why = error instanceof AggregateError ? error.errors.map(String).join('; ') : String(error);
    throw new DatabaseUnreachable(`DATABASE_URL (${hostname}:${port || '5432'}${pathname}) can't be used: ${why}`, {
      cause: error,
    });
  } finally {
    await client?.end();
  }
}

/** True when it wasn't there. */
async function makeDatabase(serverUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: serverUrl });
  client.on('error', () => undefined); // the query under way rejects too
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 1) return false;
    await client.query(`CREATE DATABASE ${DATABASE} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`);
    return true;
  } finally {
    await client.end();
  }
}
