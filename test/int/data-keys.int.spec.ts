import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type pg from 'pg';
import { EventStoreUnavailable } from '../../application/ports/event-store.js';
import { migrate } from '../../infrastructure/postgres/migrate.js';
import { makePool } from '../../infrastructure/postgres/pool.js';
import { JsonEventSerializer } from '../../infrastructure/serialization/json-event-serializer.js';
import { DataKeys } from '../../infrastructure/serialization/keys/data-keys.js';
import type { SubjectKey } from '../../infrastructure/serialization/keys/key-ring.js';
import { verifyMasterKey, WrongMasterKey } from '../../infrastructure/serialization/keys/master-key.js';
import { dataKeyMigrations } from '../../infrastructure/serialization/keys/migration.js';
import { eventRegistry } from '../../infrastructure/serialization/registry.js';
import { eventually } from '../support/eventually.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import { silentLogger as log } from '../support/silent-logger.js';
import { joined, NEW_STREAM, STREAM, stored, toWrite } from '../unit/serialization/builders.js';

const person = (userId: string, tenant = 't1') => ({ tenant, userId });

const plain = (key: SubjectKey | undefined): string | undefined =>
  key?.kind === 'key' ? `${key.id} ${key.secret.export().toString('hex')}` : key?.kind;

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

/** The pool with its `query` wrapped. */
function around(pool: pg.Pool, wrap: (query: () => Promise<unknown>, text: string) => Promise<unknown>): pg.Pool {
  const query = (text: string, values?: unknown[]) => wrap(() => pool.query(text, values), text);
  return new Proxy(pool, { get: (target, name): unknown => (name === 'query' ? query : Reflect.get(target, name)) });
}

/** Counts the queries that go through. */
function counting(pool: pg.Pool): { pool: pg.Pool; queries: () => number } {
  let count = 0;
  const counted = around(pool, (query) => {
    count += 1;
    return query();
  });
  return { pool: counted, queries: () => count };
}

/** Reads are answered by the database at once, but reach the caller only after `until`. */
function delayingReads(pool: pg.Pool, until: Promise<void>, answered: () => void): pg.Pool {
  return around(pool, async (query, text) => {
    const answer = await query();
    if (!text.trimStart().startsWith('SELECT')) return answer;
    answered();
    await until;
    return answer;
  });
}

