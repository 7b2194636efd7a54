import type pg from 'pg';
import type { EventStore } from '../../application/ports/event-store.js';
import { openPostgresEventStore } from '../../infrastructure/event-store/postgres/postgres-event-store.js';
import { makePool } from '../../infrastructure/postgres/pool.js';
import { ProjectionEngine } from '../../projections/engine/engine.js';
import type { Projection } from '../../projections/engine/projection.js';
import { plainSerializer } from './array-event-store.js';
import { silentLogger as log } from './silent-logger.js';

/** For a process of a test's that works on projections: an engine on a database that the test has filled. */
export async function openEngine(
  url: string,
  projections: readonly Projection[],
): Promise<{ readonly engine: ProjectionEngine; readonly store: EventStore; readonly pool: pg.Pool }> {
  const store = await openPostgresEventStore({ url, log });
  const pool = makePool({ url, max: 10, name: 'test worker', log });
  const engine = new ProjectionEngine({ store, serializer: plainSerializer, pool, lockUrl: url, projections, log });
  return { engine, store, pool };
}
