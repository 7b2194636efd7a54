import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { EventStore } from '../../../application/ports/event-store.js';
import { projections } from '../../../projections/index.js';
import { append } from '../../support/bulk-history.js';
import { eventually } from '../../support/eventually.js';
import { created, joined } from '../../support/group-histories.js';
import { openStore } from '../../support/postgres-store.js';
import { ProjectionBench } from '../../support/projections.js';
import { seededRandom } from '../../support/random.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const WORKER = fileURLToPath(new URL('../../support/projector-worker.js', import.meta.url));
/** Once in `npm test`, 20 times in `npm run test:soak`. */
const ROUNDS = Number(process.env['PARLEY_FROZEN_ROUNDS'] ?? '1');

/** A leader in a process of its own, which reaches PostgreSQL through a proxy. */
class Leader {
  /** Of the projections that it says it feeds. */
  fed = 0;

  private constructor(
    private readonly child: ChildProcess,
    readonly proxy: TcpProxy,
  ) {
    child.on('message', (fed: number) => {
      this.fed = fed;
    });
  }

  static async start(url: string): Promise<Leader> {
    const proxy = await TcpProxy.start(url);
    const leader = new Leader(fork(WORKER, [proxy.url], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }), proxy);
    await eventually(() => leader.fed === projections.length, 60_000);
    return leader;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async end(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    await this.proxy.close();
  }
}

const WAYS: Readonly<Record<string, readonly [(leader: Leader) => void, (leader: Leader) => void]>> = {
  'stopped (SIGSTOP)': [
    (leader) => {
      leader.signal('SIGSTOP');
    },
    (leader) => {
      leader.signal('SIGCONT');
    },
  ],
  'cut off from its network': [
    (leader) => {
      leader.proxy.freeze();
    },
    (leader) => {
      leader.proxy.thaw();
    },
  ],
};

describe('a leader that isn’t heard any more', function () {
  this.timeout(60_000 + ROUNDS * 60_000);
  const random = seededRandom();

  it('is relieved soon, in the middle of its work, and steps down when it is back; the rows equal a replay', async () => {
    // They spend their time waiting for PostgreSQL's patience to end: side by side.
    await Promise.all(
      Object.keys(WAYS).map(async (way) => {
        const bench = await ProjectionBench.open();
        const store = await openStore(bench.database.url);
        try {
          for (let round = 0; round < ROUNDS; round++) await relieve(way, bench, store, `g${String(round)}`);
        } finally {
          await store.close();
          await bench.close();
        }
      }),
    );
  });

  async function relieve(way: string, bench: ProjectionBench, store: EventStore, groupId: string): Promise<void> {
    const [freeze, thaw] = WAYS[way]!;
    const leader = await Leader.start(bench.database.url);
    const follower = bench.engine(store);
    await follower.start();
    const fedHere = async (): Promise<number> =>
      (await follower.status({ graceMs: 0 })).filter((status) => status.fedHere).length;
    expect(await fedHere()).to.equal(0);
    let last = await append(store, groupId, -1, [created(groupId, 'o'), joined(groupId, 'o', 'owner')]);
    let writing = true;
    const flood = (async () => {
      for (let revision = 1; writing; revision++) {
        last = await append(store, groupId, revision, [joined(groupId, `u${String(revision)}`)]);
        await pause(2);
      }
    })();
    const passed = async (): Promise<void> => {
      expect(await follower.waitFor(last, { timeoutMs: 30_000 }), 'all is passed').to.equal(true);
    };
    try {
      await passed();
      await pause(random.between(0, 100));
      freeze(leader);
      const since = performance.now();
      // Ten seconds are promised; the rest is for a machine that is busy with other tests.
      await eventually(async () => (await fedHere()) === projections.length, 30_000);
      console.log(`      ${way}: relieved after ${String(Math.round(performance.now() - since))} ms`);
      await passed();
      thaw(leader);
      await eventually(() => leader.fed === 0, 30_000);
      await passed();
      expect(await fedHere(), 'who has relieved it still leads').to.equal(projections.length);
    } finally {
      thaw(leader);
      writing = false;
      await flood;
      await leader.end();
    }
    await passed();
    for (const { name } of projections)
      expect(await follower.verify(name), name).to.deep.include({ equal: true, differences: [], parked: 0 });
    await follower.stop();
  }
});
