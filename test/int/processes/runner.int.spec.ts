import { expect } from 'chai';
import type pg from 'pg';
import { CommandPipeline } from '../../../application/commands/pipeline.js';
import { systemClock } from '../../../application/ports/clock.js';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { ProcessCheckpoints } from '../../../application/ports/process-checkpoints.js';
import type { Process } from '../../../application/processes/process.js';
import { ProcessRunner } from '../../../application/processes/runner.js';
import { streamName } from '../../../application/streams.js';
import { makePool } from '../../../infrastructure/postgres/pool.js';
import { PostgresIdempotencyLedger } from '../../../infrastructure/system/idempotency-ledger.js';
import { PostgresProcessCheckpoints, PROCESSES } from '../../../infrastructure/system/process-checkpoints.js';
import { Leadership } from '../../../projections/index.js';
import { commandSideDatabase } from '../../support/command-side.js';
import { asUser, counter, counterStream, plainSerializer } from '../../support/counter-aggregate.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/postgres.js';
import { openStore } from '../../support/postgres-store.js';
import { silentLogger } from '../../support/silent-logger.js';

/** What a server has of all this. */
interface Server {
  readonly runner: ProcessRunner;
  readonly pipeline: CommandPipeline;
  /** At once, as a kill does: what isn't written down now never is. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Adds to `copy-<group>` each name that was added to a group; adding one twice is refused. */
const copying = (pipeline: CommandPipeline): Process => ({
  name: 'copying',
  handles: { Added: 1 },
  begins: 'atStart',
  react: (causes) => {
    const source = causes[0].name.stream.split('.')[1] ?? '';
    if (source.startsWith('copy')) return [];
    return causes.map((cause) => ({
      cause,
      target: source,
      perform: (context, commandKey) =>
        pipeline.execute({
          ...context,
          commandKey,
          aggregate: counter,
          stream: counterStream(`copy${source}`),
          command: { type: 'Add', names: [(cause.event.data as { name: string }).name] },
        }),
    }));
  },
});

describe('processes of several servers on PostgreSQL', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  const servers: Server[] = [];

  beforeEach(async () => {
    database = await commandSideDatabase('processes');
    pool = makePool({ url: database.url, max: 4, name: 'test', log: silentLogger });
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    await pool.end();
    await database.drop();
  });

  async function server({
    store,
    ...given
  }: { store?: EventStore; checkpoints?: Partial<ProcessCheckpoints> } = {}): Promise<Server> {
    const own = store ?? (await openStore(database.url));
    const connections = makePool({ url: database.url, max: 4, name: 'test server', log: silentLogger });
    const ledger = new PostgresIdempotencyLedger(connections);
    const log = silentLogger;
    const pipeline = new CommandPipeline({ store: own, serializer: plainSerializer, ledger, clock: systemClock, log });
    let killed = false;
    const kept = new PostgresProcessCheckpoints(connections);
    const runner = new ProcessRunner({
      store: own,
      serializer: plainSerializer,
      checkpoints: {
        load: (names) => kept.load(names),
        create: (name, position) => kept.create(name, position),
        replace: (was, position) => kept.replace(was, position),
        park: (act) => kept.park(act),
        advance: (steps) => (killed ? Promise.resolve(steps.length) : kept.advance(steps)),
        ...given.checkpoints,
      },
      processes: [copying(pipeline)],
      takePart: (ask) =>
        new Leadership({ contest: PROCESSES, lockUrl: database.url, retryMs: 30, log: silentLogger, ...ask }),
      log: silentLogger,
      noteMs: 20,
      lookMs: 20,
    });
    const stop = async (): Promise<void> => {
      await runner.stop();
      await pipeline.close(5_000);
      if (store === undefined) await own.close();
      if (!connections.ended) await connections.end();
    };
    const made = { runner, pipeline, stop, kill: () => ((killed = true), runner.stop()) };
    servers.push(made);
    await runner.start();
    return made;
  }

  const add = (by: Server, group: string, ...names: string[]): Promise<unknown> =>
    by.pipeline.execute({
      ...asUser('ann'),
      aggregate: counter,
      stream: counterStream(group),
      command: { type: 'Add', names },
    });
  const namesIn = async (by: Server, group: string): Promise<readonly string[]> =>
    (await by.pipeline.look(counter, counterStream(group))).state.names;
  const copied = (by: Server, group: string, count: number): Promise<void> =>
    eventually(async () => {
      expect(await namesIn(by, `copy${group}`)).to.have.length(count);
    });
  const parked = async (): Promise<unknown[]> => (await pool.query('SELECT * FROM system.process_parked')).rows;
  const ledBy = async (...these: Server[]): Promise<number[]> =>
    (await Promise.all(these.map(({ runner }) => runner.status()))).flatMap(([status], n) =>
      status?.ledHere === true ? [n] : [],
    );

  it('are led by one of them, and by another within a moment of its end', async () => {
    const [a, b] = [await server(), await server()];
    await eventually(async () => (await ledBy(a, b)).length === 1);
    await add(a, 'g', 'x');
    await copied(b, 'g', 1);
    const [leader] = await ledBy(a, b);
    const [gone, left] = leader === 0 ? [a, b] : [b, a];
    // Its host is gone: the server ends its sessions, and so its lock.
    await pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'parley processes lead %'",
    );
    await gone.runner.stop();
    await add(left, 'g', 'y');
    await copied(left, 'g', 2);
    expect(await ledBy(a, b)).to.deep.equal([leader === 0 ? 1 : 0]);
  });

