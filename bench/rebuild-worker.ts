import pg from 'pg';
import { openPostgresEventStore } from '../infrastructure/event-store/postgres/postgres-event-store.js';
import { DataKeys } from '../infrastructure/serialization/keys/data-keys.js';
import { JsonEventSerializer } from '../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../infrastructure/serialization/registry.js';
import { ProjectionEngine, projections } from '../projections/index.js';
import { silentLog } from './payload.js';

/** A process that rebuilds one projection as the `parley` command does, and tells what it took: `rebuild-worker <url> <name>`. */
const [url = '', name = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 4 });
const store = await openPostgresEventStore({ url, log: silentLog });
const masterKey = Buffer.from(process.env['PARLEY_MASTER_KEY'] ?? '', 'base64');
const serializer = new JsonEventSerializer({
  keys: new DataKeys({ pool, masterKey, log: silentLog }),
  registry: eventRegistry,
});
const engine = new ProjectionEngine({ store, serializer, pool, lockUrl: url, projections, log: silentLog });
const { milliseconds, events } = await engine.rebuild(name);
process.stdout.write(`${JSON.stringify({ milliseconds, events, peakMiB: process.resourceUsage().maxRSS / 1024 })}\n`);
await store.close();
await pool.end();
