import { EventStoreDBClient, binaryEvent, jsonEvent } from '@eventstore/db-client';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

import type {
  Append,
  EventBatch,
  EventStore,
  EventToAppend,
  Position,
  StoredEvent,
} from '../../application/ports/event-store.js';
import {
  EventRefused,
  EventStoreClosed,
  EventStoreUnavailable,
  MAX_EVENT_BYTES,
  NO_STREAM,
} from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { comparePositions, ForeignPosition, makePosition } from '../../application/ports/positions.js';
import { openEventStoreDb } from '../../infrastructure/event-store/eventstoredb/open.js';
import type { EsdbDouble, EsdbDoubleOptions } from '../support/esdb-double/index.js';
import { startEsdbDouble } from '../support/esdb-double/index.js';
import type { ContractHarness } from './event-store.contract.js';
import { eventStoreContract } from './event-store.contract.js';

const realServer = process.env['PARLEY_TEST_ESDB'];
const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const backoff = { firstMs: 5, maxMs: 50 };
const opened = (url: string, more: { deadlineMs?: number; log?: Logger } = {}): Promise<EventStore> =>
  openEventStoreDb({ connectionString: url, log: quiet, backoff, ...more });

eventStoreContract('EventStoreDB', async (): Promise<ContractHarness> => {
  if (realServer) {
    const store = await opened(realServer);
    return { store, openAnother: () => opened(realServer), dispose: () => store.close() };
  }
  const double = await startEsdbDouble();
  const store = await opened(double.url);
  return {
    store,
    openAnother: () => opened(double.url),
    faults: {
      cutAfterWrite: () => double.faults.cutAfterWrite(),
      landLater: (delayMs) => double.faults.hangThenWrite({ delayMs }),
    },
    dispose: async () => {
      await store.close();
      await double.stop();
    },
  };
});

const newStream = (): string => `parley_test-t.${randomUUID().replaceAll('-', '')}`;
const event = (data: object = {}): EventToAppend => ({
  id: randomUUID(),
  type: 'Tested',
  data: JSON.stringify(data),
  metadata: '{"schemaVersion":1}',
});
const append = (stream: string, expectedRevision: number, ...events: EventToAppend[]): Append => ({
  stream,
  expectedRevision,
  events: events.length > 0 ? events : [event()],
});

async function all(batches: AsyncIterable<readonly StoredEvent[]>): Promise<StoredEvent[]> {
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
  throw new Error('expected a rejection');
}

