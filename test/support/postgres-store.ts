import type { EventStore } from '../../application/ports/event-store.js';
import { eventLogMigrations } from '../../infrastructure/event-store/postgres/migration.js';
import {
  openPostgresEventStore,
  type PostgresEventStoreOptions,
} from '../../infrastructure/event-store/postgres/postgres-event-store.js';
import { migrate } from '../../infrastructure/postgres/migrate.js';
import { freshDatabase, type TestDatabase } from './postgres.js';
import { silentLogger } from './silent-logger.js';

/** A fresh database with an empty event log. */
export async function freshEventLog(): Promise<TestDatabase> {
  const database = await freshDatabase('events');
  await migrate(database.url, eventLogMigrations);
  return database;
}

export const openStore = (url: string, options: Partial<PostgresEventStoreOptions> = {}): Promise<EventStore> =>
  openPostgresEventStore({ url, log: silentLogger, ...options });
