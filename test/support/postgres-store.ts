import type { EventStore } from '../../application/ports/event-store.js';
import { eventLogMigrations } from '../../infrastructure/event-store/postgres/migration.js';
import {
  openPostgresEventStore,
  type PostgresEventStoreOptions,
} from '../../infrastructure/event-store/postgres/postgres-event-store.js';
import { migrate } from '../../infrastructure/postgres/migrate.js';
import { filledDatabase, type TestDatabase } from './postgres.js';
import { silentLogger } from './silent-logger.js';

/** A fresh database with an empty event log. */
export const freshEventLog = (): Promise<TestDatabase> =>
  filledDatabase('events', 'log', (url) => migrate(url, eventLogMigrations));

export const openStore = (url: string, options: Partial<PostgresEventStoreOptions> = {}): Promise<EventStore> =>
  openPostgresEventStore({ url, log: silentLogger, ...options });
