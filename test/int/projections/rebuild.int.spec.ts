import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { EventStore, Position } from '../../../application/ports/event-store.js';
import type { ProjectionEngine } from '../../../projections/engine/engine.js';
import { physicalTables, tablesOf, type Projection } from '../../../projections/engine/projection.js';
import type { RebuildProgress, RebuildResult } from '../../../projections/engine/rebuild.js';
import { projections } from '../../../projections/index.js';
import { append, writeGroups } from '../../support/bulk-history.js';
import { eventually } from '../../support/eventually.js';
import { joined } from '../../support/group-histories.js';
import { openStore } from '../../support/postgres-store.js';
import { silentLogger } from '../../support/silent-logger.js';
import { ProjectionBench } from '../../support/projections.js';

const WORKER = fileURLToPath(new URL('../../support/rebuild-worker.js', import.meta.url));
const NAMES = projections.map(({ name }) => name);

describe('rebuild, on the PostgreSQL store', () => {
  let bench: ProjectionBench;
  let store: EventStore;
  let engine: ProjectionEngine;

  beforeEach(async () => {
    bench = await ProjectionBench.open(true);
    store = await openStore(bench.database.url);
    engine = bench.engine(store);
  });
  afterEach(async () => {
    await engine.stop();
    await store.close();
    await bench.close();
  });

  const caughtUp = async (position: Position): Promise<void> => {
    expect(await engine.waitFor(position, { timeoutMs: 20_000 })).to.equal(true);
  };
  const tables = async (): Promise<string[]> =>
    (await bench.rows<{ t: string }>(`SELECT tablename AS t FROM pg_tables WHERE schemaname = 'read' ORDER BY 1`)).map(
      ({ t }) => t,
    );
  const verifyAll = async (): Promise<void> => {
    for (const name of NAMES) expect(await engine.verify(name), name).to.deep.include({ equal: true, differences: [] });
  };

  /** Asks the view without a pause; whatever goes wrong or looks empty is kept. */
  function poll(minimum: number): { stop: () => Promise<{ asked: number; wrong: unknown[] }> } {
    let stopped = false;
    const wrong: unknown[] = [];
    let asked = 0;
    let highest = minimum;
    const run = async (): Promise<void> => {
      const client = new pg.Client({ connectionString: bench.database.url });
      await client.connect();
      while (!stopped) {
        try {
          const { rows } = await client.query<{ n: number }>({
            name: 'count',
            text: 'SELECT count(*)::int AS n FROM read.group_members_v2',
          });
          const n = rows[0]!.n;
          if (n < highest) wrong.push(`${String(n)} rows after ${String(highest)}`);
          highest = Math.max(highest, n);
          asked++;
        } catch (error) {
          wrong.push(error);
        }
      }
      await client.end();
    };
    const running = run();
    return {
      stop: async () => {
        stopped = true;
        await running;
        return { asked, wrong };
      },
    };
  }

  it('fills the other tables and shows them, with progress, and keeps the former ones', async () => {
    await engine.start();
    await caughtUp(await writeGroups(store, { groups: 10, members: 300 }));
    const before = await bench.dump('group_members_v2');
    const progress: RebuildProgress[] = [];
    const result = await engine.rebuild('group_members', { onProgress: (step) => progress.push(step) });
    expect(result).to.include({ letter: 'b', events: 3_010 });
    expect(await bench.dump('group_members_v2')).to.deep.equal(before);
    const last = progress.at(-1)!;
    expect(last).to.include({ done: 3_010, total: 3_010, percent: 100, phase: 'switched' });
    expect(last.rate).to.be.above(0);
    for (const [i, step] of progress.entries()) if (i > 0) expect(step.done).to.be.at.least(progress[i - 1]!.done);
    const there = projections.flatMap((projection) =>
      (projection.name === 'group_members' ? (['a', 'b'] as const) : (['a'] as const)).flatMap((letter) =>
        physicalTables(projection, tablesOf(projection, letter)),
      ),
    );
    expect((await tables()).filter((table) => table.startsWith('p_'))).to.have.members(
      there.map((table) => table.replace('read.', '')),
    );
    expect(await engine.standbys()).to.have.length(1);
    expect((await engine.standbys())[0]).to.deep.include({ name: 'group_members', letter: 'a', state: 'former' });
    await caughtUp(await writeGroups(store, { groups: 1, members: 10, from: 50 }));
    expect((await engine.rebuild('group_members')).letter).to.equal('a');
    await verifyAll();
  });

  it('given that the disk is full in the middle, it says so in a sentence, and leaves nothing half made', async () => {
    await engine.start();
    await caughtUp(await writeGroups(store, { groups: 2, members: 200 }));
    const [rows, made] = [await bench.dump('group_members_v2'), await tables()];
    const real = projections.find(({ name }) => name === 'group_members')!;
    const outOfRoom: Projection = {
      ...real,
      apply: async (events, letter, statements) => {
        await real.apply(events, letter, statements);
        await bench.pool.query("DO $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$");
      },
    };
    const error = await bench
      .engine(store, { projections: [outOfRoom] })
      .rebuild('group_members')
      .catch((failure: unknown) => failure);
    expect(String(error)).to.match(/^NoRoom: the disk is full; readers keep what they have/);
    expect(await tables()).to.deep.equal(made);
    expect(await bench.dump('group_members_v2')).to.deep.equal(rows);
    await engine.rebuild('group_members');
  });

  it('goes on under live traffic; a reader never meets an error nor fewer rows than before', async () => {
    await engine.start();
    const members = 300;
    await caughtUp(await writeGroups(store, { groups: 5, members }));
    const reader = poll(5 * members);
    let writing = true;
    let last: Position | undefined;
    const traffic = (async () => {
      for (let revision = members, i = 0; writing; revision++, i++)
        last = await append(store, 'g0', revision, [joined('g0', `late${String(i)}`)]);
    })();
    for (const letter of ['b', 'a', 'b']) expect(await engine.rebuild('group_members')).to.include({ letter });
    await engine.rebuild('groups');
    writing = false;
    await traffic;
    await caughtUp(last!);
    const { asked, wrong } = await reader.stop();
    expect(wrong).to.deep.equal([]);
    expect(asked).to.be.above(10);
    const [{ n, member_count }] = (await bench.rows<{ n: number; member_count: number }>(
      `SELECT member_count, (SELECT count(*)::int FROM read.group_members_v2 m WHERE m.group_id = g.group_id) AS n
       FROM read.groups_v2 g WHERE group_id = 'g0'`,
    )) as [{ n: number; member_count: number }];
    expect(n).to.equal(member_count).and.be.above(members);
    await verifyAll();
  });

  it('works from a process that doesn’t lead, and waits for a long reader instead of queueing others behind it', async () => {
    await engine.start();
    await caughtUp(await writeGroups(store, { groups: 3, members: 50 }));
    let waits = 0;
    const log = { ...silentLogger, debug: () => (waits += 1) };
    const other = bench.engine(store, { log });
    const long = await bench.pool.connect();
    await long.query('BEGIN; SELECT count(*) FROM read.group_members_v2');
    const reader = poll(150);
    let switched = false;
    const rebuilding = other.rebuild('group_members').finally(() => (switched = true));
    // It has tried more than once, and readers went on in between.
    await eventually(() => waits >= 3);
    expect(switched).to.equal(false);
    await long.query('COMMIT');
    long.release();
    expect((await rebuilding).letter).to.equal('b');
    const { wrong, asked } = await reader.stop();
    expect(wrong).to.deep.equal([]);
    expect(asked).to.be.above(3);
    await caughtUp(await append(store, 'g0', 50, [joined('g0', 'late')]));
    await verifyAll();
  });

  it('two rebuilds of one projection do not meet', async () => {
    await engine.start();
    await caughtUp(await writeGroups(store, { groups: 10, members: 300 }));
    const outcomes = await Promise.allSettled([
      engine.rebuild('group_members'),
      bench.engine(store).rebuild('group_members'),
    ]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
    for (const error of refused) {
      expect(error).to.have.property('name', 'RebuildRunning');
      expect(error.message).to.match(
        new RegExp(
          `group_members is being rebuilt already \\(rebuild by process ${process.pid.toString()} on \\S+ since 20`,
        ),
      );
    }
    expect(refused.length).to.equal(1);
    await verifyAll();
  });

  it('killed in the middle, it goes on from its checkpoint; readers saw nothing of it', async () => {
    await engine.start();
    await caughtUp(await writeGroups(store, { groups: 20, members: 400 }));
    const before = await bench.dump('group_members_v2');
    const worker = spawn(process.execPath, [WORKER, bench.database.url, 'group_members'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(worker, 'exit');
    for await (const line of createInterface({ input: worker.stdout })) {
      expect(line).to.match(/^filling \d+$/);
      worker.kill('SIGKILL');
      break;
    }
    await exited;
    expect(worker.signalCode).to.equal('SIGKILL');
    expect(await tables())
      .to.include('p_group_members_v2_b')
      .and.include('p_group_members_v2_a');
    expect(await bench.dump('group_members_v2')).to.deep.equal(before);
    await caughtUp(await append(store, 'g0', 400, [joined('g0', 'late')]));
    const [standby] = await engine.standbys();
    expect(standby).to.include({ name: 'group_members', letter: 'b', state: 'filling' });
    expect(standby!.percent).to.be.above(0);

    // The killed process's session, and its lock, end when its server process notices.
    let result: RebuildResult | undefined;
    const goesOn: number[] = [];
    const onGoingOn = (_: string, percent: number): unknown => goesOn.push(percent);
    let first: number | undefined;
    const onProgress = ({ done }: RebuildProgress): unknown => (first ??= done);
    while (result === undefined)
      result = await engine.rebuild('group_members', { onGoingOn, onProgress }).catch((error: unknown) => {
        if ((error as Error).name !== 'RebuildRunning') throw error;
        return undefined;
      });
    expect(result).to.include({ letter: 'b', events: 20 * 401 + 1, wentOnFrom: standby!.percent });
    expect(goesOn).to.deep.equal([standby!.percent]);
    expect(first).to.be.above(4_000);
    expect(await bench.dump('group_members_v2')).to.have.length(before.length + 1);
    await verifyAll();
  });

  it('stops when it is told to, and leaves the readers what they have', async () => {
    await engine.start();
    await caughtUp(await writeGroups(store, { groups: 20, members: 400 }));
    const before = await bench.dump('groups_v2');
    const stopping = new AbortController();
    const failure = await engine
      .rebuild('groups', {
        signal: stopping.signal,
        onProgress: () => {
          stopping.abort(new Error('told to'));
        },
      })
      .catch((error: unknown) => error);
    expect(failure).to.have.property('message', 'told to');
    expect(await bench.dump('groups_v2')).to.deep.equal(before);
    expect((await engine.rebuild('groups')).letter).to.equal('b');
    await verifyAll();
  });

  it('verify names rows that a replay doesn’t give', async () => {
    await engine.start();
    await caughtUp(await writeGroups(store, { groups: 2, members: 10 }));
    await verifyAll();
    await bench.pool.query(`UPDATE read.groups_v2 SET member_count = 99 WHERE group_id = 'g1'`);
    await bench.pool.query(`DELETE FROM read.p_group_members_v2_a WHERE group_id = 'g1' AND user_id = 'owner1'`);
    const groups = await engine.verify('groups');
    expect(groups.equal).to.equal(false);
    expect(groups.differences).to.have.length(1);
    expect(groups.differences[0]!.onlyLive[0]).to.match(/g1.*99/);
    const members = await engine.verify('group_members');
    expect(members.differences[0]).to.deep.include({ table: 'read.p_group_members_v2_a', onlyLive: [] });
    expect(members.differences[0]!.onlyReplayed[0]).to.match(/g1,owner1/);
    await engine.rebuild('groups');
    await engine.rebuild('group_members');
    await verifyAll();
  });
});
