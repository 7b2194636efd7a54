import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import pg from 'pg';
import type { EventStore, StoredEvent } from '../../application/ports/event-store.js';
import { openEventStoreDb } from '../../infrastructure/event-store/eventstoredb/open.js';
import { copyLog } from '../../infrastructure/event-store/copy/copy.js';
import { WrongWords } from '../../application/ports/wrong-words.js';
import { CopyRefused } from '../../infrastructure/event-store/copy/errors.js';
import { openEventStoreDbEnd } from '../../infrastructure/event-store/copy/eventstoredb-end.js';
import { storeTools } from '../../infrastructure/event-store/copy/open.js';
import { openPostgresEnd } from '../../infrastructure/event-store/copy/postgres-end.js';
import type { StoreEnd } from '../../infrastructure/event-store/copy/store-end.js';
import { type EsdbDouble, startEsdbDouble } from '../support/esdb-double/index.js';
import { eventually } from '../support/eventually.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshEventLog, openStore } from '../support/postgres-store.js';
import { randomHistory } from '../support/random-history.js';
import { seededRandom } from '../support/random.js';
import { kept, SealedLog, wholeLog } from '../support/sealed-log.js';
import { silentLogger } from '../support/silent-logger.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const quiet = (): void => undefined;
const tools = storeTools({}, silentLogger);
const everybody = (stream: string): boolean => stream.startsWith('parley_');

