import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { EventStore } from '../application/ports/event-store.js';
import { migrations } from '../infrastructure/database.js';
import { openPostgresEventStore } from '../infrastructure/event-store/postgres/postgres-event-store.js';
import { migrate } from '../infrastructure/postgres/migrate.js';
import { DataKeys } from '../infrastructure/serialization/keys/data-keys.js';
import { verifyMasterKey } from '../infrastructure/serialization/keys/master-key.js';
import { JsonEventSerializer } from '../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../infrastructure/serialization/registry.js';
import { silentLog } from './payload.js';

/** What events of a log are written and read with. */
export interface OpenLog {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly store: EventStore;
  readonly serializer: JsonEventSerializer;
  readonly masterKey: Buffer;
  close(): Promise<void>;
}

/** Events as they are kept, personal fields under keys that this master key opens. */
export const serializerOn = (pool: pg.Pool, masterKey: Buffer = randomBytes(32)): JsonEventSerializer =>
  new JsonEventSerializer({ keys: new DataKeys({ pool, masterKey, log: silentLog }), registry: eventRegistry });

/** Of a database that has its tables. */
export async function openLog(url: string, masterKey: Buffer): Promise<OpenLog> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const store = await openPostgresEventStore({ url, log: silentLog });
  return {
    url,
    pool,
    store,
    serializer: serializerOn(pool, masterKey),
    masterKey,
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}

/** Of a database that has nothing yet; from here on it knows its master key. */
export async function newLog(url: string, masterKey: Buffer = randomBytes(32), tables = migrations): Promise<OpenLog> {
  await migrate(url, tables);
  const log = await openLog(url, masterKey);
  await verifyMasterKey(log.pool, masterKey);
  return log;
}
