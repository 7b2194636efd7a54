import { openPostgresEventStore } from '../../infrastructure/event-store/postgres/postgres-event-store.js';
import { makePool } from '../../infrastructure/postgres/pool.js';
import { ProjectionEngine } from '../../projections/engine/engine.js';
import { groupMembersProjection } from '../../projections/group-members.projection.js';
import { plainSerializer } from './array-event-store.js';
import { silentLogger } from './silent-logger.js';

/**
 * A process that works on members until it is killed: `killed-worker <url> feed|rebuild|switch`. Writes a line when it has
 * begun.
 */
const [url = '', work = ''] = process.argv.slice(2);
const store = await openPostgresEventStore({ url, log: silentLogger });
const pool = makePool({ url, max: 4, name: 'killed worker', log: silentLogger });
const projections = [groupMembersProjection];
const engine = new ProjectionEngine({
  store,
  serializer: plainSerializer,
  pool,
  lockUrl: url,
  projections,
  log: silentLogger,
});
const [{ name }] = projections as [typeof groupMembersProjection];
process.on('disconnect', () => process.exit());
if (work === 'feed') await engine.start();
else await engine.rebuild(name);
process.stdout.write('begun\n');
while (work !== 'feed') await (work === 'rebuild' ? engine.rebuild(name) : engine.rollback(name));
