import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { type Progress, type Reaction, readinessOf } from '../../../api/http/readiness.js';

const live: Progress = { name: 'groups', version: 1, state: 'live', lag: 0, caughtUp: true, parked: 0 };
const away = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432'));
const silent = (): Promise<never> => new Promise(() => undefined);
const there = (): Promise<undefined> => Promise.resolve(undefined);
const troubles = (): string[] => [];
const level = (): Promise<Progress[]> => Promise.resolve([live]);
const processes = (): Promise<Reaction[]> => Promise.resolve([]);

describe('readiness', () => {
  it('given all answer and every projection follows, it is ready', async () => {
    const state = await readinessOf({ processes, eventStore: there, database: there, troubles, projections: level })();
    expect(state.ready).to.equal(true);
    expect(state.checks).to.deep.equal({
      eventStore: { ok: true },
      database: { ok: true },
      projections: { ok: true },
      writes: { ok: true },
      groups_v1: { ok: true, state: 'live', lagMs: 0, parked: 0 },
      processes: { ok: true },
    });
  });

  it('given processes that are late, have set events aside, stand still or say nothing, it tells of it and stays ready', async () => {
    const late = { name: 'group-lines', state: 'catchingUp', lag: 60_000, parked: 3 };
    const halted = { name: 'friend-chats', state: 'stopped', lag: 1, parked: 0, reason: 'a newer schema' };
    const others = { eventStore: there, database: there, troubles, projections: level };
    const state = await readinessOf({ ...others, processes: () => Promise.resolve([late, halted]) })();
    expect(state.ready).to.equal(true);
    expect(state.checks['processes']).to.deep.equal({
      ok: true,
      'group-lines': { state: 'catchingUp', lagMs: 60_000, parked: 3 },
      'friend-chats': { state: 'stopped', lagMs: 1, parked: 0, problem: 'a newer schema' },
    });
    const silentOnes = await readinessOf({ ...others, processes: away })();
    expect(silentOnes.ready).to.equal(true);
    expect(silentOnes.checks['processes']).to.deep.equal({ ok: true, problem: 'does not answer' });
  });

  it('given one that fails, it says which, and nothing of where it is', async () => {
    const state = await readinessOf({ processes, eventStore: there, database: away, troubles, projections: away })();
    expect(state.ready).to.equal(false);
    expect(state.checks).to.deep.include({
      eventStore: { ok: true },
      database: { ok: false, problem: 'does not answer' },
    });
  });

  it('given one that hangs, it answers all the same, and asks no second time before the first has come back', async () => {
    let asked = 0;
    const readiness = readinessOf({
      processes,
      eventStore: () => {
        asked += 1;
        return silent();
      },
      database: there,
      troubles,
      projections: level,
    });
    const states = await Promise.all([readiness(), readiness(), readiness()]);
    expect(states.map(({ checks }) => checks['eventStore']?.ok)).to.deep.equal([false, false, false]);
    expect(asked).to.equal(1);
  });

  it('given one that comes back, it is ready again by itself', async () => {
    let database: () => Promise<unknown> = away;
    const readiness = readinessOf({
      processes,
      eventStore: there,
      database: () => database(),
      troubles,
      projections: level,
    });
    expect((await readiness()).ready).to.equal(false);
    database = there;
    expect((await readiness()).ready).to.equal(true);
  });

  it('given one that is slow for a moment, as under load, it stays ready; for longer, it is not', async () => {
    let database: () => Promise<unknown> = there;
    const dependencies = { processes, eventStore: there, database: () => database(), troubles, projections: level };
    const readiness = readinessOf(dependencies, { answerMs: 5, patienceMs: 100 });
    expect((await readiness()).ready).to.equal(true);
    database = silent;
    expect((await readiness()).ready, 'it has just answered').to.equal(true);
    await eventually(async () => {
      expect((await readiness()).checks['database']).to.deep.equal({ ok: false, problem: 'no answer within 5 ms' });
    });
  });

  it('given that nothing can be written, it says why', async () => {
    const full = (): string[] => ['the disk is full'];
    const state = await readinessOf({
      processes,
      eventStore: there,
      database: there,
      troubles: full,
      projections: level,
    })();
    expect([state.ready, state.checks['writes']]).to.deep.equal([false, { ok: false, problem: 'the disk is full' }]);
  });

  it('given a projection that somebody has paused, it says so, not who, and stays ready', async () => {
    const paused = { ...live, state: 'paused', lag: 60_000, caughtUp: false, reason: 'paused by ann@host' };
    const projections = (): Promise<Progress[]> => Promise.resolve([paused]);
    const state = await readinessOf({ processes, eventStore: there, database: there, troubles, projections })();
    expect(state.ready).to.equal(true);
    expect(state.checks['groups_v1']).to.deep.equal({ ok: true, state: 'paused', lagMs: 60_000, parked: 0 });
  });

  for (const [what, progress] of [
    ['stopped', { ...live, state: 'stopped' }],
    ['not once level', { ...live, state: 'catchingUp', caughtUp: false }],
  ] as const)
    it(`given a projection that is ${what}, it is not ready and names it`, async () => {
      const projections = (): Promise<Progress[]> => Promise.resolve([progress]);
      const state = await readinessOf({ processes, eventStore: there, database: there, troubles, projections })();
      expect([state.ready, state.checks['groups_v1']?.ok]).to.deep.equal([false, false]);
      expect(state.detail).to.match(/^groups_v1: /);
      expect(Date.parse(String(state.checks['groups_v1']?.['since']))).to.be.closeTo(Date.now(), 60_000);
    });

  it('given a projection that is far behind, it is ready while that moves, and not when it stands still', async () => {
    let position = 0;
    let moving = true;
    const projections = (): Promise<Progress[]> => {
      if (moving) position += 1;
      return Promise.resolve([{ ...live, state: 'catchingUp', lag: 3_600_000, position: `a:${String(position)}` }]);
    };
    const others = { processes, eventStore: there, database: there, troubles };
    const readiness = readinessOf({ ...others, projections }, { stillMs: 30 });
    const until = performance.now() + 90;
    while (performance.now() < until) {
      expect((await readiness()).ready, 'it moves').to.equal(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    moving = false;
    await eventually(async () => {
      const { ready, checks, detail } = await readiness();
      expect(ready).to.equal(false);
      const { since, problem, lagMs } = checks['groups_v1'] ?? { ok: true };
      expect([problem, lagMs]).to.deep.equal([`behind the log, and has not moved since ${String(since)}`, 3_600_000]);
      expect(detail).to.equal(`groups_v1: ${String(problem)}`);
    });
    moving = true;
    expect((await readiness()).ready, 'it moves again').to.equal(true);
  });

  it('given a projection that stands where it stood because nothing has happened, it is ready', async () => {
    const others = { processes, eventStore: there, database: there, troubles };
    const readiness = readinessOf(
      { ...others, projections: () => Promise.resolve([{ ...live, position: 'a:1' }]) },
      { stillMs: 0 },
    );
    await readiness();
    expect((await readiness()).ready).to.equal(true);
  });
});
