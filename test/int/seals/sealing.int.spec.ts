import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { EventStore, StoredEvent } from '../../../application/ports/event-store.js';
import { openCheckpoint } from '../../../application/seals/checkpoint.js';
import { CompactRange } from '../../../application/seals/merkle.js';
import { provesConsistency } from '../../../application/seals/proofs.js';
import { GrowingTree, SealsDamaged } from '../../../infrastructure/seals/growing-tree.js';
import { leafToSeal } from '../../../infrastructure/seals/leaf.js';
import { Sealer, sealNow, type SealingOptions } from '../../../infrastructure/seals/sealer.js';
import { notesIn, SealsFile } from '../../../infrastructure/seals/seals-file.js';
import { consistencyProof } from '../../../infrastructure/seals/tile-proofs.js';
import { ArrayEventStore } from '../../support/array-event-store.js';
import { eventually } from '../../support/eventually.js';
import { randomHistory } from '../../support/random-history.js';
import { seededRandom } from '../../support/random.js';
import { type SealedDatabase, sealedDatabase } from '../../support/sealed-database.js';
import { SealedLog, wholeLog } from '../../support/sealed-log.js';

const signal = new AbortController().signal;

function rootOver(events: readonly StoredEvent[]): Buffer {
  const range = CompactRange.empty();
  for (const event of events) range.append(leafToSeal(event));
  return range.root();
}