describe('store copy', () => {
  const random = seededRandom();
  const choices = (n: number): number[] => Array.from({ length: n }, () => random.between(0, 1_000_000));
  const closers: (() => Promise<unknown>)[] = [];
  const later = <T>(thing: T, close: (thing: T) => Promise<unknown>): T => {
    closers.push(() => close(thing));
    return thing;
  };
  const database = async (): Promise<TestDatabase> => later(await freshEventLog(), (each) => each.drop());
  const double = async (): Promise<EsdbDouble> => later(await startEsdbDouble(), (each) => each.stop());
  const postgres = async (url: string): Promise<EventStore> => later(await openStore(url), (each) => each.close());
  const eventStoreDb = async (url: string): Promise<EventStore> =>
    later(await openEventStoreDb({ connectionString: url, log: silentLogger }), (each) => each.close());

  /** A PostgreSQL with a history, and nobody connected to it. */
  let source: TestDatabase;
  let history: StoredEvent[];

  const written = async (url: string, facts: ReturnType<typeof randomHistory>): Promise<StoredEvent[]> => {
    const store = await openStore(url);
    try {
      await new SealedLog(store).write(facts);
      return await wholeLog(store);
    } finally {
      await store.close();
    }
  };

  before(async () => {
    console.log(`      seed ${random.seed.toString()} (PARLEY_TEST_SEED repeats it)`);
    source = await freshEventLog();
    history = await written(source.url, randomHistory(choices(1_500)));
    await gone(source.url);
  });
  after(() => source.drop());
  afterEach(async () => {
    for (let close = closers.pop(); close; close = closers.pop()) await close();
  });

  it('any history, from PostgreSQL to EventStoreDB and on to PostgreSQL, gives identical rows', async () => {
    const [first, last] = [await database(), await database()];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1_000_000), { maxLength: 300 }).map(randomHistory), async (facts) => {
        const middle = await startEsdbDouble();
        try {
          for (const { url } of [first, last]) await sql(url, 'TRUNCATE events.log');
          await written(first.url, facts);
          await gone(first.url);
          const there = await tools.copy({ from: first.url, to: middle.url }, quiet);
          expect(there).to.deep.equal({ copied: facts.length, resumed: false, others: 0 });
          await tools.copy({ from: middle.url, to: last.url }, quiet);
          const compared = await tools.compare({ from: first.url, to: last.url }, quiet);
          expect(compared).to.deep.include({ events: facts.length });
          expect(compared.difference).to.equal(undefined);
          const rows = 'SELECT * FROM events.log ORDER BY position';
          expect(await sql(last.url, rows)).to.deep.equal(await sql(first.url, rows));
        } finally {
          await middle.stop();
        }
      }),
      { numRuns: Number(process.env['PARLEY_COPY_RUNS'] ?? '3'), seed: random.seed },
    );
  });

  it('events of others and of the server itself are left out and counted; the log goes on to another EventStoreDB', async () => {
    const [shared, target] = [await double(), await double()];
    await tools.copy({ from: source.url, to: shared.url }, quiet);
    const theirs = ['orders-1', '$server-stats'].map((stream) => {
      const event = {
        id: randomUUID(),
        type: 'Shipped',
        contentType: 'application/json',
        data: Buffer.from('{}'),
        metadata: Buffer.from(''),
      };
      return shared.log.append(stream, 'any', [event, { ...event, id: randomUUID() }]);
    });
    expect(theirs.every(({ kind }) => kind === 'written')).to.equal(true);

    const copied = await tools.copy({ from: shared.url, to: target.url }, quiet);
    expect(copied).to.deep.equal({ copied: history.length, resumed: false, others: 4 });
    expect(kept(await wholeLog(await eventStoreDb(target.url)))).to.deep.equal(kept(history));
  });

  it('of named tenants only their streams are copied and compared', async () => {
    const target = await double();
    const nobody = await tools
      .copy({ from: source.url, to: target.url, tenants: ['t2'] }, quiet)
      .catch((e: unknown) => e);
    expect(nobody).to.be.instanceOf(CopyRefused);
    const all = { from: source.url, to: target.url, tenants: ['t1'] };
    expect((await tools.copy(all, quiet)).copied).to.equal(history.length);
    expect((await tools.compare(all, quiet)).difference).to.equal(undefined);
  });

  it('given connections that are cut at any byte, then each event is written once and in order', async () => {
    const target = await double();
    const proxy = later(await TcpProxy.start(target.url.replace('esdb:', 'http:')), (each) => each.close());
    let [cuts, bytes] = [0, random.between(10_000, 100_000)];
    proxy.onSent = (connection, piece) => {
      bytes -= piece.length;
      if (bytes > 0 || cuts === 8) return true;
      cuts += 1;
      bytes = random.between(10_000, 400_000);
      connection.server.end(piece.subarray(0, random.between(0, piece.length)));
      connection.client.destroy();
      return false;
    };
    const to = `esdb://${new URL(proxy.url).host}?tls=false`;
    const copied = await tools.copy({ from: source.url, to }, quiet);
    expect(copied.copied).to.equal(history.length);
    expect(cuts, `seed ${random.seed.toString()}`).to.be.greaterThan(1);
    expect(kept(await wholeLog(await eventStoreDb(target.url)))).to.deep.equal(kept(history));
  });

  it('given a server that drops one append and takes those behind it, then the copy is refused', async () => {
    const target = await double();
    const dropped = target.faults.drop({ stream: history[0]!.stream });
    const copy = () =>
      tools.copy({ from: source.url, to: target.url }, quiet).then(
        () => undefined,
        (error: unknown) => error,
      );
    const refused = await copy();
    await dropped;
    expect(refused).to.be.instanceOf(CopyRefused);
    expect((refused as Error).message).to.include('in another order');
    // Who copies again without emptying it hears of it from the comparison at the end.
    await copy();
    const { difference } = await tools.compare({ from: source.url, to: target.url }, quiet);
    expect(difference).to.be.a('string');
  });

  it('given a connection that is lost in the middle, then the order is kept', async () => {
    const target = await double();
    const cut = target.faults.cutBeforeWrite();
    await tools.copy({ from: source.url, to: target.url }, quiet);
    await cut;
    expect(kept(await wholeLog(await eventStoreDb(target.url)))).to.deep.equal(kept(history));
  });

  for (const engine of ['PostgreSQL', 'EventStoreDB'] as const) {
    it(`given ${engine} with any beginning of the log, then only the rest is copied`, async () => {
      const target = engine === 'PostgreSQL' ? (await database()).url : (await double()).url;
      const part = random.between(1, history.length);
      const end = await endOf(target);
      const writer = end.writer();
      for (let from = 0; from < part; from += 700) await writer.write(history.slice(from, Math.min(from + 700, part)));
      await writer.close();
      await end.close();
      const copied = await tools.copy({ from: source.url, to: target }, quiet);
      expect(copied).to.deep.equal({ copied: history.length - part, resumed: true, others: 0 });
      const again = await tools.copy({ from: source.url, to: target }, quiet);
      expect(again.copied, `part ${part.toString()}, seed ${random.seed.toString()}`).to.equal(0);
      const compared = await tools.compare({ from: source.url, to: target }, quiet);
      expect([compared.events, compared.difference]).to.deep.equal([history.length, undefined]);
    });
  }

  it('what a killed writer still had under way, grouped otherwise, is no conflict for events that are written singly', async () => {
    const end = await endOf((await double()).url);
    const killed = end.writer();
    const writer = end.writer();
    try {
      await killed.write(history.slice(0, 60));
      await writer.write(history.slice(20, 90), { singly: true });
      await writer.write(history.slice(90, 120));
      const there: StoredEvent[] = [];
      for await (const { events } of end.read()) there.push(...events);
      expect(kept(there)).to.deep.equal(kept(history.slice(0, 120)));
    } finally {
      await writer.close();
      await end.close();
    }
  });

  for (const engine of ['PostgreSQL', 'EventStoreDB'] as const) {
    it(`given ${engine} with other events of Parley's, then it is refused and nothing is written`, async () => {
      const target = engine === 'PostgreSQL' ? (await database()).url : (await double()).url;
      const store = engine === 'PostgreSQL' ? await postgres(target) : await eventStoreDb(target);
      await new SealedLog(store, 'another').write(randomHistory([1, 2, 3]));
      const before = await wholeLog(store);
      const refused = await tools.copy({ from: source.url, to: target }, quiet).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(CopyRefused).with.property('message').that.includes("other events of Parley's");
      expect(await wholeLog(store)).to.deep.equal(before);
    });
  }

  it('given a source that is written to meanwhile, then it says so, and a second run copies only the rest', async () => {
    const [busy, target] = [await database(), await double()];
    const store = await openStore(busy.url);
    await new SealedLog(store).write(randomHistory(choices(200)));
    const had = await wholeLog(store);

    const [from, to] = [await endOf(busy.url), await endOf(target.url)];
    const meanwhile: StoreEnd = {
      ...{ identity: from.identity, shown: from.shown, writer: () => from.writer(), close: () => from.close() },
      ...{ first: () => from.first(), last: () => from.last(), otherProcesses: () => from.otherProcesses() },
      at: (stream, revision) => from.at(stream, revision),
      read: async function* (after) {
        yield* from.read(after);
        await new SealedLog(store, 'late').write(randomHistory([5]));
      },
    };
    const first = await copyLog(meanwhile, to).catch((error: unknown) => error);
    await Promise.all([from.close(), to.close()]);
    expect(String(first)).to.match(/CopyRefused: .* was written to while it was copied\. Stop every Parley server/);

    const stores = { from: busy.url, to: target.url };
    const second = await tools.copy(stores, quiet).catch((error: unknown) => error);
    expect(String(second)).to.match(/CopyRefused: .* is still in use by 1 other process of Parley's/);
    await store.close();
    await gone(busy.url);
    expect(await tools.planCopy(stores)).to.deep.equal({ share: 1, inUseBy: 0 });
    expect(await tools.copy(stores, quiet)).to.include({ copied: 0, resumed: true });
    const compared = await tools.compare(stores, quiet);
    expect(compared.difference).to.equal(undefined);
    expect(compared.events).to.be.greaterThan(had.length);
  });

  it('given nothing to copy, one store under two names, or no store at all, then it is refused', async () => {
    const empty = await database();
    const target = await double();
    const refusal = async (from: string, to: string): Promise<string> => {
      const error = await tools.copy({ from, to }, quiet).catch((each: unknown) => each);
      expect(error).to.satisfy((e: unknown) => e instanceof CopyRefused || e instanceof WrongWords);
      return (error as Error).message;
    };
    const refusedPlan = await tools.planCopy({ from: empty.url, to: target.url }).catch((each: unknown) => each);
    expect(String(refusedPlan)).to.include('nothing to copy');
    const bare = new URL('/postgres', source.url).href;
    expect(await tools.planCopy({ from: source.url, to: bare })).to.deep.equal({ share: 0, inUseBy: 0 });
    expect(await tools.planCopy({ from: source.url, to: bare }), 'nothing was made').to.include({ share: 0 });
    expect(await refusal(empty.url, target.url)).to.include('nothing to copy');
    expect(await refusal(source.url, `${source.url}?application_name=other`)).to.include('are one store');
    expect(await refusal(new URL('/postgres', source.url).href, target.url)).to.include("no event log of Parley's");
    expect(await refusal('mysql://secret@host/', target.url))
      .to.include('embedded:')
      .and.not.include('secret');
    expect(await refusal('env:PARLEY_NO_SUCH_VARIABLE', target.url)).to.include('PARLEY_NO_SUCH_VARIABLE is not set');
    expect(await wholeLog(await eventStoreDb(target.url))).to.deep.equal([]);
  });

  describe('compared afterwards', () => {
    const damages: readonly [what: string, statement: string, said: RegExp][] = [
      [
        'one byte of data',
        `UPDATE events.log SET data = replace(data, 'g', 'h') WHERE position = 17`,
        /after 16 .* has another data/,
      ],
      [
        'one byte of metadata',
        `UPDATE events.log SET metadata = replace(metadata, 'test', 'tesT') WHERE position = 20`,
        /after 19 .* another metadata/,
      ],
      [
        'the last event gone',
        `DELETE FROM events.log WHERE position = (SELECT max(position) FROM events.log)`,
        /the target ends there, the source goes on with parley_/,
      ],
      [
        'an event gone',
        `DELETE FROM events.log WHERE position = 9`,
        /after 8 .*the source has parley_.*, the target parley_/,
      ],
      [
        'two events in another order',
        `UPDATE events.log SET position = CASE position WHEN 1 THEN -2 ELSE -1 END WHERE position IN (1, 2);
         UPDATE events.log SET position = -position WHERE position < 0`,
        /after 0 .*the source has parley_.*, the target parley_/,
      ],
    ];
    let copy: TestDatabase;

    before(async () => {
      copy = await freshEventLog();
      await tools.copy({ from: source.url, to: copy.url }, quiet);
    });
    after(() => copy.drop());

    for (const [what, statement, said] of damages) {
      it(`${what}: the first difference is named`, async () => {
        await sql(copy.url, 'CREATE TABLE events.kept AS SELECT * FROM events.log');
        try {
          await sql(copy.url, statement);
          const { events, difference } = await tools.compare({ from: source.url, to: copy.url }, quiet);
          expect(`after ${events.toString()} ${difference ?? ''}`).to.match(said);
        } finally {
          await sql(
            copy.url,
            'DELETE FROM events.log; INSERT INTO events.log SELECT * FROM events.kept; DROP TABLE events.kept',
          );
        }
      });
    }

    it('a chain that is broken in both alike is found too', async () => {
      const [broken, target] = [await database(), await double()];
      await written(broken.url, randomHistory(choices(50)));
      await gone(broken.url);
      await sql(broken.url, `UPDATE events.log SET data = replace(data, 'g', 'h') WHERE position = 11`);
      const stores = { from: broken.url, to: target.url };
      await tools.copy(stores, quiet);
      const { events, difference } = await tools.compare(stores, quiet);
      expect([events, difference]).to.satisfy(
        ([n, text]: [number, string]) => n === 10 && /hash chain breaks at parley_.* \(hash\), in both/.test(text),
      );
    });
  });

  const endOf = (address: string): ReturnType<typeof openPostgresEnd> =>
    address.startsWith('esdb')
      ? openEventStoreDbEnd({ connectionString: address, shown: 'target', log: silentLogger, served: everybody })
      : openPostgresEnd({ url: address, shown: 'target', log: silentLogger, served: everybody, make: false });
});

/** Until the server has noticed that every store of this database was closed. */
const gone = (url: string): Promise<void> =>
  eventually(async () => {
    const rows = await sql(
      url,
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'parley events listen'",
    );
    return rows.length === 0;
  }, 20_000);

async function sql(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}
