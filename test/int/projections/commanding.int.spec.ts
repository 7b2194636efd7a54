import { expect } from 'chai';
import pg from 'pg';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { ProjectionEngine, ProjectionStatus } from '../../../projections/engine/engine.js';
import { PROJECTIONS } from '../../../projections/engine/coordinate.js';
import type { Projection } from '../../../projections/engine/projection.js';
import { groupsProjection } from '../../../projections/groups.projection.js';
import { usersProjection } from '../../../projections/users.projection.js';
import { ArrayEventStore } from '../../support/array-event-store.js';
import { eventually } from '../../support/eventually.js';
import { created, Historian, joined, registered } from '../../support/group-histories.js';
import { ProjectionBench } from '../../support/projections.js';

/** Two stand for all. */
const projections = [usersProjection, groupsProjection] as const;

describe('what an operator tells a projection', () => {
  let bench: ProjectionBench;
  let store: ArrayEventStore;
  let history: Historian;
  /** Feeds. */
  let server: ProjectionEngine;
  /** As the `parley` command has it, beside the server. */
  let tool: ProjectionEngine;
  let people = 0;

  before(async () => {
    bench = await ProjectionBench.open();
    store = new ArrayEventStore();
    history = new Historian(store);
    server = bench.engine(store, { projections });
    tool = bench.engine(store, { projections });
    history.write(created('g', 'ann'), joined('g', 'ann', 'owner'));
    register();
    await server.start();
    await caughtUp();
  });
  after(() => bench.close());

  const register = (): void => {
    history.write(registered(`u${String(people++)}`));
  };
  const caughtUp = async (...names: string[]): Promise<void> => {
    const chosen = names.length === 0 ? projections.map(({ name }) => name) : names;
    const reached = await server.waitFor(store.log.at(-1)!.position, { timeoutMs: 10_000, projections: chosen });
    expect(reached, 'the projections reached the end').to.equal(true);
  };
  const users = async (): Promise<number> => (await bench.rows('SELECT 1 FROM read.users_v2')).length;
  const statusOf = async (name: string): Promise<ProjectionStatus> =>
    (await tool.status({ graceMs: 0 })).find((status) => status.name === name)!;
  const refusal = (doing: Promise<unknown>): Promise<unknown> =>
    doing.then(
      () => undefined,
      (error: unknown) => error,
    );

  describe('pause and resume', () => {
    it('given a dry run, then nothing is changed, and it is refused as the real thing', async () => {
      await tool.pause('users', { by: 'ann@host', dryRun: true });
      expect(await statusOf('users')).to.include({ state: 'live' });
      expect(await refusal(tool.resume('users', { dryRun: true }))).to.have.property('message', 'users is not paused');
    });

    it('given a paused one, then it alone stands still, says who did it, and goes on where it was', async () => {
      const before = people;
      await tool.pause('users', { by: 'ann@host' });
      register();
      history.write(joined('g', 'ben'));
      await caughtUp('groups');
      const status = await statusOf('users');
      expect(status).to.include({ state: 'paused', parked: 0 });
      expect(status.reason).to.match(/^paused by ann@host since \d{4}-/);
      expect(status.lag).to.be.above(0);
      expect(await users()).to.equal(before);
      expect(await refusal(tool.pause('users', { by: 'ben' })))
        .to.have.property('message')
        .that.matches(/ann@host.*already$/);

      await tool.resume('users');
      await caughtUp();
      expect(await users()).to.equal(people);
      await eventually(async () => (await statusOf('users')).state === 'live');
      expect(await refusal(tool.resume('users'))).to.have.property('name', 'NotPaused');
    });

    it('given a pause while a server is away, then the next one keeps to it', async () => {
      await tool.pause('users', { by: 'ann@host' });
      await server.stop();
      register();
      history.write(joined('g', 'cid'));
      server = bench.engine(store, { projections });
      await server.start();
      await caughtUp('groups');
      expect(await users()).to.equal(people - 1);
      await tool.resume('users');
      await caughtUp();
      expect(await users()).to.equal(people);
    });
  });

  describe('the two sets of tables', () => {
    /** What is said of the one that readers don't see. */
    const standby = async (): Promise<string> => {
      const [found] = (await tool.standbys()).filter(({ name }) => name === 'users');
      return found === undefined ? 'none' : `${found.letter} ${found.state}`;
    };
    const letter = async (): Promise<string | undefined> => (await statusOf('users')).letter;

    it('given nothing but what readers see, then promote, rollback and drop are refused, dry or not', async () => {
      for (const dry of [true, false]) {
        const doing = (what: 'promote' | 'rollback' | 'drop'): Promise<unknown> =>
          refusal(dry ? tool.intend('users', what) : tool[what]('users'));
        expect(String(await doing('promote'))).to.match(/^NothingThere: nothing is held of users; .*--hold/);
        expect(String(await doing('rollback'))).to.match(/^NothingThere: there is nothing of users to roll back to/);
        expect(String(await doing('drop'))).to.match(/^NothingThere: users has no tables but those/);
      }
    });

    it('of another release are listed, and dropped when nobody feeds them', async () => {
      const none = await refusal(tool.dropOtherVersions('users'));
      expect(String(none)).to.match(/^NothingThere: there are no tables of users but those of version/);
      await bench.rows('CREATE TABLE read.p_users_v1_a AS SELECT 1 AS n');
      await bench.rows('CREATE TABLE read.p_users_v1_b_names AS SELECT 1 AS n');
      const [other] = await tool.otherVersions();
      expect(other).to.include({ name: 'users', version: 1 }).and.have.property('bytes').above(0);
      expect(await tool.dropOtherVersions('users', { dryRun: true })).to.deep.equal([other]);
      const feeds = new pg.Client({ connectionString: bench.database.url });
      await feeds.connect();
      await feeds.query("SELECT pg_advisory_lock($1::integer, hashtext('users_v1'))", [PROJECTIONS.lock]);
      expect(String(await refusal(tool.dropOtherVersions('users')))).to.match(/^OtherVersionFed: .* feeds users_v1/);
      await feeds.end();
      expect(await tool.otherVersions()).to.have.length(1);
      await eventually(async () => expect(await tool.dropOtherVersions('users')).to.deep.equal([other]));
      expect(await tool.otherVersions()).to.deep.equal([]);
    });

    it('held, it is filled and not shown; promoted, it has what came since, and the former stays', async () => {
      expect(await tool.intend('users', 'rebuild')).to.deep.equal({ letter: 'b' });
      const held = await tool.rebuild('users', { hold: true });
      expect(held).to.include({ letter: 'b', shown: false });
      expect([await letter(), await standby()]).to.deep.equal(['a', 'b held']);
      register();
      await caughtUp();
      expect(await tool.intend('users', 'promote')).to.deep.equal({ letter: 'b' });
      expect(await tool.promote('users')).to.include({ letter: 'b', shown: true, events: store.log.length });
      expect([await letter(), await standby()]).to.deep.equal(['b', 'a former']);
      expect(await users()).to.equal(people);
      register();
      await caughtUp();
      expect(await users()).to.equal(people);
    });

    it('rolled back, it has what came since, and there and back again; dropped, there is no way back', async () => {
      register();
      await caughtUp();
      expect(await tool.rollback('users')).to.include({ letter: 'a', shown: true });
      expect([await letter(), await standby()]).to.deep.equal(['a', 'b former']);
      expect(await users()).to.equal(people);
      register();
      await caughtUp();
      expect(await tool.rollback('users')).to.include({ letter: 'b' });
      expect(await users()).to.equal(people);
      expect(await tool.verify('users')).to.include({ equal: true });
      expect(await tool.intend('users', 'rebuild')).to.deep.equal({ letter: 'a', drops: 'former' });
      expect(await tool.drop('users')).to.equal('a');
      expect(await standby()).to.equal('none');
      expect(await bench.rows(`SELECT 1 FROM pg_tables WHERE tablename LIKE 'p\\_users%\\_a'`)).to.have.length(0);
      expect(await refusal(tool.rollback('users'))).to.have.property('name', 'NothingThere');
      register();
      await caughtUp();
    });

    it('given events that were set aside, then a rollback brings them back as such, and those behind them', async () => {
      const poisoned = 'poisoned';
      history.write(registered(poisoned));
      await server.stop();
      await tool.pause('users', { by: 'ann@host' });
      const failing = {
        ...usersProjection,
        apply: (...[events, ...rest]: Parameters<typeof usersProjection.apply>) =>
          events.some(({ stream }) => stream.endsWith(poisoned))
            ? Promise.reject(new Error('no'))
            : usersProjection.apply(events, ...rest),
      };
      const broken = bench.engine(store, { projections: [failing, groupsProjection] });
      await broken.start();
      await tool.resume('users');
      await eventually(async () => (await statusOf('users')).parked === 1);
      await broken.stop();
      server = bench.engine(store, { projections });
      await server.start();
      await tool.rebuild('users');
      expect((await statusOf('users')).parked).to.equal(0);
      expect(await users()).to.equal(++people);
      history.write({ type: 'UserProfileChanged', data: { userId: poisoned, changes: { nickname: 'P' } } });
      await caughtUp();
      await tool.rollback('users');
      expect((await statusOf('users')).parked).to.equal(2);
      expect(await users()).to.equal(people - 1);
      expect(await tool.verify('users')).to.include({ equal: true, parked: 2 });
      await tool.rollback('users');
      expect((await statusOf('users')).parked).to.equal(0);
      expect(await users()).to.equal(people);
    });

    it('given several, then one read of the log fills them, and one that fails keeps nobody', async () => {
      let reads = 0;
      const counted: EventStore = new Proxy(store, {
        get: (target, name) => {
          if (name === 'readAll') reads++;
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        },
      });
      const failing = { ...groupsProjection, apply: () => Promise.reject(new Error('no')) };
      const outcomes = await bench.engine(counted, { projections }).rebuildAll(['users', 'groups']);
      expect(outcomes.map(({ name }) => name)).to.deep.equal(['users', 'groups']);
      for (const outcome of outcomes) expect(outcome).to.have.nested.property('result.events', store.log.length);
      // One to fill, one to see whether more came, and one before each switch.
      expect(reads).to.equal(4);
      const told: string[] = [];
      await bench.engine(store, { projections: [failing, usersProjection] }).rebuildAll(['groups', 'users'], {
        onOutcome: (outcome) => told.push(`${outcome.name} ${'error' in outcome ? String(outcome.error) : 'well'}`),
      });
      expect(told).to.have.length(2);
      expect(told[0]).to.match(/^groups PoisonedEvent: groups_v\d+ can't apply GroupCreated/);
      expect(told[1]).to.equal('users well');
      for (const { name } of projections) expect(await tool.verify(name), name).to.include({ equal: true });
    });

    it('given other code, then what was half filled is begun anew', async () => {
      const half = async (): Promise<void> => {
        const stopping = new AbortController();
        const told = await refusal(
          tool.rebuild('users', {
            signal: stopping.signal,
            onProgress: () => {
              stopping.abort(new Error('told to'));
            },
          }),
        );
        expect(told).to.have.property('message', 'told to');
      };
      await half();
      expect(await tool.intend('users', 'rebuild')).to.have.property('goesOnFrom', 100);
      expect(await tool.intend('users', 'rebuild', true)).to.have.property('drops', 'filling');
      const other = bench.engine(store, {
        projections: [{ ...usersProjection, view: (tables) => `${usersProjection.view(tables)} WHERE true` }],
      });
      expect(await other.intend('users', 'rebuild')).to.not.have.property('goesOnFrom');
      expect(await tool.rebuild('users')).to.have.property('wentOnFrom', 100);
      await half();
      expect(await tool.rebuild('users', { afresh: true })).to.not.have.property('wentOnFrom');
      expect(await tool.verify('users')).to.include({ equal: true });
    });
  });

  describe('a new version, while processes of the old one go on', () => {
    const NEXT = usersProjection.version + 1;
    const view = `read.users_v${String(NEXT)}`;
    let hold: Promise<void> | undefined;
    const next: Projection = {
      ...usersProjection,
      version: NEXT,
      apply: async (...given) => {
        await hold;
        await usersProjection.apply(...given);
      },
    };
    const upgraded = (): ProjectionEngine => bench.engine(store, { projections: [next, groupsProjection] });
    const shown = async (): Promise<number> => (await bench.rows(`SELECT 1 FROM ${view}`)).length;
    const reached = (engine: ProjectionEngine, name: string): Promise<boolean> =>
      engine.waitFor(store.log.at(-1)!.position, { timeoutMs: 10_000, projections: [name] });

    it('is filled apart: nobody reads it before it is level, and the feed of the others is not kept', async () => {
      let open = (): void => undefined;
      hold = new Promise((resolve) => (open = resolve));
      const engine = upgraded();
      await engine.start();
      expect(engine.unreadable(`users_v${String(NEXT)}`)).to.equal('it is being filled from history');
      register();
      await caughtUp();
      expect(await users()).to.equal(people);
      await server.stop();
      history.write(joined('g', 'dan'));
      expect(await reached(engine, 'groups'), 'the others are fed').to.equal(true);
      const [status] = await engine.status({ graceMs: 0 });
      expect(status).to.include({ name: 'users', version: NEXT, state: 'catchingUp' });
      expect(await shown()).to.equal(0);
      const stopped = engine.stop();
      open();
      await stopped;
    });

    it('goes on in the next process, and is shown when it is level, beside the old one', async () => {
      server = bench.engine(store, { projections });
      const engine = upgraded();
      await Promise.all([server.start(), engine.start()]);
      register();
      expect(await reached(engine, 'users')).to.equal(true);
      await eventually(() => engine.unreadable(`users_v${String(NEXT)}`) === undefined);
      register();
      expect(await reached(engine, 'users')).to.equal(true);
      await caughtUp();
      expect([await users(), await shown()]).to.deep.equal([people, people]);
      const [status] = await engine.status({ graceMs: 1_000 });
      expect(status).to.include({ name: 'users', version: NEXT, letter: 'b', state: 'live' });
      expect(await engine.verify('users')).to.include({ equal: true });
      expect((await engine.standbys()).filter(({ name }) => name === 'users')).to.deep.equal([]);
      await engine.stop();
    });

    it('is left to the feed where it can not be filled at once, which sets aside what it can not apply', async () => {
      const failing: Projection = {
        ...next,
        version: NEXT + 1,
        apply: (...[events, ...rest]) =>
          events.some(({ stream }) => stream.endsWith('.u0'))
            ? Promise.reject(new Error('no'))
            : usersProjection.apply(events, ...rest),
      };
      const engine = bench.engine(store, { projections: [failing] });
      await engine.start();
      expect(await reached(engine, 'users')).to.equal(true);
      const [status] = await engine.status({ graceMs: 1_000 });
      expect(status).to.include({ version: NEXT + 1, letter: 'a', state: 'live', parked: 1 });
      await engine.stop();
    });
  });
});
