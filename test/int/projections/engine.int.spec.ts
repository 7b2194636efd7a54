import { expect } from 'chai';
import type pg from 'pg';
import { ForeignPosition, makePosition } from '../../../application/ports/positions.js';
import type { Position } from '../../../application/ports/event-store.js';
import { UnknownProjection } from '../../../projections/engine/errors.js';
import type { ProjectionEngine, ProjectionStatus } from '../../../projections/engine/engine.js';
import { projectionKey, type Projection } from '../../../projections/engine/projection.js';
import { BEGIN_APPLY } from '../../../projections/engine/sql.js';
import { transaction } from '../../../projections/engine/transaction.js';
import { makePool } from '../../../infrastructure/postgres/pool.js';
import { groupsProjection } from '../../../projections/groups.projection.js';
import { usersProjection } from '../../../projections/users.projection.js';
import { projections } from '../../../projections/index.js';
import { ArrayEventStore, plainSerializer } from '../../support/array-event-store.js';
import { eventually } from '../../support/eventually.js';
import { created, Historian, joined, registered } from '../../support/group-histories.js';
import { ProjectionBench } from '../../support/projections.js';
import { seededRandom } from '../../support/random.js';
import { silentLogger } from '../../support/silent-logger.js';
import { randomHistory } from '../../support/random-history.js';

const WAIT = { timeoutMs: 10_000 };

