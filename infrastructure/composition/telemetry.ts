import type { Container } from 'inversify';
import { isPositionOf, parsePosition } from '../../application/ports/positions.js';
import { ProcessRunner } from '../../application/processes/runner.js';
import type { Config } from '../config/config.js';
import type { Sources } from '../telemetry/prometheus.js';
import type { Apps } from './apis.js';
import { ids } from './identifiers.js';

/** What the metrics of a server are looked up in when somebody asks for them. */
export function sourcesOf(container: Container, config: Config, { readiness }: Apps): Sources {
  const engine = container.get(ids.projections);
  const store = container.get(ids.store);
  const processes = container.get(ProcessRunner);
  /** Positions count events in PostgreSQL alone. */
  const count = (position: string | undefined): number | undefined =>
    config.eventStore.kind !== 'postgres'
      ? undefined
      : position === undefined
        ? 0
        : isPositionOf(position, store.identity)
          ? Number(parsePosition(position).ordinal)
          : undefined;
  return {
    checks: async () => (await readiness()).checks,
    projections: async () => {
      // Asked for first, so that nobody seems to be behind what came meanwhile.
      const end = count(await store.head());
      const status = await engine.status({ graceMs: 0 });
      return status.map((each) => {
        const place = count(each.position);
        const lagEvents = end === undefined || place === undefined ? undefined : Math.max(0, end - place);
        return { ...each, lagEvents };
      });
    },
    processes: () => processes.status(),
    standbys: () => engine.standbys(),
  };
}
