import { expect } from 'chai';
import type { ProjectionEngine, ProjectionStatus } from '../../../projections/engine/engine.js';
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
});
