import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { openEventStoreDb } from '../../infrastructure/event-store/eventstoredb/open.js';
import { type EsdbDouble, startEsdbDouble } from '../support/esdb-double/index.js';
import { eventually } from '../support/eventually.js';
import { PROGRAM, runCli } from '../support/parley-process.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshEventLog, openStore } from '../support/postgres-store.js';
import { randomHistory } from '../support/random-history.js';
import { seededRandom } from '../support/random.js';
import { kept, SealedLog, wholeLog } from '../support/sealed-log.js';
import { silentLogger } from '../support/silent-logger.js';

/** One in `npm test`, 40 in `npm run test:soak`. */
const KILLS = Number(process.env['PARLEY_COPY_KILLS'] ?? '1');
const EVENTS_PER_KILL = 1_500;

describe('store copy, killed at random moments', function () {
  this.timeout(60_000 + KILLS * 20_000);
  const random = seededRandom();
  let source: TestDatabase;
  let target: EsdbDouble;
  let history: ReturnType<typeof kept>;

  before(async () => {
    console.log(`      seed ${random.seed.toString()} (PARLEY_TEST_SEED repeats it)`);
    source = await freshEventLog();
    target = await startEsdbDouble();
    const store = await openStore(source.url);
    const choices = Array.from({ length: EVENTS_PER_KILL * (KILLS + 1) }, () => random.between(0, 1_000_000));
    await new SealedLog(store).write(randomHistory(choices));
    history = kept(await wholeLog(store));
    await store.close();
  });
  after(async () => {
    await target.stop();
    await source.drop();
  });

  it('given SIGKILL again and again, then the last run completes it: each event once, in order, verified', async () => {
    const env = { SOURCE: source.url, TARGET: target.url };
    const words = ['store', 'copy', '--from', 'env:SOURCE', '--to', 'env:TARGET'];
    let killed = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const there = target.log.events.length;
      const enough = there + random.between(1, EVENTS_PER_KILL);
      const child = spawn(process.execPath, [join(PROGRAM, 'parley.js'), ...words], {
        env: { ...process.env, ...env },
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      await eventually(() => target.log.events.length >= enough || child.exitCode !== null, 60_000);
      if (child.kill('SIGKILL')) killed += 1;
      await ended;
    }
    const { code, stdout, stderr } = await runCli(words, env);
    expect(code, stdout + stderr).to.equal(0);
    expect(stdout).to.match(/events copied, behind those that were there already/);
    expect(stdout).to.include(`Both hold the same ${history.length.toLocaleString('en')} events`);
    expect(killed, `seed ${random.seed.toString()}`).to.be.greaterThan(0);

    const store = await openEventStoreDb({ connectionString: target.url, log: silentLogger });
    try {
      expect(kept(await wholeLog(store)), `seed ${random.seed.toString()}`).to.deep.equal(history);
    } finally {
      await store.close();
    }
  });
});
