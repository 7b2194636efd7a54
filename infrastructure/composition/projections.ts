import { ContainerModule } from 'inversify';
import { machineBusyness, ProjectionEngine, projections } from '../../projections/index.js';
import { version } from '../version.js';
import { makePool } from '../postgres/pool.js';
import { openReadModels } from '../read-models/read-models.js';
import type { Container } from 'inversify';
import { ids } from './identifiers.js';
import { ofPostgres, type Surroundings } from './stores.js';

/** A batch's statement takes some ten milliseconds; a projection whose database says nothing for this long connects anew. */
const APPLY_WITHIN_MS = 30_000;

/** Opens what is derived of the log: the engine that feeds the lists, and the lists. */
export async function openProjections(container: Container, surroundings: Surroundings): Promise<ContainerModule> {
  const { config, log, share, opened } = surroundings;
  const url = container.get(ids.databaseUrl);
  // Rows and checkpoint are lost together and replayed together, so their commits need not wait for the disk.
  const common = {
    url,
    log,
    settings: { synchronous_commit: 'off' },
    // A rebuild's or a comparison's statement may take minutes; those are made by a tool beside the server.
    ...(share ? {} : { answerWithinMs: APPLY_WITHIN_MS }),
  };
  const pool = makePool({ ...common, max: share ? projections.length + 2 : 3, name: 'parley projections' });
  opened.add('projections', () => pool.end());
  const feedPool = makePool({ ...common, max: projections.length, name: 'parley projections feed', pipeline: true });
  opened.add('what feeds projections', () => feedPool.end());
  const engine = new ProjectionEngine({
    store: container.get(ids.store),
    serializer: container.get(ids.serializer),
    pool,
    feedPool,
    lockUrl: url,
    projections,
    log,
    telemetry: container.get(ids.telemetry),
    release: version(),
    busyness: config.roles.has('api') ? undefined : machineBusyness(),
  });
  const readModels = await ofPostgres(surroundings, () =>
    openReadModels({
      url,
      poolSize: 8,
      answerWithinMs: config.commandDeadlineMs,
      unreadable: (view) => engine.unreadable(view),
    }),
  );
  opened.add('read models', () => readModels.close());
  return new ContainerModule(({ bind }) => {
    bind(ids.projections).toConstantValue(engine);
    bind(ids.readModels).toConstantValue(readModels);
  });
}