describe('data keys in PostgreSQL', () => {
  const masterKey = randomBytes(32);
  let database: TestDatabase;
  let pool: pg.Pool;
  let other: pg.Pool;

  before(async () => {
    database = await freshDatabase('keys');
    await migrate(database.url, dataKeyMigrations);
    pool = makePool({ url: database.url, max: 8, name: 'keys-1', log });
    other = makePool({ url: database.url, max: 8, name: 'keys-2', log });
  });

  after(async () => {
    await Promise.all([pool.end(), other.end()]);
    await database.drop();
  });

  const make = (options: Partial<ConstructorParameters<typeof DataKeys>[0]> = {}) =>
    new DataKeys({ pool, masterKey, log, ...options });

  it('are made once, found by everybody, and lie wrapped in the table', async () => {
    const [made] = await make().obtain([person('once')]);
    expect(made).to.include({ kind: 'key' });
    expect(plain((await make({ pool: other }).obtain([person('once')]))[0])).to.equal(plain(made));
    expect(plain((await make({ pool: other }).find([person('once')]))[0])).to.equal(plain(made));
    const { rows } = await pool.query<{ wrapped: Buffer }>(
      "SELECT wrapped FROM system.data_key WHERE user_id = 'once'",
    );
    expect(rows[0]!.wrapped).to.have.length(60);
    if (made?.kind === 'key') expect(rows[0]!.wrapped.includes(made.secret.export())).to.be.false;
  });

  it('differ between persons and between tenants', async () => {
    const keys = await make().obtain([
      person('x'),
      person('y'),
      person('x', 't2'),
      person('x1', 't'),
      person('1x', 't'),
    ]);
    expect(new Set(keys.map(plain)).size).to.equal(5);
  });

  it('are not made by looking', async () => {
    expect(await make().find([person('nobody')])).to.deep.equal([undefined]);
    const { rowCount } = await pool.query("SELECT FROM system.data_key WHERE user_id = 'nobody'");
    expect(rowCount).to.equal(0);
  });

  it('are one for each person, however many processes want them first, in whatever order', async () => {
    for (let round = 0; round < 5; round += 1) {
      const people = Array.from({ length: 40 }, (_, index) => person(`race-${String(round)}-${String(index)}`));
      const makers = Array.from({ length: 8 }, (_, index) => make({ pool: index % 2 === 0 ? pool : other }));
      const answers = await Promise.all(
        makers.map(async (maker, index) => {
          const keys = await maker.obtain(index % 2 === 0 ? people : people.toReversed());
          return (index % 2 === 0 ? keys : keys.toReversed()).map(plain);
        }),
      );
      for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
      expect(new Set(answers[0]).size).to.equal(people.length);
    }
  });

  for (const [ending, kind] of [
    ['COMMIT', 'erased'],
    ['ROLLBACK', 'key'],
  ] as const)
    it(`wait for another process that is writing the same row: its ${ending} gives ${kind}`, async () => {
      const subject = person(`held-${ending}`);
      const rival = await other.connect();
      try {
        await rival.query('BEGIN');
        await rival.query(
          "INSERT INTO system.data_key (tenant, user_id, key_id, erased_at) VALUES ('t1', $1, $1, now())",
          [subject.userId],
        );
        const ours = make().obtain([subject]);
        await eventually(async () => {
          const { rowCount } = await pool.query(
            "SELECT FROM pg_stat_activity WHERE application_name = 'keys-1' AND wait_event_type = 'Lock' AND datname = current_database()",
          );
          return rowCount === 1;
        });
        await rival.query(ending);
        expect((await ours)[0]!.kind).to.equal(kind);
      } finally {
        rival.release();
      }
    });

  it('of many persons take one round trip, and one more caller none', async () => {
    const counted = counting(pool);
    const keys = make({ pool: counted.pool });
    const people = Array.from({ length: 500 }, (_, index) => person(`many-${String(index)}`));
    await Promise.all([keys.obtain(people), keys.obtain(people.slice(0, 10)), keys.obtain([person('many-3')])]);
    expect(counted.queries()).to.equal(1);
    expect(keys.cached(person('many-499'))).to.not.be.undefined;
    const reader = make({ pool: counted.pool });
    await reader.find(people);
    expect(counted.queries()).to.equal(2);
  });

  describe('when a person is erased', () => {
    it('leave a tombstone: no key is found, none is made again, repeating it changes nothing', async () => {
      const keys = make();
      await keys.obtain([person('gone')]);
      await keys.erase(person('gone'));
      expect(keys.cached(person('gone'))).to.deep.equal({ kind: 'erased' });
      const row = () =>
        pool.query("SELECT * FROM system.data_key WHERE user_id = 'gone'").then(({ rows }) => rows as unknown);
      const before = await row();
      await keys.erase(person('gone'));
      expect(await row()).to.deep.equal(before);
      expect(await make().find([person('gone')])).to.deep.equal([{ kind: 'erased' }]);
      expect(await make().obtain([person('gone')])).to.deep.equal([{ kind: 'erased' }]);
      expect(await row()).to.deep.equal(before);
      const { rows } = await pool.query<{ wrapped: unknown }>(
        "SELECT wrapped FROM system.data_key WHERE user_id = 'gone'",
      );
      expect(rows).to.deep.equal([{ wrapped: null }]);
    });

    it('are never made for somebody who had none', async () => {
      await make().erase(person('unborn'));
      expect(await make({ pool: other }).obtain([person('unborn')])).to.deep.equal([{ kind: 'erased' }]);
    });

    it('are forgotten at once by who erased them, even if a look-up from before comes back after', async () => {
      let release: () => void = () => undefined;
      const erased = new Promise<void>((resolve) => (release = resolve));
      let answered = 0;
      const keys = make({ pool: delayingReads(pool, erased, () => (answered += 1)) });
      await make().obtain([person('racing')]);
      const find = keys.find([person('racing')]);
      await eventually(() => answered === 1);
      await keys.erase(person('racing'));
      release();
      expect(await find).to.deep.equal([{ kind: 'erased' }]);
      expect(keys.cached(person('racing'))).to.deep.equal({ kind: 'erased' });
    });

    it('go from another process’s memory after its bounded time', async () => {
      const patient = make({ pool: other, cacheMs: 60_000 });
      const quick = make({ pool: other, cacheMs: 20 });
      await patient.obtain([person('later')]);
      await quick.find([person('later')]);
      await make().erase(person('later'));
      await eventually(() => quick.cached(person('later')) === undefined);
      expect(await quick.find([person('later')])).to.deep.equal([{ kind: 'erased' }]);
      expect(patient.cached(person('later'))).to.include({ kind: 'key' });
    });

    it('leave events readable, but for what was personal, in every process', async () => {
      const keys = make();
      const writer = new JsonEventSerializer({ keys, registry: eventRegistry });
      const reader = new JsonEventSerializer({ keys: make({ pool: other, cacheMs: 1 }), registry: eventRegistry });
      const ben = joined('erased-ben', { nickname: 'Ben' });
      const cat = joined('cat', { nickname: 'Cat' });
      const events = stored(await writer.seal(STREAM, NEW_STREAM, [toWrite(ben), toWrite(cat)]));
      const read = async (serializer: JsonEventSerializer) => (await serializer.open(events)).map(({ event }) => event);
      expect(await read(reader)).to.deep.equal([ben, cat]);
      await keys.erase(person('erased-ben'));
      const without = [{ ...ben, data: { ...ben.data, card: null } }, cat];
      expect(await read(writer)).to.deep.equal(without);
      expect(await read(new JsonEventSerializer({ keys: make(), registry: eventRegistry }))).to.deep.equal(without);
      const [after] = stored(await writer.seal(STREAM, NEW_STREAM, [toWrite(ben)]));
      expect(JSON.parse(after!.data)).to.include({ card: 'enc0' });
    });
  });

  describe('the master key', () => {
    /** A table pair of its own for each test. */
    async function fresh(test: (pool: pg.Pool) => Promise<void>): Promise<void> {
      const own = await freshDatabase('master');
      await migrate(own.url, dataKeyMigrations);
      const ownPool = makePool({ url: own.url, max: 10, name: 'master', log });
      try {
        await test(ownPool);
      } finally {
        await ownPool.end();
        await own.drop();
      }
    }

    it('is settled by the first start and asked of every later one', () =>
      fresh(async (own) => {
        await verifyMasterKey(own, masterKey);
        await verifyMasterKey(own, masterKey);
        expect(await failure(verifyMasterKey(own, randomBytes(32)))).to.be.instanceOf(WrongMasterKey);
        await verifyMasterKey(own, masterKey);
      }));

    it('is one, when several processes start first with keys of their own', () =>
      fresh(async (own) => {
        const candidates = Array.from({ length: 8 }, () => randomBytes(32));
        const outcomes = await Promise.allSettled(candidates.map((candidate) => verifyMasterKey(own, candidate)));
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason).to.be.instanceOf(WrongMasterKey);
        const winner = candidates[outcomes.findIndex(({ status }) => status === 'fulfilled')];
        await verifyMasterKey(own, winner!);
      }));

    it('is told by the keys themselves when the check value was lost', () =>
      fresh(async (own) => {
        await verifyMasterKey(own, masterKey);
        await make({ pool: own }).obtain([person('ben')]);
        await own.query('DELETE FROM system.master_key_check');
        expect(await failure(verifyMasterKey(own, randomBytes(32)))).to.be.instanceOf(WrongMasterKey);
        await verifyMasterKey(own, masterKey);
      }));

    it('that is another one opens no key; nor does the right one open a row that was moved', async () => {
      await make().obtain([person('mine'), person('yours')]);
      expect((await make({ masterKey: randomBytes(32) }).find([person('mine')]))[0]).to.include({ kind: 'lost' });
      await pool.query(
        "UPDATE system.data_key SET wrapped = (SELECT wrapped FROM system.data_key WHERE user_id = 'yours') WHERE user_id = 'mine'",
      );
      const [moved, own] = await make().find([person('mine'), person('yours')]);
      expect(moved).to.include({ kind: 'lost' }).and.have.property('id');
      expect(own, 'the others stay usable').to.include({ kind: 'key' });
      expect((await make().obtain([person('mine')]))[0]).to.include({ kind: 'lost' });
    });

    it('has 32 bytes', async () => {
      for (const size of [0, 16, 31, 33]) {
        expect(() => make({ masterKey: Buffer.alloc(size) })).to.throw(RangeError);
        expect(await failure(verifyMasterKey(pool, Buffer.alloc(size)))).to.be.instanceOf(RangeError);
      }
    });
  });

  it('that can’t be reached reject with EventStoreUnavailable, and come back with the database', async () => {
    const own = makePool({ url: database.url, max: 1, name: 'keys-cut', log });
    const keys = make({ pool: own });
    const holder = await own.connect();
    holder.on('error', () => undefined);
    holder.release();
    const { rows } = await other.query<{ cut: boolean }>(
      "SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity WHERE application_name = 'keys-cut'",
    );
    expect(rows.map(({ cut }) => cut)).to.deep.equal([true]);
    const outcomes = await Promise.allSettled([keys.obtain([person('cut')])]);
    // The pool may have noticed already and opened another connection.
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).to.be.instanceOf(EventStoreUnavailable);
    expect((await keys.obtain([person('cut')]))[0]).to.include({ kind: 'key' });
    await own.end();
    expect(await failure(keys.find([person('cut')]))).to.be.instanceOf(EventStoreUnavailable);
  });
});
