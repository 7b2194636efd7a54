import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { ExportRequest, VerifiedLog } from '../../../application/ports/proof-tools.js';
import { noteSigner } from '../../../application/seals/signed-note.js';
import { exportLog } from '../../../infrastructure/seals/export-log.js';
import { proveEvent } from '../../../infrastructure/seals/prove.js';
import { sealNow } from '../../../infrastructure/seals/sealer.js';
import { verifyLog } from '../../../infrastructure/seals/verify-log.js';
import { ArrayEventStore } from '../../support/array-event-store.js';
import { randomHistory } from '../../support/random-history.js';
import { repositoryRoot } from '../../support/repository-root.js';
import { seededRandom } from '../../support/random.js';
import { type SealedDatabase, sealedDatabase } from '../../support/sealed-database.js';
import { SealedLog, wholeLog } from '../../support/sealed-log.js';
import { tamper } from '../../support/tampering.js';

const signal = new AbortController().signal;
const rounds = Number(process.env['PARLEY_TAMPER_ROUNDS'] ?? '6');

const VERIFIER = join(repositoryRoot(), 'tools', 'parley-verify.mjs');

async function verifier(...words: string[]): Promise<{ code: number; said: string }> {
  try {
    return { code: 0, said: (await promisify(execFile)(process.execPath, [VERIFIER, ...words])).stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: stdout + stderr };
  }
}

