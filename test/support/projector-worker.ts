import { openPostgresEventStore } from '../../infrastructure/event-store/postgres/postgres-event-store.js';
import { makePool } from '../../infrastructure/postgres/pool.js';
import { ProjectionEngine } from '../../projections/engine/engine.js';
import { projections } from '../../projections/index.js';
import { plainSerializer } from './array-event-store.js';
import { silentLogger } from './silent-logger.js';

/**
 * A process that projects, to be stopped meanwhile: `projector-worker <url>`. Says again and again how many projections it
 * feeds, and ends with the channel to its parent.
 */
const [url = ''] = process.argv.slice(2);
const store = await openPostgresEventStore({ url, log: silentLogger });
const pool = makePool({ url, max: 10, name: 'projector worker', log: silentLogger });
const engine = new ProjectionEngine({
  store,
  serializer: plainSerializer,
  pool,
  lockUrl: url,
  projections,
  log: silentLogger,
});
await engine.start();
process.on('disconnect', () => process.exit());
setInterval(() => {
  void engine
    .status({ graceMs: 0 })
    .then((status) => process.send?.(status.filter(({ fedHere }) => fedHere).length))
    // The database is away: it says so when it is back.
    .catch(() => undefined);
}, 50);