describe('sealing', () => {
  const random = seededRandom();
  const facts = (n: number): ReturnType<typeof randomHistory> =>
    randomHistory(Array.from({ length: n }, () => random.between(0, 1_000_000)));
  let database: SealedDatabase;
  let folder: string;
  let file: SealsFile;
  let options: SealingOptions;
  let tenants = 0;

  const write = async (n: number, store: EventStore = database.store): Promise<void> => {
    await new SealedLog(store, `t${(tenants++).toString()}`).write(facts(n));
  };

  before(async () => {
    console.log(`      seed ${random.seed.toString()} (PARLEY_TEST_SEED repeats it)`);
    database = await sealedDatabase();
    folder = await mkdtemp(join(tmpdir(), 'parley-seals-'));
    file = new SealsFile(join(folder, 'below', 'seals'));
    options = { ...database.sealing, file };
  });
  beforeEach(async () => {
    await database.pool.query('TRUNCATE events.log, system.seal, system.seal_tile');
    await rm(file.path, { force: true });
  });
  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('signs the root over all there is, again and again from where it stood, and what was signed begins what is signed later', async () => {
    expect(await sealNow(options, signal), 'of nothing').to.equal(0);
    for (const n of [10, 60, 300, 1, 900]) {
      await write(n);
      await sealNow(options, signal);
    }
    const log = await wholeLog(database.store);
    const seals = await database.seals.page(0, 100);
    expect(seals).to.have.length(5);
    expect(seals.at(-1)?.size).to.equal(log.length);
    const heads = seals.map(({ checkpoint }) => openCheckpoint(checkpoint, [options.signer.verifier]));
    for (const { size, root } of heads) expect(root).to.deep.equal(rootOver(log.slice(0, size)));
    for (const [i, from] of heads.entries())
      for (const to of heads.slice(i))
        expect(provesConsistency(from, to, await consistencyProof(from.size, to.size, database.seals))).to.equal(true);
    expect(seals.map(({ previous }) => previous)).to.deep.equal([0, ...seals.slice(0, -1).map(({ size }) => size)]);

    const before = seals.length;
    await sealNow(options, signal);
    expect(await database.seals.page(0, 100), 'nothing new is no new seal').to.have.length(before);
  });

  it('is written to a file too, whole again after half a note', async () => {
    const checkpoints = async (): Promise<string[]> =>
      (await database.seals.page(0, 100)).map((seal) => seal.checkpoint);
    await write(20);
    await sealNow(options, signal);
    await write(20);
    await sealNow(options, signal);
    const text = await readFile(file.path, 'utf8');
    expect(notesIn(text)).to.deep.equal(await checkpoints());
    await writeFile(file.path, text.slice(0, -30));
    await write(20);
    await sealNow(options, signal);
    expect(notesIn(await readFile(file.path, 'utf8'))).to.include.members((await checkpoints()).slice(1));
  });

  it('of two who go on from the same seal takes one', async () => {
    await write(50);
    const [one, other] = [
      await GrowingTree.at(undefined, database.seals),
      await GrowingTree.at(undefined, database.seals),
    ];
    for (const event of await wholeLog(database.store)) one.append(leafToSeal(event));
    other.append(Buffer.alloc(32));
    const add = (tree: GrowingTree): Promise<boolean> =>
      database.seals.add(
        { size: tree.size, previous: 0, subtrees: tree.subtrees, checkpoint: 'x', bookmark: '' },
        tree.changedTiles(),
      );
    const added = await Promise.all([add(one), add(other)]);
    expect(added.filter(Boolean)).to.have.length(1);
    const [tile] = await database.seals.leafTiles(0, 1);
    const winner = added[0] ? one : other;
    expect(tile?.hashes.length, "the tiles are the same one's").to.equal(winner.size * 32);
  });

  it('takes an event without a hash at its end as it stands, and goes on', async () => {
    await write(30);
    await database.pool.query(
      `UPDATE events.log SET metadata = '{}' WHERE position = (SELECT max(position) - 3 FROM events.log)`,
    );
    await sealNow(options, signal);
    const log = await wholeLog(database.store);
    const [seal] = await database.seals.page(0, 1);
    expect(openCheckpoint(seal!.checkpoint, [options.signer.verifier]).root).to.deep.equal(rootOver(log));
  });

  it('finds its place in a log that came to another store, and seals nothing behind one that is not the same', async () => {
    await write(700);
    await sealNow(options, signal);
    const moved = new ArrayEventStore('elsewhere');
    for (const event of await wholeLog(database.store)) moved.push(event);
    await write(40, moved);
    expect(await sealNow({ ...options, store: moved }, signal)).to.equal(moved.log.length);
    const last = await database.seals.last();
    expect(openCheckpoint(last!.checkpoint, [options.signer.verifier]).root).to.deep.equal(rootOver(moved.log));
    expect(last!.bookmark).to.equal(moved.log.at(-1)?.position);

    const other = new ArrayEventStore('third');
    for (const event of moved.log) other.push(event);
    other.log.splice(333, 1);
    await refused({ ...options, store: other }, 'event 333 of the log');
    other.log.length = 100;
    await refused({ ...options, store: other }, 'the log has 100 events');
  });

  it('seals nothing behind seals that do not fit together, nor in a log that ends before them', async () => {
    await write(300);
    await sealNow(options, signal);
    await database.pool.query('CREATE TABLE kept AS SELECT * FROM system.seal_tile');
    await database.pool.query(`UPDATE system.seal_tile SET hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40))`);
    await write(1);
    await refused(options, 'system.seal_tile');
    await database.pool.query(
      'TRUNCATE system.seal_tile; INSERT INTO system.seal_tile SELECT * FROM kept; DROP TABLE kept',
    );
    await database.pool.query('DELETE FROM events.log WHERE position > (SELECT max(position) - 20 FROM events.log)');
    await refused(options, 'the log ends before');
  });

  it('goes on by itself while it leads, and a second one takes over', async () => {
    const seal = (): { sealer: Sealer; lead: () => void } => {
      let lead: (() => void) | undefined;
      const sealer = new Sealer({
        ...options,
        everyMs: 5,
        takePart: ({ keys, onChange }) => {
          lead = () => void onChange({ held: new Set(keys), confirm: () => Promise.resolve() });
          return { stop: () => onChange({ held: new Set(), confirm: () => Promise.resolve() }) };
        },
      });
      sealer.start();
      return { sealer, lead: () => lead?.() };
    };
    const isSealed = async (): Promise<boolean> =>
      (await database.seals.last())?.size === (await wholeLog(database.store)).length;
    const [first, second] = [seal(), seal()];
    first.lead();
    await write(100);
    await eventually(isSealed);
    // Both believe that they lead: one of them is told by the seals themselves.
    second.lead();
    await write(100);
    await eventually(isSealed);
    await first.sealer.stop();
    await write(100);
    await eventually(isSealed);
    await second.sealer.stop();
    const log = await wholeLog(database.store);
    for (const { checkpoint, size } of await database.seals.page(0, 1_000))
      expect(openCheckpoint(checkpoint, [options.signer.verifier]).root).to.deep.equal(rootOver(log.slice(0, size)));
  });

  async function refused(sealing: SealingOptions, why: string): Promise<void> {
    try {
      await sealNow(sealing, signal);
    } catch (error) {
      expect(error).to.be.instanceOf(SealsDamaged);
      expect(String(error)).to.include(why);
      return;
    }
    expect.fail(`it was sealed`);
  }
});