describe('verifying a log that somebody has changed', function () {
  this.timeout(60_000 + rounds * 5_000);
  const random = seededRandom();
  let database: SealedDatabase;
  let sealed: number;
  let folders: string;

  const verify = (): Promise<VerifiedLog> =>
    verifyLog({ store: database.store, seals: database.seals, verifiers: [database.signer.verifier], signal });

  before(async () => {
    console.log(`      seed ${random.seed.toString()} (PARLEY_TEST_SEED repeats it)`);
    database = await sealedDatabase();
    folders = await mkdtemp(join(tmpdir(), 'parley-exports-'));
    const log = new SealedLog(database.store);
    await log.write(randomHistory(Array.from({ length: 150 }, () => random.between(0, 1_000_000))));
    await sealNow(database.sealing, signal);
    await new SealedLog(database.store, 't2').write(
      randomHistory(Array.from({ length: 30 }, () => random.between(0, 1_000_000))),
    );
    sealed = await sealNow(database.sealing, signal);
    await new SealedLog(database.store, 't3').write(randomHistory([1, 2, 3]));
    for (const table of ['events.log', 'system.seal', 'system.seal_tile'])
      await database.pool.query(`CREATE TABLE kept_${table.replace('.', '_')} AS SELECT * FROM ${table}`);
  });
  afterEach(restore);
  after(async () => {
    await database.drop();
    await rm(folders, { recursive: true });
  });

  async function restore(): Promise<void> {
    for (const table of ['events.log', 'system.seal', 'system.seal_tile'])
      await database.pool.query(
        `TRUNCATE ${table}; INSERT INTO ${table} SELECT * FROM kept_${table.replace('.', '_')}`,
      );
  }

  const exported = async (asked: Partial<ExportRequest> = {}): Promise<string> => {
    const folder = await mkdtemp(join(folders, 'export-'));
    const { store, seals, signer } = database;
    await exportLog(
      { folder, gzip: false, onProgress: () => undefined, signal, ...asked },
      { store, seals, key: signer.verifier.text, originOf: () => signer.verifier.name },
    );
    return folder;
  };
  const key = (): string => database.signer.verifier.text;

  it('takes an export for what it is, whole or in part, compressed or not, and the proof of one event', async () => {
    for (const asked of [{}, { gzip: true }, { group: 'g1' }, { user: 'u1', gzip: true }, { tenant: 't1', from: 0 }]) {
      const { code, said } = await verifier(await exported(asked), '--key', key());
      expect(code, said).to.equal(0);
    }
    const whole = await exported({ asOf: { size: sealed - 1 } });
    expect((await verifier(whole, '--key', key())).said).to.match(/All holds\.\n$/);
    const { store, seals } = database;
    const event = (await wholeLog(store))[17]!;
    const proof = await proveEvent(`${event.stream}@${event.revision.toString()}`, {
      store,
      seals,
      origin: 'o',
      key: key(),
    });
    expect(proof).to.deep.equal(await proveEvent(event.id, { store, seals, origin: 'o', key: key() }));
    const path = join(folders, 'proof.json');
    await writeFile(path, JSON.stringify(proof));
    expect((await verifier(path, '--key', key())).code).to.equal(0);
    await writeFile(path, JSON.stringify(proof).replace(event.type, `${event.type}X`));
    const wrong = await verifier(path, '--key', key());
    expect(wrong.code).to.equal(1);
    expect(wrong.said).to.include(event.id).and.to.include('ALTERED');
    const other = noteSigner('elsewhere', Buffer.alloc(32, 1)).verifier.text;
    expect((await verifier(path, '--key', other)).code).to.equal(1);
  });

  it('finds nothing in one that is as it was, and tells its tail', async () => {
    const found = await verify();
    expect(found).to.deep.include({
      sealed,
      seals: 2,
      holds: true,
      misfits: [],
      breaks: [],
      sealProblems: [],
      more: 0,
    });
    expect(found.unsealed)
      .to.equal(found.events - sealed)
      .and.to.be.above(0);
  });

  it('finds and names every change, whatever it is', async () => {
    for (let round = 0; round < rounds; round++) {
      const { what, names } = await tamper(database.pool, sealed, random);
      const found = await verify();
      expect(found.holds, what).to.equal(false);
      const said = JSON.stringify([found.misfits, found.breaks]);
      expect(
        names.some((name) => said.includes(name)),
        `${what}: ${said}`,
      ).to.equal(true);
      const offline = await verifier(await exported(), '--key', key());
      expect(offline.code, what).to.equal(1);
      expect(
        names.some((name) => offline.said.includes(name.replace('"index":', 'event '))),
        `${what}: ${offline.said}`,
      ).to.equal(true);
      await restore();
      if (round % 100 === 99) console.log(`      ${(round + 1).toString()} changes, each found and named`);
    }
  });

  it('names two that were swapped, one that is gone and one that came, and nothing else', async () => {
    const log = await wholeLog(database.store);
    const at = (index: number): string => String(Number(log[index]!.position.split(':')[1]));
    await database.pool.query(`UPDATE events.log SET position = -1 WHERE position = ${at(10)}`);
    await database.pool.query(`UPDATE events.log SET position = ${at(10)} WHERE position = ${at(90)}`);
    await database.pool.query(`UPDATE events.log SET position = ${at(90)} WHERE position = -1`);
    await database.pool.query(`DELETE FROM events.log WHERE position = ${at(50)}`);
    const { misfits } = await verify();
    expect(misfits.map(({ kind, index }) => [kind, index])).to.have.deep.members([
      ['moved', 10],
      ['moved', 90],
      ['removed', 50],
    ]);
  });

  it('tells that seals were removed, changed, or signed anew, and that only what is kept of them was changed', async () => {
    const problems = async (): Promise<string> => {
      const found = await verify();
      expect(found.holds).to.equal(false);
      return found.sealProblems.map(({ problem }) => problem).join('; ');
    };
    await database.pool.query('DELETE FROM system.seal WHERE previous = 0');
    expect(await problems()).to.include('seals were removed');
    await restore();
    await database.pool.query(
      `UPDATE system.seal SET checkpoint = replace(checkpoint, '${sealed.toString()}', '${(sealed - 1).toString()}')`,
    );
    expect(await problems()).to.include("can't be believed");
    await restore();
    await database.pool.query(
      'UPDATE system.seal_tile SET hashes = set_byte(hashes, 70, 255 - get_byte(hashes, 70)) WHERE index = 0',
    );
    expect(await problems()).to.include('only the hashes kept of them were changed');
    await restore();
    const checkpoint = { size: sealed, root: Buffer.alloc(32) };
    const found = await verifyLog({
      store: database.store,
      seals: database.seals,
      verifiers: [database.signer.verifier],
      published: [checkpoint],
      signal,
    });
    expect(found.sealProblems.map(({ problem }) => problem).join()).to.include('another history');
    await database.pool.query('TRUNCATE system.seal, system.seal_tile');
    const gone = await verifyLog({
      store: database.store,
      seals: database.seals,
      verifiers: [database.signer.verifier],
      published: [checkpoint],
      signal,
    });
    expect(gone.sealProblems.map(({ problem }) => problem).join()).to.include('seals were removed');
  });

  it('finds it in a copy in another store, too', async () => {
    const copy = new ArrayEventStore('elsewhere');
    for (const event of await wholeLog(database.store)) copy.push(event);
    const verifyCopy = (): Promise<VerifiedLog> =>
      verifyLog({ store: copy, seals: database.seals, verifiers: [database.signer.verifier], signal });
    expect((await verifyCopy()).holds).to.equal(true);
    copy.log.splice(50, 1);
    expect((await verifyCopy()).misfits.map(({ kind, index }) => [kind, index])).to.deep.equal([['removed', 50]]);
  });
});