  it('repeat after a kill what was not noted, and nothing is written twice', async () => {
    const groups = Array.from({ length: 12 }, (_, n) => `g${String(n)}`);
    const writer = await server({ checkpoints: nothingNoted });
    await Promise.all(groups.flatMap((group) => [add(writer, group, 'a', 'b'), add(writer, group, 'c')]));
    for (const group of groups) await copied(writer, group, 3);
    await writer.kill();
    const { rows } = await pool.query<{ position: string }>('SELECT position FROM system.process_checkpoint');
    expect(rows, 'nothing was noted').to.deep.equal([{ position: '' }]);

    const next = await server();
    await Promise.all(groups.map((group) => add(next, group, 'd')));
    for (const group of groups) await copied(next, group, 4);
    for (const group of groups) expect(await namesIn(next, `copy${group}`)).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(await parked()).to.deep.equal([]);
  });

  it('write nothing twice while two believe that they lead, and lose nothing', async () => {
    const [a, b] = [await server(), await server()];
    let stop = false;
    const writing = (async () => {
      for (let n = 0; !stop; n++) await add(a, `g${String(n % 5)}`, String(n));
    })();
    for (let round = 0; round < 8; round++) {
      // Whoever led goes on for the moment in which his connection's end isn't known to him.
      await pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'parley processes lead %'",
      );
      await eventually(async () => (await ledBy(a, b)).length > 0);
    }
    stop = true;
    await writing;
    for (let n = 0; n < 5; n++) {
      const names = await namesIn(a, `g${String(n)}`);
      await copied(b, `g${String(n)}`, names.length);
      expect(await namesIn(b, `copyg${String(n)}`)).to.deep.equal(names);
    }
    expect(await parked()).to.deep.equal([]);
  });

  it('tell of what is parked, in a table', async () => {
    const a = await server();
    await add(a, 'copyg', 'x');
    await add(a, 'g', 'x');
    await add(a, 'g', 'y');
    await copied(a, 'g', 2);
    await eventually(async () => (await parked()).length === 1);
    const [row] = (await parked()) as Record<string, unknown>[];
    expect(row).to.include({ process: 'copying', target: 'g', stream: streamName(counterStream('g')), revision: '0' });
    expect(row).to.include({ type: 'Added', error: 'AlreadyGroupMember {"userIds":["x"]}' });
    expect((await a.runner.status())[0]).to.include({ parked: 1, state: 'live' });
  });
});

/** As of a server that is killed before it notes anything. */
const nothingNoted = { advance: (steps: readonly unknown[]) => Promise.resolve(steps.length) };
