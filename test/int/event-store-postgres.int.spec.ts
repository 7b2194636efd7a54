import { expect } from 'chai';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import {
  type Append,
  type EventBatch,
  EventRefused,
  type EventStore,
  EventStoreClosed,
  EventStoreUnavailable,
  type EventToAppend,
  NO_STREAM,
  type StoredEvent,
} from '../../application/ports/event-store.js';
import { comparePositions } from '../../application/ports/positions.js';
import { APPEND_STATEMENT, batchParameters } from '../../infrastructure/event-store/postgres/batch.js';
import { eventLogMigrations } from '../../infrastructure/event-store/postgres/migration.js';
import { migrate } from '../../infrastructure/postgres/migrate.js';
import { appendFaults } from '../support/append-faults.js';
import type { WriterOrders } from '../support/append-worker.js';
import { eventually } from '../support/eventually.js';
import { freshEventLog, openStore } from '../support/postgres-store.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import { silentLogger } from '../support/silent-logger.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('PostgreSQL', async () => {
  const database = await freshEventLog();
  const proxy = await TcpProxy.start(database.url);
  const store = await openStore(proxy.url);
  return {
    store,
    openAnother: () => openStore(database.url),
    faults: appendFaults(proxy),
    dispose: async () => {
      await store.close();
      await proxy.close();
      await database.drop();
    },
  };
});

