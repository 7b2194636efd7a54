import { openPostgresEventStore } from '../../infrastructure/event-store/postgres/postgres-event-store.js';
import { makePool } from '../../infrastructure/postgres/pool.js';
import { ProjectionEngine } from '../../projections/engine/engine.js';
import { projections } from '../../projections/index.js';
import { plainSerializer } from './array-event-store.js';
import { silentLogger } from './silent-logger.js';

/** A process that rebuilds one projection, to be killed meanwhile: `rebuild-worker <url> <name>` writes a line per batch. */
const [url = '', name = ''] = process.argv.slice(2);
const store = await openPostgresEventStore({ url, log: silentLogger });
const pool = makePool({ url, max: 3, name: 'rebuild worker', log: silentLogger });
const engine = new ProjectionEngine({
  store,
  serializer: plainSerializer,
  pool,
  lockUrl: url,
  projections,
  log: silentLogger,
});
await engine.rebuild(name, {
  onProgress: ({ phase, done }) => {
    process.stdout.write(`${phase} ${String(done)}\n`);
  },
});
await store.close();
await pool.end();
