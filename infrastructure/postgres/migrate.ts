import 'reflect-metadata';
import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';

export type MigrationClass = new () => MigrationInterface;

/** Held while migrating, so that processes which start together don't migrate twice. */
const MIGRATION_LOCK = 7_272_539_001;

/** What a database's record of migrations says beside those of this code. */
export interface Migrations {
  /** Names, in the order in which they are to run. */
  readonly pending: readonly string[];
  /** Names of a newer version's. */
  readonly unknown: readonly string[];
}

/** Looks only: a database that was never migrated stays as it is. */
export async function migrationsOf(url: string, migrations: readonly MigrationClass[]): Promise<Migrations> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'parley db',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined); // the query under way rejects too
  await client.connect();
  try {
    const { rows: there } = await client.query<{ there: boolean }>(
      `SELECT to_regclass('${RECORD}') IS NOT NULL AS there`,
    );
    const { rows } =
      there[0]?.there === true ? await client.query<{ name: string }>(`SELECT name FROM ${RECORD}`) : { rows: [] };
    const ran = new Set(rows.map(({ name }) => name));
    const known = migrations.map((Migration) => new Migration().name ?? Migration.name).sort(byTime);
    return {
      pending: known.filter((name) => !ran.has(name)),
      unknown: [...ran].filter((name) => !known.includes(name)).sort(byTime),
    };
  } finally {
    await client.end();
  }
}

const RECORD = 'parley_migration';

/** Its last thirteen digits say when it was written, which is the order that they run in. */
const byTime = (one: string, other: string): number => Number(one.slice(-13)) - Number(other.slice(-13));

/**
 * Brings schemas `events`, `system` and `read` to this code's version. TypeORM records what has run; each migration is one
 * transaction. Safe to call from several processes at once.
 */
export async function migrate(url: string, migrations: readonly MigrationClass[]): Promise<void> {
  // Of most starts there is nothing to do, which one statement tells; TypeORM connects twice and looks around first.
  if ((await migrationsOf(url, migrations)).pending.length === 0) return;
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: [...migrations],
    migrationsTableName: RECORD,
    logging: false,
    extra: { max: 2, connectionTimeoutMillis: 10_000 },
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.runMigrations({ transaction: 'each' });
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    await lock.release();
    await source.destroy();
  }
}
