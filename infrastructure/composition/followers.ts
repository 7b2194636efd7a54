import type { Container } from 'inversify';
import type { Position } from '../../application/ports/event-store.js';
import type { Tools } from '../../application/ports/tools.js';
import type { Config } from '../config/config.js';
import { leadersOf } from '../../projections/index.js';
import { PROCESSES } from '../system/process-checkpoints.js';
import { ids } from './identifiers.js';
import { isLevel, Paces } from './paces.js';

/** What an operator is told of how far projections and processes are, whoever does their work. */
export function followerTools(
  container: Container,
  config: Config,
): Pick<Tools, 'projectionStatus' | 'projectionList' | 'processStatus'> {
  const engine = container.get(ids.projections);
  const store = container.get(ids.store);
  const pool = container.get(ids.systemPool);
  const checkpoints = container.get(ids.processCheckpoints);
  const names = container.get(ids.processes).map(({ name }) => name);
  const countsEvents = config.eventStore.kind === 'postgres';
  const projectionPaces = new Paces(store, countsEvents);
  const processPaces = new Paces(store, countsEvents);

  const lookAtProjections = async () => {
    const all = await engine.status();
    return { all, places: new Map(all.map(({ name, position }) => [name, position ?? ''])) };
  };
  const lookAtProcesses = async () => {
    const rows = await checkpoints.load(names);
    return { rows, places: new Map(rows.map(({ name, position }) => [name, processPaces.own(position)])) };
  };
  return {
    projectionStatus: async () => {
      const { found, paceOf } = await projectionPaces.look(lookAtProjections);
      const leaders = await engine.leaders();
      return found.all.map(({ name, version, letter, state, position, parked, reason }) => ({
        name,
        version,
        letter: letter ?? null,
        // While traffic comes, what was the end at the first look isn't at the second.
        state: state === 'catchingUp' && isLevel(paceOf(name)) ? 'live' : state,
        position: position ?? null,
        ...paceOf(name),
        parked,
        leader: leaders.get(name) ?? null,
        ...(reason === undefined ? {} : { reason }),
      }));
    },
    projectionList: async () =>
      (await engine.sizes()).map(({ letter, rows, exact, ...size }) => ({
        ...size,
        letter: letter ?? null,
        rows: rows ?? null,
        rowsExact: exact,
      })),
    processStatus: async () => {
      const { found, paceOf } = await processPaces.look(lookAtProcesses);
      // One leader does them all.
      const leader = (await leadersOf(pool, PROCESSES, [PROCESSES.name])).get(PROCESSES.name) ?? null;
      return names.map((name) => {
        const row = found.rows.find((each) => each.name === name);
        const position = processPaces.own(row?.position);
        const pace = paceOf(name);
        return {
          name,
          state: isLevel(pace) ? 'live' : 'catchingUp',
          position: position === '' ? null : (position as Position),
          ...pace,
          parked: row?.parked ?? 0,
          leader,
        };
      });
    },
  };
}