/** The first result of `look` that isn't undefined. */
async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const until = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A double in a process of its own, which a signal can stop. */
async function spawnDouble(): Promise<{ url: string; child: ChildProcess; end(): Promise<void> }> {
  const main = fileURLToPath(new URL('../support/esdb-double/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    child,
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('EventStoreDB engine', () => {
  let double: EsdbDouble;
  let store: EventStore;
  const cleanUps: (() => Promise<unknown>)[] = [];

  const fresh = async (options: EsdbDoubleOptions = {}): Promise<EsdbDouble> => {
    const started = await startEsdbDouble(options);
    cleanUps.push(() => started.stop());
    return started;
  };
  const open = async (url: string, more: { deadlineMs?: number; log?: Logger } = {}): Promise<EventStore> => {
    const another = await opened(url, more);
    cleanUps.push(() => another.close());
    return another;
  };
  /** The client as others use it on the same server. */
  const bareClient = (url: string): EventStoreDBClient => {
    const client = EventStoreDBClient.connectionString(url);
    cleanUps.push(() => client.dispose());
    return client;
  };

  beforeEach(async () => {
    double = await fresh();
    store = await open(double.url);
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  describe('identity', () => {
    it('is one for all who open the store, also when they are the first together', async () => {
      const another = await fresh();
      const stores = await Promise.all(Array.from({ length: 8 }, () => open(another.url)));
      const identities = new Set(stores.map(({ identity }) => identity));
      expect(identities.size).to.equal(1);
      expect([...identities][0]).to.match(/^[A-Za-z0-9]{12}$/);
      expect(identities.has(store.identity)).to.be.false;
    });

    it('stays with the data, and shows in no read of all', async () => {
      const again = await open(double.url);
      expect(again.identity).to.equal(store.identity);
      expect(await all(store.readAll())).to.deep.equal([]);
      expect(await store.head()).to.equal(undefined);
    });

    it('makes positions of another store known as such', async () => {
      const foreign = makePosition('another', 0n);
      expect(await rejection(all(store.readAll({ after: foreign })))).to.be.instanceOf(ForeignPosition);
      const subscription = store.subscribe({ after: foreign })[Symbol.asyncIterator]();
      expect(await rejection(subscription.next())).to.be.instanceOf(ForeignPosition);
    });
  });

  describe('text', () => {
    const member = fc.string({ unit: 'binary' }).filter((key) => !/[\0]|\p{Surrogate}/u.test(key));
    const json = fc.letrec<{ value: unknown; object: object }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.maxSafeInteger(),
        member,
        fc.array(tie('value'), { maxLength: 4 }),
        tie('object'),
      ),
      object: fc.dictionary(member, tie('value'), { maxKeys: 6 }),
    })).object;

    it('in the form that JSON.stringify gives comes back identical, whatever it holds', async function () {
      this.timeout(60_000);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(json, json), { minLength: 1, maxLength: 20 }), async (payloads) => {
          const stream = newStream();
          const events = payloads.map(([data, metadata]) => ({
            ...event(),
            data: JSON.stringify(data),
            metadata: JSON.stringify(metadata),
          }));
          await store.append([append(stream, NO_STREAM, ...events)]);
          const back = await all(store.readStream(stream));
          expect(back.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }))).to.deep.equal(events);
        }),
        { numRuns: 60 },
      );
    });

    it('that would come back another is refused, and nothing is written', async () => {
      const stream = newStream();
      const texts = [
        '{"b":1,"1":2}',
        '{ "a":1}',
        '{"a":1.0}',
        '{"a":9007199254740993}',
        '{"a":1,"a":2}',
        '{"a":"\u0000"}',
        '{"a":"\\u0000"}',
        '{"a":"\ud800"}',
        '{"a":"\\ud800"}',
        '{"a":-0}',
        '[1]',
        'null',
        '"text"',
        'not json',
        '',
      ];
      for (const text of texts) {
        for (const part of ['data', 'metadata'] as const) {
          const refused = store.append([append(stream, NO_STREAM, { ...event(), [part]: text })]);
          expect(await rejection(refused), `${part} ${text}`).to.be.instanceOf(EventRefused);
        }
      }
      expect(await all(store.readStream(stream))).to.deep.equal([]);
    });
  });

  describe('what would end the process or lie on this server is never sent', () => {
    it('no events, an empty type, an empty stream, a type of the server’s own, an id in upper case', async () => {
      const stream = newStream();
      const refused: Append[] = [
        { stream, expectedRevision: NO_STREAM, events: [] },
        append(stream, NO_STREAM, { ...event(), type: '' }),
        append('', NO_STREAM),
        append('other-stream', NO_STREAM),
        append(stream, NO_STREAM, { ...event(), type: '$>' }),
        append(stream, NO_STREAM, { ...event(), id: randomUUID().toUpperCase() }),
        append(stream, -2),
        append(stream, 0.5),
        append(stream, NO_STREAM, event({ text: 'x'.repeat(MAX_EVENT_BYTES) })),
      ];
      for (const one of refused) {
        const valid = append(stream, NO_STREAM);
        expect(await rejection(store.append([valid, one])), JSON.stringify(one).slice(0, 200)).to.be.instanceOf(
          EventRefused,
        );
      }
      expect(await all(store.readStream(stream))).to.deep.equal([]);
    });

    it('a read of none, from behind the end, before the start, of no stream', async () => {
      const stream = newStream();
      await store.append([append(stream, NO_STREAM, event(), event(), event())]);
      const revisions = async (options: Parameters<EventStore['readStream']>[1], name = stream): Promise<number[]> =>
        (await all(store.readStream(name, options))).map(({ revision }) => revision);
      expect(await revisions({ maxCount: 0 })).to.deep.equal([]);
      expect(await revisions({ maxCount: -1 })).to.deep.equal([]);
      expect(await revisions({ from: 3 })).to.deep.equal([]);
      expect(await revisions({ from: -5, maxCount: 1 })).to.deep.equal([0]);
      expect(await revisions({ from: -1, direction: 'backwards' })).to.deep.equal([]);
      expect(await revisions({ from: 99, direction: 'backwards' })).to.deep.equal([2, 1, 0]);
      expect(await revisions({ maxCount: Infinity, from: 2 })).to.deep.equal([2]);
      expect(await revisions({}, '')).to.deep.equal([]);
      expect(await all(store.readAll({ maxCount: 0 }))).to.deep.equal([]);
      const head = await store.head();
      expect(await all(store.readAll({ after: head! }))).to.deep.equal([]);
    });
  });

  describe('chained appends of one call', () => {
    it('give each its own revision and the position of its last event', async () => {
      const stream = newStream();
      const chain = [
        append(stream, NO_STREAM, event(), event()),
        append(stream, 1),
        append(stream, 2, event(), event()),
      ];
      const results = await store.append(chain);
      const events = await all(store.readStream(stream));
      expect(results).to.deep.equal(
        [1, 2, 4].map((revision) => ({ kind: 'appended', revision, position: events[revision]!.position })),
      );
    });

    it('fall with the first that falls, also when its successors’ revisions happen to fit', async () => {
      const stream = newStream();
      await store.append([append(stream, NO_STREAM)]);
      const results = await store.append([append(stream, NO_STREAM), append(stream, 0), append(stream, 1)]);
      expect(results).to.deep.equal([
        { kind: 'conflict', expected: NO_STREAM, actual: 0 },
        { kind: 'conflict', expected: 0, actual: 0 },
        { kind: 'conflict', expected: 1, actual: 0 },
      ]);
      expect(await all(store.readStream(stream))).to.have.length(1);
    });

    it('go on behind those that were written before', async () => {
      const stream = newStream();
      const chain = [append(stream, NO_STREAM), append(stream, 0), append(stream, 1)];
      const first = await store.append(chain.slice(0, 1));
      const results = await store.append(chain);
      expect(results.map(({ kind }) => kind)).to.deep.equal(['appended', 'appended', 'appended']);
      expect(results[0]).to.deep.equal(first[0]);
      const ids = (await all(store.readStream(stream))).map(({ id }) => id);
      expect(ids).to.deep.equal(chain.map(({ events }) => events[0]!.id));
    });

    it('may be more than fits one append, and are interleaved with other streams', async () => {
      const [big, other] = [newStream(), newStream()];
      const text = 'x'.repeat(200 * 1024);
      const results = await store.append([
        ...Array.from({ length: 5 }, (_, i) => append(big, i - 1, event({ text }))),
        append(other, NO_STREAM),
        ...Array.from({ length: 5 }, (_, i) => append(big, i + 4, event({ text }))),
      ]);
      expect(results.map((result) => result.kind === 'appended' && result.revision)).to.deep.equal([
        0, 1, 2, 3, 4, 0, 5, 6, 7, 8, 9,
      ]);
      expect(await all(store.readStream(big))).to.have.length(10);
    });

    it('that are not chained are asked one after the other', async () => {
      const stream = newStream();
      const [won, lost] = await store.append([append(stream, NO_STREAM), append(stream, NO_STREAM)]);
      expect(won).to.deep.include({ kind: 'appended', revision: 0 });
      expect(lost).to.deep.equal({ kind: 'conflict', expected: NO_STREAM, actual: 0 });
    });

    it('are settled whole when their connection is cut', async () => {
      const stream = newStream();
      const cut = double.faults.cutAfterWrite({ stream });
      const results = await store.append([append(stream, NO_STREAM), append(stream, 0), append(stream, 1)]);
      await cut;
      const events = await all(store.readStream(stream));
      expect(events).to.have.length(3);
      expect(results).to.deep.equal(events.map(({ revision, position }) => ({ kind: 'appended', revision, position })));
    });
  });

  describe('an unknown outcome', () => {
    it('of an append that is never answered is settled after its deadline', async () => {
      const impatient = await open(double.url, { deadlineMs: 150 });
      const stream = newStream();
      void double.faults.neverAnswer({ stream });
      const [result] = await impatient.append([append(stream, NO_STREAM)]);
      const events = await all(store.readStream(stream));
      expect(events).to.have.length(1);
      expect(result).to.deep.equal({ kind: 'appended', revision: 0, position: events[0]!.position });
    });

    it('of a write that lands late, while another takes the place, is a conflict and not a second success', async () => {
      const stream = newStream();
      const rival = await open(double.url);
      const landed = double.faults.hangThenWrite({ delayMs: 100, stream });
      const mine = append(stream, NO_STREAM);
      const [[settled], [other]] = await Promise.all([store.append([mine]), rival.append([append(stream, NO_STREAM)])]);
      await landed;
      const events = await all(store.readStream(stream));
      expect(events).to.have.length(1);
      const isMine = events[0]!.id === mine.events[0]!.id;
      expect([settled!.kind, other!.kind]).to.deep.equal(isMine ? ['appended', 'conflict'] : ['conflict', 'appended']);
    });

    it('of appends to a server that is frozen stays open, reads end in time, and thawed it has each once', async function () {
      if (process.platform === 'win32') this.skip();
      const frozen = await spawnDouble();
      cleanUps.push(() => frozen.end());
      const impatient = await open(frozen.url, { deadlineMs: 150 });
      const streams = Array.from({ length: 5 }, newStream);
      await impatient.append([append(streams[0]!, NO_STREAM)]);
      frozen.child.kill('SIGSTOP');
      const pending = impatient.append(streams.map((stream, i) => append(stream, i === 0 ? 0 : NO_STREAM)));
      let settled = false;
      void pending.then(() => (settled = true));
      // Each read takes a deadline, so this is several of them.
      for (let i = 0; i < 3; i += 1) {
        expect(await rejection(all(impatient.readStream(streams[0]!)))).to.be.instanceOf(EventStoreUnavailable);
      }
      expect(settled).to.be.false;
      frozen.child.kill('SIGCONT');
      expect((await pending).map(({ kind }) => kind)).to.deep.equal(streams.map(() => 'appended'));
      const reader = await open(frozen.url);
      expect(await all(reader.readAll())).to.have.length(6);
    });

    it('survives a restart of the server: what was in flight is written once', async () => {
      const streams = Array.from({ length: 20 }, newStream);
      await double.stop();
      const pending = store.append(streams.map((stream) => append(stream, NO_STREAM)));
      expect(await Promise.race([pending.then(() => 'settled'), rejection(all(store.readAll()))])).to.be.instanceOf(
        EventStoreUnavailable,
      );
      const restarted = await fresh({ port: double.port, log: double.log });
      expect(new Set((await pending).map(({ kind }) => kind))).to.deep.equal(new Set(['appended']));
      const again = await open(restarted.url);
      expect(again.identity).to.equal(store.identity);
      expect(await all(again.readAll())).to.have.length(20);
    });

    it('never doubles or loses an event while connections are cut at random', async function () {
      this.timeout(60_000);
      const seed = Date.now() % 1_000_000;
      let state = seed;
      const random = (): number => (state = (state * 48_271 + 1) % 2_147_483_647) / 2_147_483_647;
      const cuts: NodeJS.Timeout[] = [];
      const cutSoon = (): void => {
        cuts.push(
          setTimeout(() => {
            double.faults.cutConnections();
          }, 3 * random()),
        );
      };
      const written = await Promise.all(
        Array.from({ length: 16 }, async () => {
          const stream = newStream();
          const ids: string[] = [];
          for (let revision = NO_STREAM; ids.length < 60;) {
            const next = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, i) => append(stream, revision + i));
            if (random() < 0.1) cutSoon();
            const results = await store.append(next);
            expect(new Set(results.map(({ kind }) => kind)), `seed ${seed}`).to.deep.equal(new Set(['appended']));
            ids.push(...next.map(({ events }) => events[0]!.id));
            revision += next.length;
          }
          return { stream, ids };
        }),
      );
      for (const cut of cuts) clearTimeout(cut);
      const reader = await open(double.url);
      for (const { stream, ids } of written) {
        const events = await all(reader.readStream(stream));
        expect(
          events.map(({ id }) => id),
          `seed ${seed}`,
        ).to.deep.equal(ids);
      }
    });
  });

  describe('several stores in one process', () => {
    it('do not feel the failures of one another', async () => {
      const warned: string[] = [];
      const log = { ...quiet, warn: (_: object, message: string) => warned.push(message) };
      const other = await fresh();
      const [steady, failing] = await Promise.all([open(double.url, { log }), open(other.url)]);
      const busy = Promise.all(Array.from({ length: 300 }, () => steady.append([append(newStream(), NO_STREAM)])));
      const failed = Promise.all(
        Array.from({ length: 20 }, (_, i) => {
          if (i % 4 === 0) other.faults.cutConnections();
          return failing.append([append(newStream(), NO_STREAM)]);
        }),
      );
      expect((await busy).flat().every(({ kind }) => kind === 'appended')).to.be.true;
      expect((await failed).flat().every(({ kind }) => kind === 'appended')).to.be.true;
      expect(warned).to.deep.equal([]);
    });
  });

  describe('a server that cannot be reached', () => {
    it('that refuses connections: opening ends with EventStoreUnavailable', async () => {
      const gone = await startEsdbDouble();
      await gone.stop();
      expect(await rejection(opened(gone.url, { deadlineMs: 300 }))).to.be.instanceOf(EventStoreUnavailable);
    });

    it('that accepts and never says a word: opening ends with EventStoreUnavailable', async () => {
      const sockets = new Set<Socket>();
      const mute = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
      await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
      try {
        const url = `esdb://127.0.0.1:${(mute.address() as AddressInfo).port}?tls=false`;
        expect(await rejection(opened(url, { deadlineMs: 100 }))).to.be.instanceOf(EventStoreUnavailable);
      } finally {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => mute.close(resolve));
      }
    });

    it('has no password of the connection string in an error', async () => {
      const error = (await rejection(opened('esdb://user:s3cret@host:port?x'))) as Error & {
        connectionString?: string;
      };
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).to.not.include('s3cret');
    });
  });

  describe('others in the same log', () => {
    const other = (type: string): ReturnType<typeof jsonEvent> => jsonEvent({ type, data: {} });

    it('are left out of reads of all, of subscriptions and of the head', async () => {
      const client = bareClient(double.url);
      const stream = newStream();
      await client.appendToStream('other-1', [other('A'), other('B')]);
      await store.append([append(stream, NO_STREAM)]);
      await client.appendToStream('other-1', other('C'));
      await store.append([append(stream, 0)]);
      await client.appendToStream('Xparley_test', other('D'));
      const ours = await all(store.readAll());
      expect(ours.map(({ revision }) => revision)).to.deep.equal([0, 1]);
      expect(await store.head()).to.equal(ours[1]!.position);
      expect((await all(store.readAll({ direction: 'backwards', maxCount: 1 })))[0]).to.deep.equal(ours[1]);
      const seen: StoredEvent[] = [];
      for await (const { events, caughtUp } of store.subscribe()) {
        seen.push(...events);
        if (caughtUp) break;
      }
      expect(seen).to.deep.equal(ours);
    });

    it('who wrote links, binary or odd events into a stream of ours do not stop a reader', async () => {
      const client = bareClient(double.url);
      const stream = newStream();
      await store.append([append(stream, NO_STREAM)]);
      await client.appendToStream(stream, [
        binaryEvent({ type: '$>', data: Buffer.from(`0@${stream}`) }),
        binaryEvent({ type: 'Binary', data: Buffer.from('not json') }),
        jsonEvent({ type: 'Text', data: 'text' }),
        jsonEvent({ type: 'WithoutMetadata', data: { a: 1 } }),
      ]);
      const events = await all(store.readStream(stream));
      expect(events.map(({ revision, type, data }) => [revision, type, data])).to.deep.equal([
        [0, 'Tested', '{}'],
        [2, 'Binary', 'not json'],
        [3, 'Text', '"text"'],
        [4, 'WithoutMetadata', '{"a":1}'],
      ]);
      expect(events[3]!.metadata).to.equal('{}');
      expect(await all(store.readAll())).to.deep.equal(events);
    });
  });

  describe('a subscription', () => {
    const many = async (stream: string, from: number, count: number): Promise<void> => {
      const events = Array.from({ length: count }, (_, i) => event({ i: from + 1 + i }));
      const [result] = await store.append([append(stream, from, ...events)]);
      expect(result!.kind).to.equal('appended');
    };

    /** Collects until it has seen `count` events. */
    async function collect(
      batches: AsyncIterable<EventBatch>,
      count: number,
      onBatch: (batch: EventBatch) => Promise<void> = () => Promise.resolve(),
    ): Promise<StoredEvent[]> {
      const events: StoredEvent[] = [];
      for await (const batch of batches) {
        events.push(...batch.events);
        await onBatch(batch);
        if (events.length >= count) break;
      }
      return events;
    }

    it('says caughtUp only behind what was there when it began', async () => {
      const stream = newStream();
      for (let from = NO_STREAM; from < 2_000; from += 500) await many(stream, from, 500);
      let seen = 0;
      for await (const { events, caughtUp } of store.subscribe()) {
        seen += events.length;
        if (caughtUp) break;
      }
      expect(seen).to.equal(3_000 - 500);
    });

    it('starts behind any event, also within an append, and goes on with what comes', async () => {
      const stream = newStream();
      await many(stream, NO_STREAM, 5);
      const there = await all(store.readAll());
      for (const [i, { position }] of there.slice(0, -1).entries()) {
        const rest = await collect(store.subscribe({ after: position }), there.length - 1 - i);
        expect(rest).to.deep.equal(there.slice(i + 1));
      }
      const live = collect(store.subscribe({ after: there.at(-1)!.position }), 2);
      await many(stream, 4, 2);
      expect((await live).map(({ revision }) => revision)).to.deep.equal([5, 6]);
    });

    it('that the server ends because its reader is slow loses nothing', async function () {
      this.timeout(30_000);
      const strict = await fresh({ slowConsumerEvents: 20 });
      const told: string[] = [];
      store = await open(strict.url, { log: { ...quiet, info: (_: object, message: string) => told.push(message) } });
      const stream = newStream();
      await many(stream, NO_STREAM, 1);
      const total = 6_000;
      let writes: Promise<void> | undefined;
      const events = await collect(store.subscribe(), total, async ({ caughtUp }) => {
        if (!caughtUp || writes) return;
        // The reader holds still, live, until everything has been written and the server has lost its patience.
        writes = (async () => {
          for (let last = 0; last < total - 1; last += 500) await many(stream, last, Math.min(500, total - 1 - last));
        })();
        await writes;
      });
      expect(events.map(({ revision }) => revision)).to.deep.equal(Array.from({ length: total }, (_, i) => i));
      expect(told).to.not.be.empty;
    });

    it('ends with EventStoreUnavailable when the connection is lost, and is taken up again without loss', async () => {
      const stream = newStream();
      await many(stream, NO_STREAM, 3);
      let last: Position | undefined;
      const seen: number[] = [];
      const follow = async (): Promise<void> => {
        for await (const { events, caughtUp } of store.subscribe(last === undefined ? {} : { after: last })) {
          for (const { revision, position } of events) {
            seen.push(revision);
            last = position;
          }
          if (caughtUp && seen.length === 3) double.faults.cutConnections();
          if (seen.length === 6) return;
        }
      };
      expect(await rejection(follow())).to.be.instanceOf(EventStoreUnavailable);
      await eventually(() => many(stream, 2, 3).then(() => true));
      await eventually(() =>
        follow().then(
          () => true,
          (error: unknown) => {
            expect(error).to.be.instanceOf(EventStoreUnavailable);
            return undefined;
          },
        ),
      );
      expect(seen).to.deep.equal([0, 1, 2, 3, 4, 5]);
    });

    it('gives positions that grow', async () => {
      for (let i = 0; i < 5; i += 1) await many(newStream(), NO_STREAM, 3);
      const events = await collect(store.subscribe(), 15);
      for (const [i, { position }] of events.slice(1).entries()) {
        expect(comparePositions(events[i]!.position, position)).to.be.lessThan(0);
      }
    });
  });

  describe('closing', () => {
    it('ends at once what is pending: appends, reads, subscriptions', async () => {
      const streams = [newStream(), newStream()];
      const live = store.subscribe()[Symbol.asyncIterator]();
      expect((await live.next()).value).to.deep.equal({ events: [], caughtUp: true });
      const waiting = live.next();
      for (const stream of streams) void double.faults.neverAnswer({ stream });
      const pending = streams.map((stream) => store.append([append(stream, NO_STREAM)]));
      const began = Date.now();
      const ended = Promise.all([waiting, ...pending].map(rejection));
      await store.close();
      for (const error of await ended) expect(error).to.be.instanceOf(EventStoreClosed);
      expect(Date.now() - began).to.be.lessThan(2_000);
    });

    it('is final, and may be said twice', async () => {
      await Promise.all([store.close(), store.close()]);
      await store.close();
      expect(await rejection(store.append([append(newStream(), NO_STREAM)]))).to.be.instanceOf(EventStoreClosed);
      expect(await rejection(all(store.readStream(newStream())))).to.be.instanceOf(EventStoreClosed);
      expect(await rejection(store.head())).to.be.instanceOf(EventStoreClosed);
    });
  });
});
