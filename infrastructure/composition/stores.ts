import { ContainerModule } from 'inversify';
import { systemClock } from '../../application/ports/clock.js';
import type { EventStore } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { projectionMigrations } from '../../projections/index.js';
import { Argon2Hasher } from '../auth/argon2-hasher.js';
import type { Config } from '../config/config.js';
import { resolveKeys } from '../config/keys.js';
import { type Database, migrations, openDatabase } from '../database.js';
import { openPostgresEventStore } from '../event-store/postgres/postgres-event-store.js';
import { type Patience, untilThere } from '../patience.js';
import { DiskWatch, PROBE_SETTINGS } from '../postgres/disk-watch.js';
import { migrate } from '../postgres/migrate.js';
import { makePool } from '../postgres/pool.js';
import { JsonEventSerializer } from '../serialization/json-event-serializer.js';
import { DataKeys } from '../serialization/keys/data-keys.js';
import { verifyMasterKey } from '../serialization/keys/master-key.js';
import { eventRegistry } from '../serialization/registry.js';
import type { ServerTelemetry } from '../telemetry/open.js';
import { UNWATCHED } from '../../application/ports/telemetry.js';
import type { Opened } from './closing.js';
import { ids } from './identifiers.js';

export interface Surroundings {
  readonly config: Config;
  readonly log: Logger;
  /** Beside a running server. */
  readonly share: boolean;
  readonly patience?: Patience | undefined;
  /** The database, where somebody has begun to open it. */
  readonly opening?: Promise<Database> | undefined;
  /** Is told of everything that is opened. */
  readonly opened: Opened;
  /** Absent: nobody looks on. */
  readonly telemetry?: ServerTelemetry | undefined;
}

/** What runs elsewhere is waited for; a tool, or what Parley runs itself, is told at once. */
const there = <T>(patience: Patience | undefined, what: string, open: () => Promise<T>): Promise<T> =>
  patience === undefined ? open() : untilThere(what, open, patience);

/** The same of PostgreSQL, which runs elsewhere where DATABASE_URL says so. */
export const ofPostgres = <T>({ config, patience }: Surroundings, open: () => Promise<T>): Promise<T> =>
  there(config.databaseUrl === undefined ? undefined : patience, 'PostgreSQL (DATABASE_URL)', open);

/** Opens what everybody stands on: the database and its keys, schema system, and the event store. */
export async function openStores(surroundings: Surroundings): Promise<ContainerModule> {
  const { config, log, share, patience, opening, opened } = surroundings;
  const answerWithinMs = config.commandDeadlineMs;
  const database = await (opening ?? ofPostgres(surroundings, () => openDatabase(config, log, { share })));
  // The embedded one is closed last, and takes its time.
  opened.addPatiently(() => database.close());
  const keys = await resolveKeys(config, {
    embeddedAndEmpty: database.embeddedAndEmpty,
    dataDir: config.dataDir,
    log,
  });
  await ofPostgres(surroundings, () => migrate(database.url, [...migrations, ...projectionMigrations]));

  const systemPool = makePool({ url: database.url, max: 8, name: 'parley system', log, answerWithinMs });
  opened.add('system tables', () => systemPool.end());
  // Its own, so that whoever asks after the server's health needn't wait behind those who use it.
  const healthPool = makePool({
    url: database.url,
    max: 1,
    name: 'parley health',
    log,
    settings: PROBE_SETTINGS,
    answerWithinMs: HEALTH_ANSWER_MS,
  });
  opened.add('health', () => healthPool.end());
  await ofPostgres(surroundings, () => verifyMasterKey(systemPool, keys.masterKey));
  const dataKeys = new DataKeys({ pool: systemPool, masterKey: keys.masterKey, log });

  const store =
    config.eventStore.kind === 'postgres'
      ? await ofPostgres(surroundings, () => openEventStore(surroundings, database.url))
      : await there(patience, 'EventStoreDB (EVENT_STORE)', () => openEventStore(surroundings, database.url));
  opened.add('event store', () => store.close());

  const passwords = new Argon2Hasher(config.passwordCost);
  opened.add('threads for passwords', () => passwords.close());

  return new ContainerModule(({ bind }) => {
    bind(ids.config).toConstantValue(config);
    bind(ids.log).toConstantValue(log);
    bind(ids.telemetry).toConstantValue(surroundings.telemetry ?? UNWATCHED);
    bind(ids.clock).toConstantValue(systemClock);
    bind(ids.keys).toConstantValue(keys);
    bind(ids.databaseUrl).toConstantValue(database.url);
    bind(ids.systemPool).toConstantValue(systemPool);
    bind(ids.healthPool).toConstantValue(healthPool);
    bind(ids.disk).toConstantValue(new DiskWatch({ pool: healthPool, folder: database.folder, log }));
    bind(ids.dataKeys).toConstantValue(dataKeys);
    bind(ids.serializer).toConstantValue(new JsonEventSerializer({ keys: dataKeys, registry: eventRegistry }));
    bind(ids.store).toConstantValue(store);
    bind(ids.passwords).toConstantValue(passwords);
  });
}

/** For a question after the database's health, ms. */
const HEALTH_ANSWER_MS = 3_000;

/** One attempt at EventStoreDB, of which a command's deadline should hold several, ms. */
const ESDB_ATTEMPT_MS = 5_000;

async function openEventStore({ config, log, telemetry }: Surroundings, databaseUrl: string): Promise<EventStore> {
  if (config.eventStore.kind === 'postgres')
    return openPostgresEventStore({
      url: databaseUrl,
      log,
      deadlineMs: config.commandDeadlineMs,
      onBatch: telemetry?.batchWritten.bind(telemetry),
    });
  // Its client is some hundred and fifty modules, which a start without it needn't load.
  const { openEventStoreDb } = await import('../event-store/eventstoredb/open.js');
  return openEventStoreDb({
    connectionString: config.eventStore.connectionString,
    log,
    deadlineMs: Math.min(ESDB_ATTEMPT_MS, config.commandDeadlineMs),
    ...(config.tenants === undefined ? {} : { tenants: config.tenants }),
  });
}
