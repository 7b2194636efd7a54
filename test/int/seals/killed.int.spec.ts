import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { Exported, VerifiedLog } from '../../../application/ports/proof-tools.js';
import { openEventStoreDb } from '../../../infrastructure/event-store/eventstoredb/open.js';
import { storeTools } from '../../../infrastructure/event-store/copy/open.js';
import { exportLog } from '../../../infrastructure/seals/export-log.js';
import { sealNow } from '../../../infrastructure/seals/sealer.js';
import { verifyLog } from '../../../infrastructure/seals/verify-log.js';
import { startEsdbDouble } from '../../support/esdb-double/index.js';
import type { ProofOrders } from '../../support/proof-worker.js';
import { randomHistory } from '../../support/random-history.js';
import { seededRandom } from '../../support/random.js';
import { type SealedDatabase, sealedDatabase } from '../../support/sealed-database.js';
import { SealedLog } from '../../support/sealed-log.js';
import { silentLogger } from '../../support/silent-logger.js';

const { signal } = new AbortController();
const WORKER = fileURLToPath(new URL('../../support/proof-worker.js', import.meta.url));
const kills = Number(process.env['PARLEY_KILL_ROUNDS'] ?? '2');

describe('proofs of a log whose processes were killed, and of one that was moved', function () {
  this.timeout(60_000 + kills * 5_000);
  const random = seededRandom();
  let database: SealedDatabase;
  let folders: string;

  const verify = (store: EventStore = database.store): Promise<VerifiedLog> =>
    verifyLog({ store, seals: database.seals, verifiers: [database.signer.verifier], signal });

  /** Ends with SIGKILL, when it has said something so often and a moment has passed. */
  async function killed(orders: ProofOrders, words: number, moment: number): Promise<void> {
    const child = fork(WORKER, [JSON.stringify(orders)], { execArgv: ['--enable-source-maps'] });
    const gone = once(child, 'exit');
    let said = 0;
    child.on('message', () => {
      if (++said === words) setTimeout(() => child.kill('SIGKILL'), moment);
    });
    const [code, by] = (await gone) as [number | null, string | null];
    expect([code, by]).to.deep.equal([null, 'SIGKILL']);
  }

  before(async () => {
    console.log(`      seed ${random.seed.toString()} (PARLEY_TEST_SEED repeats it)`);
    database = await sealedDatabase();
    folders = await mkdtemp(join(tmpdir(), 'parley-killed-'));
    await new SealedLog(database.store).write(
      randomHistory(Array.from({ length: 300 }, () => random.between(0, 1_000_000))),
    );
    await sealNow(database.sealing, signal);
  });
  after(async () => {
    await database.drop();
    await rm(folders, { recursive: true });
  });

  for (const part of [undefined, 'g1'])
    it(`an export of ${part ?? 'all'} that is killed goes on, and is byte for byte that which was not`, async () => {
      const { store, seals, signer, url } = database;
      const exported = (folder: string): Promise<Exported> =>
        exportLog(
          { folder, gzip: false, ...(part === undefined ? {} : { group: part }), onProgress: () => undefined, signal },
          { store, seals, key: signer.verifier.text, originOf: () => signer.verifier.name },
        );
      const [straight, broken] = [join(folders, `${part ?? 'all'}-straight`), join(folders, `${part ?? 'all'}-broken`)];
      expect((await exported(straight)).events).to.be.above(10);
      await killed(
        {
          work: 'export',
          url,
          folder: broken,
          page: 7,
          pages: random.between(3, 15),
          ...(part === undefined ? {} : { group: part }),
        },
        1,
        0,
      );
      // What was written behind the last note, and not to its end.
      await appendFile(join(broken, 'events.ndjson'), '{"specversion":"1.0","id":"01');
      expect(await exported(broken)).to.include({ resumed: true });
      const names = await readdir(straight);
      expect(await readdir(broken)).to.have.members(names);
      for (const name of names)
        expect(await readFile(join(broken, name), 'utf8'), name).to.equal(await readFile(join(straight, name), 'utf8'));
    });

  it('a process that is killed while it seals leaves whole seals, behind which the next one goes on', async () => {
    for (let round = 0; round < kills; round++) {
      const before = (await database.seals.last())?.size ?? 0;
      await killed(
        { work: 'seal', url: database.url, tenant: `k${round.toString()}` },
        random.between(1, 6),
        random.between(0, 12),
      );
      expect((await verify()).holds).to.equal(true);
      await sealNow(database.sealing, signal);
      const found = await verify();
      expect(found).to.include({ holds: true, unsealed: 0 });
      expect(found.sealed).to.be.above(before).and.to.equal(found.events);
    }
  });

  it('a log that store copy moved to EventStoreDB keeps its seals, goes on to be sealed, and shows a changed event', async () => {
    const double = await startEsdbDouble();
    try {
      // A copy is of a log that nobody has open.
      await database.store.close();
      await storeTools({}, silentLogger).copy({ from: database.url, to: double.url }, () => undefined);
      const moved = await openEventStoreDb({ connectionString: double.url, log: silentLogger });
      try {
        const before = await verify(moved);
        expect(before)
          .to.include({ holds: true, unsealed: 0, sealed: before.events })
          .and.to.have.property('sealed')
          .above(0);
        await new SealedLog(moved, 'later').write(randomHistory([1, 2, 3, 4, 5]));
        expect((await verify(moved)).unsealed).to.be.above(0);
        await sealNow({ ...database.sealing, store: moved }, signal);
        expect(await verify(moved)).to.include({ holds: true, unsealed: 0 });

        const event = double.log.events.filter(({ stream }) => stream.startsWith('parley_'))[40]!;
        for (const bytes of [event.response, event.recorded]) {
          const at = bytes.indexOf('"schemaVersion":1');
          if (at >= 0) bytes.write('"schemaVersion":2', at);
        }
        const found = await verify(moved);
        expect(found.holds).to.equal(false);
        expect(JSON.stringify([found.misfits, found.breaks])).to.include(event.id);
      } finally {
        await moved.close();
      }
    } finally {
      await double.stop();
    }
  });
});
