import type { Logger } from '../../application/ports/logger.js';
import type { StoreTools } from '../../application/ports/tools.js';
import { projectionMigrations } from '../../projections/engine/migration.js';
import { migrations, openDatabase } from '../database.js';
import { databaseAt, storeTools } from '../event-store/copy/open.js';
import { migrate, migrationsOf } from '../postgres/migrate.js';

/** As a server's start runs them. */
const all = [...migrations, ...projectionMigrations];

/** What works on stores and databases as they are: no keys are touched. */
export const openStoreTools = (env: Readonly<Record<string, string | undefined>>, log: Logger): StoreTools => ({
  ...storeTools(env, log),
  migrate: async ({ dryRun = false }) => {
    const database = await openDatabase(databaseAt(undefined, env), log, { share: true });
    try {
      const { pending, unknown } = await migrationsOf(database.url, all);
      // Whoever else begins at the same time is waited for.
      if (!dryRun && pending.length > 0) await migrate(database.url, all);
      return { migrations: pending, newer: unknown };
    } finally {
      await database.close();
    }
  },
});
