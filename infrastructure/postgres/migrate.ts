import 'reflect-metadata';
import { DataSource, type MigrationInterface } from 'typeorm';

export type MigrationClass = new () => MigrationInterface;

/** Held while migrating, so that processes which start together don't migrate twice. */
const MIGRATION_LOCK = 7_272_539_001;

/**
 * Brings schemas `events`, `system` and `read` to this code's version. TypeORM records what has run; each migration is one
 * transaction. Safe to call from several processes at once.
 */
export async function migrate(url: string, migrations: readonly MigrationClass[]): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: [...migrations],
    migrationsTableName: 'parley_migration',
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