describe('event store on PostgreSQL', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let admin: pg.Client;
  const openings: { close(): Promise<unknown> }[] = [];
  const opened = <T extends { close(): Promise<unknown> }>(one: T): T => {
    openings.push(one);
    return one;
  };
  const open = async (...args: Parameters<typeof openStore>): Promise<EventStore> => opened(await openStore(...args));

  const waitsForTheLock = async (): Promise<boolean> => {
    const waiting = "SELECT FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()";
    return (await admin.query(waiting)).rows.length === 1;
  };

  beforeEach(async () => {
    database = await freshEventLog();
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
  });
  afterEach(async () => {
    for (const one of openings.splice(0).reverse()) await one.close();
    await admin.end();
    await database.drop();
  });

  it('is migrated once, also by processes that start together', async () => {
    await Promise.all([1, 2, 3].map(() => migrate(database.url, eventLogMigrations)));
    const [a, b] = [await open(database.url), await open(database.url)];
    expect(a.identity)
      .to.equal(b.identity)
      .and.match(/^[a-z0-9]{32}$/);
  });

  it('says so when the database was not migrated', async () => {
    const empty = await freshDatabase('empty');
    expect(await rejection(openStore(empty.url))).to.be.instanceOf(EventStoreUnavailable);
    await empty.drop();
  });

  it('takes no sequential scan, though its sessions first met an empty table', async () => {
    // Now PostgreSQL knows that the table is empty; before, it assumes ten pages.
    await admin.query('VACUUM ANALYZE events.log');
    const store = await open(database.url, { poolSize: 1 });
    const write = async (name: string): Promise<void> => {
      const stream = `parley_group-plan.${name}`;
      await appendTo(store, stream, NO_STREAM, 1);
      await appendTo(store, stream, 0, 1);
      const repeat = newAppend(stream, 1, 2);
      await store.append([repeat]);
      await store.append([repeat]);
    };
    const read = async (name: string): Promise<void> => {
      for (const direction of ['forwards', 'backwards'] as const) {
        await collect(store.readStream(`parley_group-plan.${name}`, { direction }));
        await collect(store.readAll({ direction, maxCount: 2 }));
      }
      await store.head();
    };
    // PostgreSQL settles on a statement's plan after its fifth run.
    for (let n = 0; n < 8; n += 1) await read('none');
    for (let n = 0; n < 8; n += 1) await write(`early${n}`);
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => write(`later${n}`)));
    for (let n = 0; n < 50; n += 1) await read(`later${n}`);

    // A session hands its counts in when it has been idle for a while, at the latest when it ends.
    await store.close();
    const stat =
      'SELECT idx_scan::int AS index, seq_tup_read::int AS sequential FROM pg_stat_user_tables WHERE relid = $1::regclass';
    await eventually(async () => {
      const { rows } = await admin.query<{ index: number; sequential: number }>(stat, ['events.log']);
      expect(rows[0]!.sequential).to.equal(0);
      return rows[0]!.index > 4_000;
    });
  });

  it('gives a batch its results when a second session has just written one of its events', async () => {
    const store = await open(database.url);
    const [repeated, fresh] = [
      newAppend('parley_group-t.repeated', NO_STREAM, 2),
      newAppend('parley_group-t.fresh', NO_STREAM, 1),
    ];
    const other = opened(await lockHolder(database.url));
    await other.client.query({ ...APPEND_STATEMENT, values: batchParameters([repeated]) });

    const results = store.append([fresh, repeated]);
    await eventually(waitsForTheLock);
    await other.client.query('COMMIT');
    expect((await results).map((result) => result.kind === 'appended' && result.revision)).to.deep.equal([0, 1]);
    expect(await collect(store.readStream(repeated.stream))).to.have.length(2);
  });

  it('shows nothing of a write before it is committed, and leaves no place for it behind what is visible', async () => {
    const store = await open(database.url);
    const slow = opened(await lockHolder(database.url));
    await slow.client.query({
      ...APPEND_STATEMENT,
      values: batchParameters([newAppend('parley_group-t.slow', NO_STREAM, 1)]),
    });
    const result = store.append([newAppend('parley_group-t.next', NO_STREAM, 1)]);
    await eventually(waitsForTheLock);
    expect(await collect(store.readAll())).to.be.empty;
    await slow.client.query('COMMIT');
    expect((await result)[0]).to.include({ kind: 'appended' });
    expect((await collect(store.readAll())).map(({ stream }) => stream)).to.deep.equal([
      'parley_group-t.slow',
      'parley_group-t.next',
    ]);
  });

  it('several writer processes: a live subscriber gets 200,000 events, none skipped, doubled or out of order', async () => {
    const [processes, streamsEach, appendsPerStream, eventsPerAppend] = [4, 10, 50, 100];
    const total = processes * streamsEach * appendsPerStream * eventsPerAppend;
    expect(total).to.equal(200_000);
    const store = await open(database.url);
    const worker = fileURLToPath(new URL('../support/append-worker.js', import.meta.url));
    const writers = Array.from({ length: processes }, (_, p) => {
      const streams = Array.from({ length: streamsEach }, (_s, n) => `parley_group-p${p}.${n}`);
      const orders: WriterOrders = { url: database.url, streams, appendsPerStream, eventsPerAppend };
      const child = fork(worker, [JSON.stringify(orders)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      return { child, ended: once(child, 'exit').then(([code]) => code as number | null) };
    });
    // A writer that fails must end the test, not leave it waiting for events that never come.
    const failed = Promise.race(
      writers.map(async ({ ended }) => {
        const code = await ended;
        return code === 0
          ? new Promise<never>(() => undefined)
          : Promise.reject(new Error(`a writer ended with ${code}`));
      }),
    );
    try {
      const revisions = new Map<string, number>();
      let seen = 0;
      let last: StoredEvent | undefined;
      const follow = async (): Promise<void> => {
        for await (const { events } of store.subscribe()) {
          for (const event of events) {
            const { stream, revision, position, data } = event;
            if (revision !== (revisions.get(stream) ?? -1) + 1)
              throw new Error(`${stream} at ${revision} is out of order`);
            if (last && comparePositions(last.position, position) >= 0)
              throw new Error(`position ${position} is out of order`);
            if (data !== JSON.stringify({ of: stream, number: revision }))
              throw new Error(`${data} at ${stream} ${revision}`);
            revisions.set(stream, revision);
            last = event;
          }
          seen += events.length;
          if (seen >= total) break;
        }
      };
      await Promise.race([follow(), failed]);
      expect(await Promise.all(writers.map(({ ended }) => ended))).to.deep.equal(writers.map(() => 0));
      expect(seen).to.equal(total);
      expect([...revisions.values()]).to.deep.equal(
        Array(processes * streamsEach).fill(appendsPerStream * eventsPerAppend - 1),
      );
      expect(await store.head()).to.equal(last?.position);
    } finally {
      for (const { child } of writers) child.kill();
    }
  });

  it('lets one append that the server fails on keep no other one from being written', async () => {
    const store = await open(database.url);
    await admin.query("ALTER TABLE events.log ADD CONSTRAINT no_poison CHECK (type <> 'Poison')");
    const poison: Append = {
      stream: 'parley_group-t.poison',
      expectedRevision: NO_STREAM,
      events: [{ ...newEvent(), type: 'Poison' }],
    };
    let answered = false;
    const before = appendTo(store, 'parley_group-t.before', NO_STREAM, 1);
    const poisoned = store.append([poison]).finally(() => (answered = true));
    const after = appendTo(store, 'parley_group-t.after', NO_STREAM, 1);
    expect([await before, await after].map(({ kind }) => kind)).to.deep.equal(['appended', 'appended']);
    expect(await appendTo(store, 'parley_group-t.later', NO_STREAM, 1)).to.include({ kind: 'appended' });
    expect(answered).to.equal(false);
    // Its outcome is open for as long as the server fails; then it is written.
    await admin.query('ALTER TABLE events.log DROP CONSTRAINT no_poison');
    expect((await poisoned)[0]).to.include({ kind: 'appended', revision: 0 });
  });

  it('refuses an append that the server calls wrong data, and only that one', async () => {
    const store = await open(database.url);
    await admin.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'not this' USING ERRCODE = 'data_exception'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON events.log FOR EACH ROW WHEN (new.type = 'Poison') EXECUTE FUNCTION refuse()`);
    const poison = { ...newAppend('parley_group-t.poison', NO_STREAM, 1), events: [{ ...newEvent(), type: 'Poison' }] };
    const refused = rejection(store.append([poison]));
    const other = appendTo(store, 'parley_group-t.other', NO_STREAM, 1);
    expect(await refused).to.be.instanceOf(EventRefused);
    expect(await other).to.include({ kind: 'appended' });
    expect(await appendTo(store, 'parley_group-t.poison', NO_STREAM, 1)).to.include({ kind: 'appended', revision: 0 });
  });

  it('goes on asking when the lock is not given within the deadline', async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (_facts: object, message: string) => void warnings.push(message) };
    const store = await open(database.url, { deadlineMs: 200, log });
    const other = opened(await lockHolder(database.url));
    await other.client.query({
      ...APPEND_STATEMENT,
      values: batchParameters([newAppend('parley_group-t.long', NO_STREAM, 1)]),
    });
    const result = appendTo(store, 'parley_group-t.long', NO_STREAM, 1);
    // The batch, and then the append alone.
    await eventually(() => warnings.length >= 3);
    await other.client.query('COMMIT');
    expect(await result).to.deep.equal({ kind: 'conflict', expected: NO_STREAM, actual: 0 });
  });

  it('keeps the order of chained appends that are sent without waiting, over several batches', async () => {
    const store = await open(database.url);
    const text = 'x'.repeat(20_000);
    const append = (stream: string, expectedRevision: number): Append => ({
      stream,
      expectedRevision,
      events: [{ ...newEvent(), data: JSON.stringify({ text }) }],
    });
    const results = await Promise.all(
      Array.from({ length: 300 }, (_, n) => [
        store.append([append('parley_group-t.chain', n - 1)]),
        store.append([append(`parley_group-t.alone${n}`, NO_STREAM)]),
      ]).flat(),
    );
    expect(results.flat().filter(({ kind }) => kind === 'conflict')).to.be.empty;
    expect(await collect(store.readStream('parley_group-t.chain'))).to.have.length(300);
  });

  it('wakes the subscribers of other processes, long before they would read again by themselves', async () => {
    const [writer, other] = [await open(database.url), await open(database.url)];
    const subscription = other.subscribe()[Symbol.asyncIterator]();
    while (!((await subscription.next()).value as EventBatch).caughtUp);
    await appendTo(writer, 'parley_group-t.wake', NO_STREAM, 1);
    await subscription.next();
    const started = Date.now();
    for (let n = 0; n < 20; n += 1) {
      await appendTo(writer, 'parley_group-t.wake', n, 1);
      const { events } = (await subscription.next()).value as EventBatch;
      expect(events.map(({ revision }) => revision)).to.deep.equal([n + 1]);
    }
    // Reading again every second alone, each round would take one.
    expect(Date.now() - started).to.be.below(10_000);
    await subscription.return?.();
  });

  it('loses and doubles nothing when its connections are ended under load', async () => {
    const store = await open(database.url);
    const lanes = 24;
    let kills = 0;
    const acknowledged = await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        const sent: string[] = [];
        // Every lane goes on until its connections were ended several times meanwhile.
        for (let n = 0; kills < 5 || n < 20; n += 1) {
          const append = newAppend(`parley_group-kill.${lane}`, n - 1, 1);
          const [result] = await store.append([append]);
          expect(result).to.include({ kind: 'appended', revision: n });
          sent.push(append.events[0]!.id);
          if (lane === 0 && n % 20 === 19 && kills < 5) {
            const { rows } = await admin.query<{ ended: number }>(
              `SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity
               WHERE datname = current_database() AND application_name LIKE 'parley events%'`,
            );
            expect(rows[0]!.ended).to.be.above(0);
            kills += 1;
          }
        }
        return sent;
      }),
    );
    for (const [lane, sent] of acknowledged.entries()) {
      const stored = await collect(store.readStream(`parley_group-kill.${lane}`));
      expect(stored.map(({ id }) => id)).to.deep.equal(sent);
    }
  });

  describe('behind a network that fails', () => {
    let proxy: TcpProxy;
    let near: EventStore;
    let far: EventStore;
    beforeEach(async () => {
      proxy = opened(await TcpProxy.start(database.url));
      near = await open(database.url);
      far = await open(proxy.url, { deadlineMs: 400 });
    });

    it('settles an append that lands after its connection was cut and a read found nothing', async () => {
      const append = newAppend('parley_group-t.late', NO_STREAM, 2);
      let landed = false;
      const happened = appendFaults(proxy)
        .landLater(300)
        .then(() => (landed = true));
      const result = far.append([append]);
      await eventually(() => proxy.connections.size > 0);
      expect(await collect(near.readStream(append.stream))).to.be.empty;
      expect(landed).to.equal(false);
      expect((await result)[0]).to.include({ kind: 'appended', revision: 1 });
      await happened;
      expect((await collect(near.readStream(append.stream))).map(({ id }) => id)).to.deep.equal(
        append.events.map(({ id }) => id),
      );
    });

    it('keeps an append pending while the server is down, writes it once when it is back, and ends its subscriptions', async () => {
      await appendTo(far, 'parley_group-t.down', NO_STREAM, 1);
      const subscription = far.subscribe()[Symbol.asyncIterator]();
      while (!((await subscription.next()).value as EventBatch).caughtUp);
      const awaited = rejection(subscription.next());
      proxy.refuse();
      let answered = false;
      const result = appendTo(far, 'parley_group-t.down', 0, 1).finally(() => (answered = true));
      expect(await awaited).to.be.instanceOf(EventStoreUnavailable);
      expect(await rejection(collect(far.readAll()))).to.be.instanceOf(EventStoreUnavailable);
      expect(await rejection(far.head())).to.be.instanceOf(EventStoreUnavailable);
      expect(answered).to.equal(false);
      proxy.allow();
      expect(await result).to.include({ kind: 'appended', revision: 1 });
      expect(await collect(far.readStream('parley_group-t.down'))).to.have.length(2);
      const again = far.subscribe()[Symbol.asyncIterator]();
      const seen: StoredEvent[] = [];
      while (seen.length < 2) seen.push(...((await again.next()).value as EventBatch).events);
      await again.return?.();
    });

    it('gives up reading a server that hangs, and settles the append when it goes on', async () => {
      await appendTo(far, 'parley_group-t.hang', NO_STREAM, 1);
      proxy.freeze();
      const result = appendTo(far, 'parley_group-t.hang', 0, 1);
      expect(await rejection(collect(far.readAll()))).to.be.instanceOf(EventStoreUnavailable);
      proxy.thaw();
      expect(await result).to.include({ kind: 'appended', revision: 1 });
      expect(await collect(near.readStream('parley_group-t.hang'))).to.have.length(2);
    });

    it('closes while the server hangs, leaving the outcome of what was in flight unknown', async () => {
      let sent = false;
      proxy.onSent = (_connection, piece) => {
        sent ||= piece.includes(APPEND_STATEMENT.name);
        return !sent;
      };
      const result = rejection(appendTo(far, 'parley_group-t.close', NO_STREAM, 1));
      await eventually(() => sent);
      await far.close();
      expect(await result).to.be.instanceOf(EventStoreClosed);
    });

    it('hears of events although the connection that listens was cut', async () => {
      const subscription = far.subscribe()[Symbol.asyncIterator]();
      while (!((await subscription.next()).value as EventBatch).caughtUp);
      await admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'parley events listen'",
      );
      await appendTo(near, 'parley_group-t.heard', NO_STREAM, 1);
      const { events } = (await subscription.next()).value as EventBatch;
      await subscription.return?.();
      expect(events.map(({ stream }) => stream)).to.deep.equal(['parley_group-t.heard']);
    });

    it('does not keep the others from writing when it is stopped between writing and committing', async () => {
      // The last message of an append, Sync, has five bytes; before it comes, the server waits within the transaction.
      let stopped = false;
      proxy.onSent = (connection, piece) => {
        if (!piece.includes(APPEND_STATEMENT.name)) return true;
        proxy.onSent = undefined;
        connection.heldFromClient = [];
        connection.server.write(piece.subarray(0, -5));
        stopped = true;
        return false;
      };
      const slow = appendTo(far, 'parley_group-t.stopped', NO_STREAM, 1);
      await eventually(() => stopped);
      expect(await appendTo(near, 'parley_group-t.other', NO_STREAM, 1)).to.include({ kind: 'appended' });
      expect(await slow).to.include({ kind: 'appended', revision: 0 });
      expect(await collect(near.readStream('parley_group-t.stopped'))).to.have.length(1);
    });
  });

  it('reads pages that are bounded by bytes', async () => {
    const store = await open(database.url);
    const big = (): EventToAppend => ({ ...newEvent(), data: JSON.stringify({ text: 'x'.repeat(250_000) }) });
    for (let n = 0; n < 12; n += 1) {
      await store.append([
        { stream: 'parley_group-t.big', expectedRevision: 3 * n - 1, events: [big(), big(), big()] },
      ]);
    }
    const pages: number[] = [];
    for await (const events of store.readAll()) pages.push(events.length);
    expect(pages).to.deep.equal([17, 17, 2]);
    expect(await collect(store.readStream('parley_group-t.big', { direction: 'backwards' }))).to.have.length(36);
  });

  it('has one connection that listens, however many subscribe, and none when closed', async () => {
    const store = await open(database.url, { poolSize: 2 });
    const subscriptions = Array.from({ length: 10 }, () => store.subscribe()[Symbol.asyncIterator]());
    for (const subscription of subscriptions) await subscription.next();
    await appendTo(store, 'parley_group-t.many', NO_STREAM, 1);
    for (const subscription of subscriptions) {
      const { events } = (await subscription.next()).value as EventBatch;
      expect(events).to.have.length(1);
    }
    const connections = async (): Promise<Record<string, number>> => {
      const { rows } = await admin.query<{ name: string; count: number }>(
        `SELECT application_name AS name, count(*)::int AS count FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'parley%' GROUP BY 1`,
      );
      return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
    };
    const counts = await connections();
    expect(counts['parley events listen']).to.equal(1);
    expect(counts['parley events read']).to.be.within(1, 2);
    await Promise.all(subscriptions.map((subscription) => subscription.return?.()));
    await store.close();
    await eventually(async () => Object.keys(await connections()).length === 0);
  });
});

const newEvent = (): EventToAppend => ({
  id: randomUUID(),
  type: 'Tested',
  data: '{"a":1}',
  metadata: '{"schemaVersion":1}',
});

const newAppend = (stream: string, expectedRevision: number, count: number): Append => ({
  stream,
  expectedRevision,
  events: Array.from({ length: count }, newEvent),
});

const appendTo = async (store: EventStore, stream: string, expectedRevision: number, count: number) =>
  (await store.append([newAppend(stream, expectedRevision, count)]))[0]!;

async function collect(batches: AsyncIterable<readonly StoredEvent[]>): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}

/** A session with a transaction open; what it appends holds the lock until COMMIT. */
async function lockHolder(url: string): Promise<{ client: pg.Client; close(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  return { client, close: () => client.end() };
}