describe('projection engine', () => {
  let bench: ProjectionBench;
  let store: ArrayEventStore;
  let history: Historian;

  beforeEach(async () => {
    bench = await ProjectionBench.open(true);
    store = new ArrayEventStore();
    history = new Historian(store);
  });
  afterEach(() => bench.close());

  const givenNoTables = async (): Promise<void> => {
    await bench.close();
    bench = await ProjectionBench.open();
  };

  const end = (): Position => store.log.at(-1)!.position;
  const caughtUp = async (engine: ProjectionEngine, names?: string[]): Promise<void> => {
    const reached = await engine.waitFor(end(), names ? { ...WAIT, projections: names } : WAIT);
    expect(reached, 'the projections reached the end').to.equal(true);
  };
  const statusOf = async (engine: ProjectionEngine, name: string): Promise<ProjectionStatus> =>
    (await engine.status({ graceMs: 1_000 })).find((status) => status.name === name)!;
  const users = (): Promise<string[]> =>
    bench
      .rows<{ user_id: string }>('SELECT user_id FROM read.users_v2 ORDER BY user_id')
      .then((rows) => rows.map((row) => row.user_id));

  it('feeds what is there, then what comes', async () => {
    history.write(registered('ann'));
    const engine = bench.engine(store);
    await engine.start();
    await caughtUp(engine);
    expect(await users()).to.deep.equal(['ann']);
    for (let i = 0; i < 20; i++) {
      history.write(registered(`u${String(i)}`));
      await caughtUp(engine);
      expect(await users()).to.have.length(i + 2);
    }
    expect(await statusOf(engine, 'users')).to.deep.include({
      name: 'users',
      version: usersProjection.version,
      letter: 'a',
      position: end(),
      lag: 0,
      parked: 0,
      state: 'live',
    });
  });

  it('writes nothing where somebody cancelled just what opens its transaction', async () => {
    await bench.rows('CREATE TABLE read.written (n integer)');
    const pool = makePool({
      url: bench.database.url,
      max: 1,
      name: 'cancelled in time',
      log: silentLogger,
      pipeline: true,
    });
    try {
      const insert = (client: pg.PoolClient): Promise<unknown> => client.query('INSERT INTO read.written VALUES (1)');
      const step = transaction(pool, `SELECT pg_sleep(60); ${BEGIN_APPLY}`, async (client, begun) => {
        await Promise.allSettled([insert(client)]);
        await begun;
      }).catch((error: unknown) => error);
      await eventually(async () => {
        const cancelled = await bench.rows(
          `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
           WHERE application_name = 'cancelled in time' AND state = 'active' AND query LIKE 'SELECT pg_sleep%'`,
        );
        expect(cancelled).to.have.length(1);
      });
      expect(await step).to.have.property('code', '57014');
      expect(await bench.rows('SELECT n FROM read.written')).to.deep.equal([]);
      await transaction(pool, BEGIN_APPLY, insert);
      expect(await bench.rows('SELECT n FROM read.written')).to.deep.equal([{ n: 1 }]);
    } finally {
      await pool.end();
    }
  });

  it('goes on where it was after a restart, and passes types that nobody handles', async () => {
    const first = bench.engine(store);
    history.write(registered('ann'));
    await first.start();
    await caughtUp(first);
    await first.stop();
    history.write({ type: 'SomethingElse', data: { userId: 'x' } }, registered('bob'), {
      type: 'SomethingElse',
      data: { userId: 'x' },
    });
    const second = bench.engine(store);
    await second.start();
    await caughtUp(second);
    expect(await users()).to.deep.equal(['ann', 'bob']);
  });

  it('starts on a database that an older version filled, beside it or after it, and leaves that one’s tables alone', async () => {
    const older: readonly Projection[] = [
      { ...usersProjection, version: usersProjection.version - 1, handles: { UserRegistered: 1 } },
    ];
    await givenNoTables();
    const oldView = (): Promise<object[]> => bench.rows('SELECT user_id, nickname FROM read.users_v1 ORDER BY user_id');
    const former = bench.engine(store, { projections: older });
    await former.start();
    history.write(registered('ann'), {
      type: 'UserProfileChanged',
      data: { userId: 'ann', changes: { nickname: 'Anna' } },
    });
    await caughtUp(former);

    const engine = bench.engine(store);
    await engine.start();
    await caughtUp(engine);
    history.write(registered('bob'));
    await Promise.all([caughtUp(former), caughtUp(engine)]);
    expect(await users()).to.deep.equal(['ann', 'bob']);
    expect(await oldView()).to.deep.equal([
      { user_id: 'ann', nickname: 'N ann' },
      { user_id: 'bob', nickname: 'N bob' },
    ]);

    await former.stop();
    history.write(registered('cid'));
    await caughtUp(engine);
    expect(await users()).to.deep.equal(['ann', 'bob', 'cid']);
    expect(await bench.rows(`SELECT nickname FROM read.users_v2 WHERE user_id = 'ann'`)).to.deep.equal([
      { nickname: 'Anna' },
    ]);
    expect(await oldView()).to.have.length(2);
    const status = await engine.status({ graceMs: 1_000 });
    expect(status.map(({ name, version }) => [name, version])).to.deep.equal(
      projections.map(({ name, version }) => [name, version]),
    );
    for (const { name, state, parked } of status) expect([state, parked], name).to.deep.equal(['live', 0]);
    // It was filled apart, beside those that are there, and then shown.
    expect(status.find(({ name }) => name === 'users')).to.include({ letter: 'b' });
    expect((await engine.rebuild('users')).letter).to.equal('a');
    expect(await oldView()).to.have.length(2);
  });

  it('any history replays to the rows that were written as it happened', async () => {
    const random = seededRandom();
    const events = randomHistory(Array.from({ length: 600 }, () => random.between(0, 2 ** 31)));
    const engine = bench.engine(store);
    await engine.start();
    for (let next = 0; next < events.length;) {
      const size = random.between(1, 60);
      history.write(...events.slice(next, next + size));
      next += size;
      await caughtUp(engine);
    }
    for (const projection of projections) {
      const { name } = projection;
      const verified = await engine.verify(name);
      expect(verified.differences, `${name}, seed ${String(random.seed)}`).to.deep.equal([]);
      const before = await bench.dump(projectionKey(projection));
      expect((await engine.rebuild(name)).letter).to.equal('b');
      const after = await bench.dump(projectionKey(projection));
      expect(after, `${name}, seed ${String(random.seed)}`).to.deep.equal(before);
      if (name === 'groups' || name === 'group_applications')
        expect(before, `${name}, seed ${String(random.seed)}`).not.to.be.empty;
    }
  });

  it('waits in a process that doesn’t lead, and gives up at its deadline', async () => {
    const leader = bench.engine(store);
    await leader.start();
    history.write(registered('ann'));
    await caughtUp(leader);
    const other = bench.engine(store);
    await other.start();
    expect((await statusOf(other, 'users')).fedHere).to.equal(false);
    history.write(registered('bob'));
    await caughtUp(other);
    expect(await users()).to.deep.equal(['ann', 'bob']);

    const future = makePosition(store.identity, 1_000_000n);
    expect(await other.waitFor(future, { timeoutMs: 30 })).to.equal(false);
    expect(await leader.waitFor(future, { timeoutMs: 30 })).to.equal(false);
    const foreign = await other.waitFor(makePosition('elsewhere', 1n), WAIT).catch((error: unknown) => error);
    expect(foreign).to.be.instanceOf(ForeignPosition);
    const unknown = await other.waitFor(end(), { ...WAIT, projections: ['nope'] }).catch((error: unknown) => error);
    expect(unknown).to.be.instanceOf(UnknownProjection);
  });

  it('engines that start at once on an empty database prepare it once', async () => {
    await givenNoTables();
    history.write(registered('ann'));
    const engines = [1, 2, 3, 4].map(() => bench.engine(store));
    await Promise.all(engines.map((engine) => engine.start()));
    await Promise.all(engines.map((engine) => caughtUp(engine)));
    expect(await users()).to.deep.equal(['ann']);
    const fed = await Promise.all(engines.map(async (engine) => (await statusOf(engine, 'users')).fedHere));
    expect(fed.filter(Boolean)).to.have.length(1);
  });

  it('an engine knows whether it is the only one on its database', async () => {
    const [first, second] = [bench.engine(store), bench.engine(store)];
    expect(first.isAlone).to.equal(false);
    await first.start();
    await eventually(() => Promise.resolve(first.isAlone));
    await second.start();
    await eventually(() => Promise.resolve(!first.isAlone));
    expect(second.isAlone).to.equal(false);
    await second.stop();
    await eventually(() => Promise.resolve(first.isAlone));
    await first.stop();
    expect(first.isAlone).to.equal(false);
  });

  it('a follower takes over when the leader’s connection dies, and the former leader follows', async () => {
    const [first, second] = [bench.engine(store), bench.engine(store)];
    await first.start();
    history.write(registered('ann'));
    await caughtUp(first);
    await second.start();
    expect((await statusOf(second, 'users')).fedHere).to.equal(false);

    await bench.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 727254
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted`,
    );
    history.write(registered('bob'));
    await caughtUp(first);
    expect(await users()).to.deep.equal(['ann', 'bob']);

    await first.stop();
    history.write(registered('cid'));
    await caughtUp(second);
    expect((await statusOf(second, 'users')).fedHere).to.equal(true);
    expect(await users()).to.deep.equal(['ann', 'bob', 'cid']);
  });

  it('two who both believe they lead write each row once', async () => {
    // A counter that isn't idempotent by itself: only the fence keeps it exact.
    const tally: Projection = {
      name: 'tally',
      version: 1,
      handles: { UserRegistered: 1 },
      auxTables: [],
      ddl: (tables) => [`CREATE TABLE ${tables.main} (one integer PRIMARY KEY, n integer NOT NULL)`],
      indexes: () => [],
      view: (tables) => `SELECT one, n FROM ${tables.main}`,
      apply: async (events, tables, db) => {
        await db.run(
          'add',
          `INSERT INTO ${tables.main} VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET n = ${tables.base}.n + excluded.n`,
          [events.length],
        );
      },
    };
    store.batchSize = 3;
    // Locks of two databases: each of the two gets its own.
    const elsewhere = await ProjectionBench.open();
    const one = bench.engine(store, { projections: [tally] });
    const two = bench.engine(store, { projections: [tally], lockUrl: elsewhere.database.url });
    try {
      await Promise.all([one.start(), two.start()]);
      await eventually(async () => (await statusOf(one, 'tally')).fedHere && (await statusOf(two, 'tally')).fedHere);
      for (let i = 0; i < 300; i++) {
        history.write(registered(`u${String(i)}`));
        if (i % 10 === 0) await Promise.all([caughtUp(one), caughtUp(two)]);
      }
      await Promise.all([caughtUp(one), caughtUp(two)]);
      expect(await bench.rows('SELECT n FROM read.tally_v1')).to.deep.equal([{ n: 300 }]);
      await one.stop();
      await two.stop();
    } finally {
      await elsewhere.close();
    }
  });

  it('subscribes again when the store ends its subscription', async () => {
    const engine = bench.engine(store);
    await engine.start();
    history.write(registered('ann'));
    await caughtUp(engine);
    store.fail(3);
    history.write(registered('bob'));
    await caughtUp(engine);
    expect(await users()).to.deep.equal(['ann', 'bob']);
  });

  it('tries again when the database drops its connections in mid-work', async () => {
    const engine = bench.engine(store);
    await engine.start();
    store.batchSize = 2;
    for (let i = 0; i < 60; i++) {
      history.write(registered(`u${String(i)}`));
      if (i % 20 === 0)
        await bench.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'test projections'`,
        );
    }
    await caughtUp(engine);
    expect(await users()).to.have.length(60);
  });

  it('reads again what a crash took back with the checkpoint', async () => {
    const engine = bench.engine(store);
    await engine.start();
    history.write(registered('ann'), registered('bob'));
    await caughtUp(engine);
    // As after a crash with synchronous_commit off: rows and checkpoint are older than the projector remembers.
    await bench.pool.query(
      `WITH back AS (UPDATE read.checkpoint SET position = '' WHERE name = 'users') DELETE FROM read.p_users_v2_a`,
    );
    history.write(registered('cid'));
    await eventually(async () => (await users()).length === 3);
    expect(await users()).to.deep.equal(['ann', 'bob', 'cid']);
  });

  it('stops at a newer schema of a type it handles, says so, and the others go on', async () => {
    const engine = bench.engine(store);
    await engine.start();
    history.write(registered('ann'), created('g', 'ann'));
    history.writeAs(registered('new'), { schemaVersion: 2 });
    history.write(registered('after'), joined('g', 'ann', 'owner'));
    await caughtUp(engine, ['groups', 'group_members']);
    await eventually(async () => (await statusOf(engine, 'users')).state === 'stopped');
    const stopped = await statusOf(engine, 'users');
    expect(stopped.position).to.equal(store.log[1]!.position);
    expect(stopped.reason).to.match(/schema 2 of UserRegistered parley_user-t1\.new@0/);
    expect(await users()).to.deep.equal(['ann']);
    const failure = await engine.rebuild('users').catch((error: unknown) => error);
    expect(failure).to.have.property('name', 'NewerSchema');

    history.write(joined('g', 'bob'));
    await caughtUp(engine, ['groups']);
    await engine.stop();
    const newer = bench.engine(store, {
      projections: [{ ...usersProjection, handles: { UserRegistered: 2 } }, groupsProjection],
    });
    await newer.start();
    await caughtUp(newer);
    expect(await users()).to.deep.equal(['after', 'ann', 'new']);
    expect((await statusOf(newer, 'users')).state).to.equal('live');
  });

  it('a checkpoint of another store stops a projection; a rebuild helps it', async () => {
    const first = bench.engine(store);
    await first.start();
    history.write(registered('ann'));
    await caughtUp(first);
    await first.stop();

    store = new ArrayEventStore('array2');
    history = new Historian(store);
    history.write(registered('zoe'));
    const second = bench.engine(store);
    await second.start();
    await eventually(async () => /another event store/.test((await statusOf(second, 'users')).reason ?? ''));
    for (const { name } of projections) await second.rebuild(name);
    expect(await users()).to.deep.equal(['zoe']);
    history.write(registered('yan'));
    await caughtUp(second);
    expect(await users()).to.deep.equal(['yan', 'zoe']);
  });

  it('a projection whose tables are broken stops alone; a rebuild helps it', async () => {
    const engine = bench.engine(store);
    await engine.start();
    history.write(registered('ann'));
    await caughtUp(engine);
    await bench.pool.query('ALTER TABLE read.p_users_v2_a RENAME TO lost');
    history.write(registered('bob'), created('g', 'ann'), joined('g', 'ann', 'owner'));
    await caughtUp(engine, ['groups', 'group_members']);
    await eventually(async () => (await statusOf(engine, 'users')).state === 'stopped');
    expect(await statusOf(engine, 'users'))
      .to.have.property('reason')
      .that.matches(/p_users_v2_a is missing/);
    await engine.rebuild('users');
    history.write(registered('cid'));
    await caughtUp(engine);
    expect(await users()).to.deep.equal(['ann', 'bob', 'cid']);
    expect(await statusOf(engine, 'users')).to.include({ state: 'live', parked: 0, letter: 'b' });
  });

  describe('a poisoned event', () => {
    let cured: boolean;
    const fragile: Projection = {
      ...usersProjection,
      apply: async (events, tables, db) => {
        if (!cured && events.some(({ event }) => (event.data as { nickname: string }).nickname === 'poison'))
          throw new TypeError('no nickname of this kind');
        await usersProjection.apply(events, tables, db);
      },
    };
    beforeEach(() => {
      cured = false;
    });

    it('parks its stream with the later events of that stream, while other streams go on; unparking applies them', async () => {
      const engine = bench.engine(store, { projections: [fragile, groupsProjection] });
      for (let i = 0; i < 20; i++) history.write(registered(`u${String(i)}`));
      history.write(registered('bad', { nickname: 'poison' }), registered('good'));
      history.write(registered('bad', { nickname: 'fine again' }), created('g', 'bad'));
      await engine.start();
      await caughtUp(engine);
      history.write(registered('bad', { nickname: 'latest' }), registered('later'));
      await caughtUp(engine);
      expect(await users())
        .to.have.length(22)
        .and.include('good')
        .and.include('later')
        .and.not.include('bad');
      expect(await statusOf(engine, 'users')).to.include({ parked: 3, state: 'live', lag: 0 });
      expect(await statusOf(engine, 'groups')).to.include({ parked: 0 });
      const parked = await engine.parkedEvents('users');
      expect(parked.map(({ stream, revision, error }) => ({ stream, revision, error }))).to.deep.equal([
        { stream: 'parley_user-t1.bad', revision: 0, error: 'no nickname of this kind' },
        { stream: 'parley_user-t1.bad', revision: 1, error: null },
        { stream: 'parley_user-t1.bad', revision: 2, error: null },
      ]);
      expect((await engine.verify('users')).equal).to.equal(true);

      const again = await engine.unpark('users');
      expect(again.unparked).to.deep.equal([]);
      expect(again.failed[0]!.error).to.have.property('name', 'PoisonedEvent');
      expect(await statusOf(engine, 'users')).to.include({ parked: 3 });

      cured = true;
      expect((await engine.unpark('users')).unparked).to.deep.equal(['parley_user-t1.bad']);
      expect(await bench.rows(`SELECT nickname, revision FROM read.users_v2 WHERE user_id = 'bad'`)).to.deep.equal([
        { nickname: 'latest', revision: '2' },
      ]);
      history.write(registered('bad', { nickname: 'live again' }));
      await caughtUp(engine);
      expect(await bench.rows(`SELECT nickname FROM read.users_v2 WHERE user_id = 'bad'`)).to.deep.equal([
        { nickname: 'live again' },
      ]);
      expect(await statusOf(engine, 'users')).to.include({ parked: 0 });
      expect((await engine.verify('users')).equal).to.equal(true);
    });

    it('is left out for good once it is discarded, with who and why: live, by a comparison, a rebuild and a start anew', async () => {
      const engine = bench.engine(store, { projections: [fragile] });
      history.write(registered('bad', { nickname: 'poison' }), registered('bad', { nickname: 'fine again' }));
      history.write(registered('bad', { nickname: 'poison' }), registered('good'));
      await engine.start();
      await caughtUp(engine);
      const [first, , third] = await engine.parkedEvents('users', 'parley_user-t1.bad');
      const decision = { by: 'op@here', reason: 'a test of ours' };
      // What is behind it is tried at once, up to the next that fails.
      expect(await engine.discard('users', first!.id, decision)).to.have.nested.property('event.id', third!.id);
      expect(await bench.rows(`SELECT nickname FROM read.users_v2 WHERE user_id = 'bad'`)).to.deep.equal([
        { nickname: 'fine again' },
      ]);
      expect((await engine.parkedEvents('users')).map(({ id, error }) => [id, error])).to.deep.equal([
        [third!.id, 'no nickname of this kind'],
      ]);
      expect(await engine.discard('users', third!.id, decision)).to.equal(undefined);
      const again = await engine.discard('users', third!.id, decision).catch((error: unknown) => error);
      expect(again).to.have.property('name', 'NotParked');
      expect(await statusOf(engine, 'users')).to.include({ parked: 0 });
      history.write(registered('bad', { nickname: 'live again' }));
      await caughtUp(engine);

      // All of it could be applied now, and isn't.
      cured = true;
      expect((await engine.verify('users')).equal, 'verified').to.equal(true);
      const rows = await bench.dump('users_v2');
      await engine.rebuild('users');
      expect(await bench.dump('users_v2')).to.deep.equal(rows);
      await engine.stop();
      await bench.rows('DROP SCHEMA read CASCADE');
      cured = false;
      const anew = bench.engine(store, { projections: [fragile] });
      await anew.start();
      await caughtUp(anew);
      expect(await bench.dump('users_v2')).to.deep.equal(rows);
      expect(await statusOf(anew, 'users')).to.include({ parked: 0 });
      expect(
        await bench.rows('SELECT follower, event_id, decided_by, reason FROM system.discarded_event'),
      ).to.have.deep.members(
        [first!, third!].map(({ id }) => ({
          follower: 'users',
          event_id: id,
          decided_by: 'op@here',
          reason: 'a test of ours',
        })),
      );
    });

    it('stays parked over a restart', async () => {
      const first = bench.engine(store, { projections: [fragile] });
      history.write(registered('bad', { nickname: 'poison' }));
      await first.start();
      await caughtUp(first);
      await first.stop();
      history.write(registered('bad', { nickname: 'fine' }), registered('good'));
      const second = bench.engine(store, { projections: [fragile] });
      await second.start();
      await caughtUp(second);
      expect(await users()).to.deep.equal(['good']);
      expect(await statusOf(second, 'users')).to.include({ parked: 2 });
    });

    it('is also one that can’t be read at all', async () => {
      const engine = bench.engine(store, {
        serializer: {
          open: (events) =>
            events.some(({ stream }) => stream.endsWith('.torn'))
              ? Promise.reject(new Error('not what was written'))
              : plainSerializer.open(events),
        },
      });
      history.write(registered('ann'), registered('torn'), registered('bob'));
      await engine.start();
      await caughtUp(engine);
      expect(await users()).to.deep.equal(['ann', 'bob']);
      expect((await engine.parkedEvents('users'))[0]).to.include({
        stream: 'parley_user-t1.torn',
        error: 'not what was written',
      });
      const failure = await engine.rebuild('users').catch((error: unknown) => error);
      expect(failure).to.have.property('name', 'PoisonedEvent');
    });

    it('stops a rebuild, which names it; readers keep what they have', async () => {
      cured = true;
      const engine = bench.engine(store, { projections: [fragile] });
      for (let i = 0; i < 30; i++) history.write(registered(`u${String(i)}`));
      history.write(registered('bad', { nickname: 'poison' }), registered('good'));
      await engine.start();
      await caughtUp(engine);
      cured = false;
      const failure = await engine.rebuild('users').catch((error: unknown) => error);
      expect(failure).to.have.property('name', 'PoisonedEvent');
      expect(failure).to.have.nested.property('event.stream', 'parley_user-t1.bad');
      expect(failure).to.have.nested.property('event.revision', 0);
      expect(await users()).to.have.length(32);
      expect(await statusOf(engine, 'users')).to.include({ letter: 'a', parked: 0 });
      cured = true;
      expect((await engine.rebuild('users')).letter).to.equal('b');
      expect(await users()).to.have.length(32);
    });
  });
});
