import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EventStore, Position } from '../../../application/ports/event-store.js';
import { RebuildRunning } from '../../../projections/engine/errors.js';
import type { ProjectionEngine } from '../../../projections/engine/engine.js';
import { groupMembersProjection } from '../../../projections/group-members.projection.js';
import { append, writeGroups } from '../../support/bulk-history.js';
import { joined } from '../../support/group-histories.js';
import { openStore } from '../../support/postgres-store.js';
import { ProjectionBench } from '../../support/projections.js';
import { seededRandom } from '../../support/random.js';

const WORKER = fileURLToPath(new URL('../../support/killed-worker.js', import.meta.url));
const ROUNDS = Number(process.env['PARLEY_PROJECTION_KILLS'] ?? '5');
const WORKS = ['rebuild', 'switch', 'feed'] as const;
/** In this time a worker feeds some hundred times, or switches a dozen times, ms. */
const LIVES_MS = 150;
const MEMBERS = 300;

describe('a process that is killed while it works on a projection', () => {
  let bench: ProjectionBench;
  let store: EventStore;
  let engine: ProjectionEngine;
  let members = 2 * MEMBERS;

  before(async () => {
    bench = await ProjectionBench.open();
    store = await openStore(bench.database.url);
    await writeGroups(store, { groups: 2, members: MEMBERS });
    await startHere();
  });
  after(async () => {
    await engine.stop();
    await store.close();
    await bench.close();
  });

  const startHere = async (): Promise<void> => {
    engine = bench.engine(store, { projections: [groupMembersProjection] });
    await engine.start();
  };
  const joins = async (): Promise<Position> => {
    const revision = members - MEMBERS;
    return append(store, 'g0', revision, [joined('g0', `late${String(members++)}`)]);
  };

  /** Kills it at any moment after it has begun, while members join. */
  async function killed(work: (typeof WORKS)[number], afterMs: number, told: string): Promise<Position> {
    const worker = spawn(process.execPath, [WORKER, bench.database.url, work], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const exited = once(worker, 'exit');
    await Promise.race([once(worker.stdout!, 'data'), exited]);
    expect(worker.exitCode, `${told}: it works`).to.equal(null);
    let lives = true;
    const traffic = (async () => {
      let last = await joins();
      while (lives) last = await joins();
      return last;
    })();
    await pause(afterMs);
    worker.kill('SIGKILL');
    await exited;
    lives = false;
    return traffic;
  }

  /** The session of who was killed, and its lock, end when its server process notices. */
  async function rebuilt(): Promise<void> {
    for (;;) {
      try {
        await engine.rebuild('group_members');
        return;
      } catch (error) {
        if (!(error instanceof RebuildRunning)) throw error;
      }
    }
  }

  it(`at random moments of a rebuild, a switch or its feeding, then nothing differs from a replay (${String(ROUNDS)} rounds)`, async function () {
    this.timeout(60_000 + 10_000 * ROUNDS);
    const random = seededRandom();
    for (let round = 0; round < ROUNDS; round++) {
      const work = WORKS[round % WORKS.length]!;
      const told = `round ${String(round)}: ${work}, seed ${String(random.seed)}`;
      if (work === 'feed') await engine.stop();
      const last = await killed(work, random.between(0, LIVES_MS), told);
      if (work === 'feed') await startHere();
      expect(await engine.waitFor(last, { timeoutMs: 20_000 }), told).to.equal(true);
      for (const again of [false, true]) {
        if (again) await rebuilt();
        expect(await engine.verify('group_members'), told).to.deep.include({ equal: true, parked: 0 });
        expect(await bench.rows('SELECT 1 FROM read.group_members_v2'), told).to.have.length(members);
      }
    }
  });
});
