import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import {
  NO_STREAM,
  type Append,
  type EventStore,
  type EventToAppend,
  type Position,
} from '../../../application/ports/event-store.js';
import type { DomainEvent } from '../../../domain/shared/event.js';
import { projections } from '../../../projections/index.js';
import { plainText } from '../../support/array-event-store.js';
import { registered, START, streamOf } from '../../support/group-histories.js';
import { openStore } from '../../support/postgres-store.js';
import { ProjectionBench } from '../../support/projections.js';
import { seededRandom } from '../../support/random.js';
import { randomHistory } from '../../support/random-history.js';

/** 20 in `npm test`, 2,000 in `npm run test:soak`. */
const ROUNDS = Number(process.env['PARLEY_ENDED_ROUNDS'] ?? '20');
/** After so many the rows are compared with a replay. */
const VERIFIED_EVERY = 200;
const TENANT = 't1';

const eventOf = (fact: DomainEvent, n: number): EventToAppend => ({
  id: randomUUID(),
  type: fact.type,
  ...plainText(fact, { tenant: TENANT, occurredAt: START + n }),
});

describe('connections that PostgreSQL ends while the projector works', function () {
  this.timeout(ROUNDS > 20 ? 0 : 120_000);
  const random = seededRandom();
  let bench: ProjectionBench;
  /** The projector's, and that of a writer whom nobody disturbs, so that there is always something to apply. */
  let store: EventStore;
  let writers: EventStore;
  let axe: pg.Client;
  let spared: number[];

  before(async () => {
    bench = await ProjectionBench.open();
    writers = await openStore(bench.database.url);
    await writers.append([
      { stream: 'parley_user-t1.first', expectedRevision: NO_STREAM, events: [eventOf(registered('first'), 0)] },
    ]);
    axe = new pg.Client({ connectionString: bench.database.url });
    await axe.connect();
    const { rows } = await axe.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
    );
    spared = rows.map(({ pid }) => pid);
    store = await openStore(bench.database.url);
  });
  after(async () => {
    await axe.end();
    await Promise.all([store.close(), writers.close()]);
    await bench.close();
  });

  it(`lose no row, ${String(ROUNDS)} times`, async () => {
    const [one, other] = [bench.engine(store), bench.engine(store)];
    await one.start();
    await other.start();
    const history = randomHistory(Array.from({ length: ROUNDS * 12 }, () => random.between(0, 2 ** 31)));
    const revisions = new Map<string, number>();
    let next = 0;
    let last: Position | undefined;
    const write = async (): Promise<void> => {
      const facts = history.slice(next, (next += random.between(1, 8)));
      const appends = facts.map((fact, i): Append => {
        const stream = streamOf(fact, TENANT);
        const expectedRevision = revisions.get(stream) ?? -1;
        revisions.set(stream, expectedRevision + 1);
        return { stream, expectedRevision, events: [eventOf(fact, next + i)] };
      });
      for (const result of await writers.append(appends)) {
        if (result.kind !== 'appended') throw new Error('a conflict');
        last = result.position;
      }
    };
    const endAll = (): Promise<unknown> =>
      axe.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> ALL($1) AND backend_type = 'client backend'`,
        [spared],
      );
    const verifyAll = async (round: number): Promise<void> => {
      if (last !== undefined) expect(await one.waitFor(last, { timeoutMs: 60_000 }), 'all is passed').to.equal(true);
      for (const { name } of projections) {
        const { differences, parked } = await one.verify(name);
        expect({ differences, parked }, `${name}, round ${String(round)}, seed ${String(random.seed)}`).to.deep.equal({
          differences: [],
          parked: 0,
        });
      }
    };

    let writing = true;
    const writer = (async () => {
      while (writing && next < history.length) {
        await write();
        await pause(random.between(0, 8));
      }
    })();
    for (let round = 1; round <= ROUNDS; round++) {
      await pause(random.between(0, 120));
      await endAll();
      // Those that come back at once are met in mid-work.
      await pause(random.between(0, 80));
      await endAll();
      if (round % VERIFIED_EVERY === 0) await verifyAll(round);
    }
    writing = false;
    await writer;
    await verifyAll(ROUNDS);
    expect(next, 'there was something to apply').to.be.above(ROUNDS);
  });
});
