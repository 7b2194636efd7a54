import { expect } from 'chai';
import type { Position } from '../../../application/ports/event-store.js';
import { PAST_THE_END } from '../../../projections/engine/errors.js';
import type { ProjectionEngine, ProjectionStatus } from '../../../projections/engine/engine.js';
import { projectionKey } from '../../../projections/engine/projection.js';
import { groupsProjection } from '../../../projections/groups.projection.js';
import { usersProjection } from '../../../projections/users.projection.js';
import { ArrayEventStore, plainSerializer } from '../../support/array-event-store.js';
import { eventually } from '../../support/eventually.js';
import { created, Historian, joined, registered } from '../../support/group-histories.js';
import { ProjectionBench } from '../../support/projections.js';

/** Two stand for all. */
const projections = [usersProjection, groupsProjection] as const;
const NAMES = projections.map(({ name }) => name);

interface Damage {
  readonly what: string;
  readonly sql: string;
  /** Of users, or of all where they are hit alike. */
  readonly reason: RegExp;
}

/** What may be done to a read side that nobody guards. */
const DAMAGES: readonly Damage[] = [
  { what: 'truncated checkpoints', sql: 'TRUNCATE read.checkpoint', reason: /row in read\.checkpoint is missing/ },
  { what: 'truncated records', sql: 'TRUNCATE read.projection', reason: /record in read\.projection is missing/ },
  {
    what: 'records and checkpoints truncated',
    sql: 'TRUNCATE read.projection, read.checkpoint, read.parked_event',
    reason: /record in read\.projection is missing/,
  },
  { what: 'a dropped view', sql: 'DROP VIEW read.users_v2', reason: /view read\.users_v2 is missing/ },
  {
    what: 'a dropped table',
    sql: `DO $$ BEGIN EXECUTE 'DROP TABLE read.p_users_v2_' || (SELECT letter FROM read.projection WHERE name = 'users')
            || ' CASCADE'; END $$`,
    reason: /table read\.p_users_v2_. and its view read\.users_v2 are missing/,
  },
  { what: 'a dropped schema', sql: 'DROP SCHEMA read CASCADE', reason: /tables of schema "read" .* are missing/ },
  {
    what: 'the table of parked events dropped',
    sql: 'DROP TABLE read.parked_event',
    reason: /tables of schema "read"/,
  },
  {
    what: 'checkpoints without their column',
    sql: 'ALTER TABLE read.checkpoint DROP COLUMN epoch',
    reason: /tables of schema "read"/,
  },
];

describe('what is done to the read side', () => {
  let bench: ProjectionBench;
  let store: ArrayEventStore;
  let history: Historian;
  let people = 0;

  before(async () => {
    bench = await ProjectionBench.open();
    store = new ArrayEventStore();
    history = new Historian(store);
    history.write(registered('ann'), created('g', 'ann'), joined('g', 'ann', 'owner'));
    people = 1;
  });
  after(() => bench.close());

  const engineOn = (log: ArrayEventStore): ProjectionEngine => bench.engine(log, { projections });
  const end = (): Position => store.log.at(-1)!.position;
  const usersOf = (engine: ProjectionEngine): Promise<ProjectionStatus> =>
    engine.status({ graceMs: 2_000 }).then((all) => all.find(({ name }) => name === 'users')!);
  const writeOne = (): void => {
    history.write(registered(`u${String(people++)}`));
  };
  /** Every projection has all of the log, and no query is refused any more. */
  const expectSound = async (engine: ProjectionEngine): Promise<void> => {
    expect(await engine.waitFor(end(), { timeoutMs: 20_000 }), 'the end is reached').to.equal(true);
    for (const { name, state, reason } of await engine.status({ graceMs: 2_000 }))
      expect([state, reason], name).to.deep.equal(['live', undefined]);
    for (const name of NAMES) expect(await engine.verify(name), name).to.include({ equal: true, parked: 0 });
    for (const projection of projections)
      await eventually(() => engine.unreadable(projectionKey(projection)) === undefined, 5_000);
    expect(await bench.rows('SELECT user_id FROM read.users_v2')).to.have.length(people);
  };

  describe('while a server runs', () => {
    let engine: ProjectionEngine;
    before(async () => {
      engine = engineOn(store);
      await engine.start();
      await expectSound(engine);
    });
    after(() => engine.stop());

    for (const { what, sql, reason } of DAMAGES) {
      it(`given ${what}, then the status says so, queries are refused, and a rebuild of all mends it`, async () => {
        await bench.pool.query(sql);
        const status = await usersOf(engine);
        expect(status).to.include({ state: 'stopped' }).and.have.property('reason').that.matches(reason);
        await eventually(() => reason.test(engine.unreadable('users_v2') ?? ''), 5_000);
        writeOne();
        const failure = await engine.verify('users').catch((error: unknown) => error);
        expect(failure).to.have.property('message').that.matches(reason);

        for (const name of NAMES) await engineOn(store).rebuild(name);
        await expectSound(engine);
        writeOne();
        await expectSound(engine);
      });
    }
  });

  describe('when a server starts', () => {
    for (const { what, sql } of DAMAGES) {
      it(`given ${what}, then the start makes it and fills it`, async () => {
        await bench.pool.query(sql);
        const engine = engineOn(store);
        await engine.start();
        await expectSound(engine);
        writeOne();
        await expectSound(engine);
        await engine.stop();
      });
    }

    it('given a projection that begins anew, then nobody may read it until it shows what was there', async () => {
      await bench.pool.query('TRUNCATE read.checkpoint');
      let open = (): void => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      const engine = bench.engine(store, {
        projections,
        serializer: { open: (events) => opened.then(() => plainSerializer.open(events)) },
      });
      await engine.start();
      expect(engine.unreadable('users_v2')).to.equal('it is being filled from history');
      expect(await usersOf(engine)).to.include({ caughtUp: false, state: 'catchingUp' });
      expect(await engine.verify('users')).to.include({ equal: true, halted: 'it is being filled from history' });
      open();
      await expectSound(engine);
      await engine.stop();
    });
  });

  describe('a log older than the read tables', () => {
    /** As a backup of the log would have it. */
    const older = (): ArrayEventStore => {
      const restored = new ArrayEventStore(store.identity);
      for (const event of store.log.slice(0, -2)) restored.push(event);
      return restored;
    };

    it('is named by status and verify without a server, and a rebuild works at once', async () => {
      writeOne();
      writeOne();
      const before = engineOn(store);
      await before.start();
      await expectSound(before);
      await before.stop();

      const tool = engineOn(older());
      for (const { name, state, reason } of await tool.status())
        expect([state, reason], name).to.deep.equal(['stopped', PAST_THE_END]);
      const failure = await tool.verify('groups').catch((error: unknown) => error);
      expect(failure).to.have.property('message', PAST_THE_END);
    });

    it('stops a server’s projections for good, though new events take the places of those that are gone', async () => {
      const restored = older();
      const engine = engineOn(restored);
      await engine.start();
      const renewed = new Historian(restored);
      for (let i = 0; i < 5; i++) renewed.write(registered(`new${String(i)}`));
      const status = await usersOf(engine);
      expect(status).to.include({ state: 'stopped', reason: PAST_THE_END });
      expect(engine.unreadable('users_v2')).to.equal(PAST_THE_END);

      for (const name of NAMES) await engineOn(restored).rebuild(name);
      store = restored;
      people = restored.log.filter(({ type }) => type === 'UserRegistered').length;
      await expectSound(engine);
      await engine.stop();
    });
  });
});
