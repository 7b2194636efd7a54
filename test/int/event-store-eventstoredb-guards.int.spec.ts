import { jsonEvent } from '@eventstore/db-client';
import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { EventUnreadable } from '../../application/ports/envelope.js';
import {
  type AppendResult,
  EventRefused,
  type EventStore,
  EventStoreUnavailable,
  NO_STREAM,
  type Position,
  type StoredEvent,
  WritesRefused,
} from '../../application/ports/event-store.js';
import { comparePositions, makePosition } from '../../application/ports/positions.js';
import { eventRegistry } from '../../infrastructure/serialization/registry.js';
import { EventReader } from '../../infrastructure/serialization/reader.js';
import type { EsdbDouble } from '../support/esdb-double/index.js';
import { allOf, appendTo, EsdbStores, newStream, rejection, someEvent } from '../support/esdb-stores.js';
import { eventually } from '../support/eventually.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** Ends a test that would otherwise wait for ever: what a missing deadline does. */
const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
  const timer = new AbortController();
  const late = pause(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`still pending after ${ms} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
};
const LONG = 20_000;
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const revisionsOf = (events: readonly StoredEvent[]): number[] => events.map(({ revision }) => revision);
const kinds = (results: readonly AppendResult[]): string[] => results.map(({ kind }) => kind);

/** Each test is for a row of the table of the client's traps, by its number. */
describe('guards against what EventStoreDB’s client and servers do', function () {
  this.timeout(60_000);
  const stores = new EsdbStores();
  let double: EsdbDouble;
  let store: EventStore;

  beforeEach(async () => {
    double = await stores.double();
    store = await stores.open(double.url);
  });
  afterEach(() => stores.close());

  /** `count` events in appends of 500. */
  const fill = async (stream: string, count: number): Promise<void> => {
    for (let from = 0; from < count; from += 500) {
      const events = range(Math.min(500, count - from)).map((i) => someEvent({ i: from + i }));
      expect(kinds(await store.append([appendTo(stream, from - 1, ...events)]))).to.deep.equal(['appended']);
    }
  };

  /** Collects from a subscription until `enough`, and takes it up again behind the last event whenever it is lost. */
  const followed = async (
    enough: (seen: readonly StoredEvent[]) => boolean,
    each: (seen: readonly StoredEvent[], caughtUp: boolean) => void | Promise<void> = () => undefined,
  ): Promise<StoredEvent[]> => {
    const seen: StoredEvent[] = [];
    let last: Position | undefined;
    for (;;) {
      try {
        for await (const { events, caughtUp } of store.subscribe(last === undefined ? {} : { after: last })) {
          seen.push(...events);
          last = events.at(-1)?.position ?? last;
          await each(seen, caughtUp);
          if (enough(seen)) return seen;
        }
        expect.fail('a subscription ended as if nothing more could come');
      } catch (error) {
        if (!(error instanceof EventStoreUnavailable)) throw error;
      }
    }
  };

  describe('what is sent', () => {
    it('row 1: a value that JSON refuses is refused at once, nothing is pending and nothing unhandled', async () => {
      const append = appendTo(newStream(), NO_STREAM, { ...someEvent(), data: 1n as unknown as string });
      expect(await rejection(within(LONG, store.append([append])))).to.be.instanceOf(EventRefused);
      expect(kinds(await within(LONG, store.append([appendTo(append.stream, NO_STREAM)])))).to.deep.equal(['appended']);
    });

    it('rows 18 and 21: an empty type, an empty name and an append of nothing never leave the process', async () => {
      // Nobody is there to refuse them: what was sent would wait.
      await double.faults.goDown();
      const stream = newStream();
      const never = [
        appendTo(stream, NO_STREAM, { ...someEvent(), type: '' }),
        appendTo('', NO_STREAM),
        { stream, expectedRevision: NO_STREAM, events: [] },
      ];
      for (const append of never) {
        expect(await rejection(within(LONG, store.append([append])))).to.be.instanceOf(EventRefused);
      }
    });

    it('row 18: a second answer to an append is heard by nobody, and the process goes on', async () => {
      const stream = newStream();
      const twice = range(3).map(() => double.faults.answerTwice({ stream }));
      for (const i of range(3)) {
        expect(kinds(await store.append([appendTo(stream, i - 1)]))).to.deep.equal(['appended']);
      }
      await Promise.all(twice);
      expect(revisionsOf(await allOf(store.readStream(stream)))).to.deep.equal([0, 1, 2]);
    });

    it('row 14: the server sees exact revisions only, so ids that are there already are success in one place alone', async () => {
      const stream = newStream();
      const first = appendTo(stream, NO_STREAM);
      const [result] = await store.append([first]);
      await store.append([appendTo(stream, 0)]);
      expect(await store.append([first])).to.deep.equal([result]);
      expect(await store.append([{ ...first, expectedRevision: 1 }])).to.include.deep.members([
        { kind: 'appended', revision: 2, position: (await store.head())! },
      ]);
      expect(kinds(await store.append([{ ...first, expectedRevision: 7 }]))).to.deep.equal(['conflict']);
      expect(await rejection(store.append([{ ...first, expectedRevision: -2 }]))).to.be.instanceOf(EventRefused);
    });

    it('row 20: text that would come back in another form is not written', async () => {
      for (const data of ['{"b":1,"1":2}', '{"a":1.0}', '{"a":9007199254740993}', '{ "a":1}']) {
        const append = appendTo(newStream(), NO_STREAM, { ...someEvent(), data });
        expect(await rejection(store.append([append])), data).to.be.instanceOf(EventRefused);
      }
    });
  });

  it('an append that access rules deny is told as such, and not written when they allow it again', async () => {
    const stream = newStream();
    double.faults.denyAppends();
    const error = await within(LONG, rejection(store.append([appendTo(stream, NO_STREAM)])));
    expect(error).to.be.instanceOf(WritesRefused).and.to.have.property('why', 'accessDenied');
    expect(store.troubles?.()).to.deep.equal(["the event store's access rules deny appends"]);
    double.faults.heal();
    expect(kinds(await store.append([appendTo(stream, NO_STREAM)]))).to.deep.equal(['appended']);
    expect(store.troubles?.()).to.deep.equal([]);
    expect(await allOf(store.readStream(stream))).to.have.length(1);
  });

  it('an append that is answered without a position is found where it was written', async () => {
    const stream = newStream();
    double.faults.omitPositions();
    const events = [someEvent(), someEvent()];
    const [result] = await within(LONG, store.append([appendTo(stream, NO_STREAM, ...events)]));
    const [, last] = await allOf(store.readStream(stream));
    expect(result).to.deep.equal({ kind: 'appended', revision: 1, position: last?.position });
  });

  describe('what is answered', () => {
    it('row 3: a conflict is never a success, whatever the connection string says about failures', async () => {
      const lax = await stores.open(`${double.url}&throwOnAppendFailure=false`);
      const stream = newStream();
      await fill(stream, 5);
      expect(await lax.append([appendTo(stream, 1)])).to.deep.equal([{ kind: 'conflict', expected: 1, actual: 4 }]);
    });

    it('row 4: a conflict says the actual revision, and NO_STREAM as such', async () => {
      const stream = newStream();
      expect(await store.append([appendTo(stream, 3)])).to.deep.equal([
        { kind: 'conflict', expected: 3, actual: NO_STREAM },
      ]);
      await fill(stream, 1);
      expect(await store.append([appendTo(stream, 3)])).to.deep.equal([{ kind: 'conflict', expected: 3, actual: 0 }]);
    });

    it('row 11: JSON that is none arrives as text, and the registry refuses to take it for an event', async () => {
      const stream = newStream();
      const metadata = JSON.stringify({
        schemaVersion: 1,
        tenant: 't',
        actor: { kind: 'system', id: 'x' },
        via: 'x',
        $correlationId: 'x',
        $causationId: 'x',
        occurredAt: 1,
        prevHash: '',
        hash: 'x',
      });
      for (const data of ['{"userId":', '"UserRegistered"', '']) {
        const id = randomUUID();
        const contentType = 'application/json';
        double.log.append(stream, 'any', [
          { id, type: 'UserRegistered', contentType, metadata: Buffer.from(metadata), data: Buffer.from(data) },
        ]);
      }
      const reader = new EventReader(eventRegistry, false);
      const events = await allOf(store.readStream(stream));
      expect(events).to.have.length(3);
      for (const event of events) expect(() => reader.parse(event), event.data).to.throw(EventUnreadable);
    });

    it('row 13: positions and revisions are text and numbers that JSON takes, exact beyond 2^53', async () => {
      await fill(newStream(), 3);
      const events = await allOf(store.readAll());
      const [result] = await store.append([appendTo(newStream(), NO_STREAM)]);
      expect(JSON.parse(JSON.stringify([...events, result]))).to.deep.equal([...events, result]);
      const far = 2n ** 60n;
      const [one, next] = [makePosition(store.identity, far), makePosition(store.identity, far + 1n)];
      expect(comparePositions(one, next)).to.be.lessThan(0);
      expect(await allOf(store.readAll({ after: one }))).to.deep.equal([]);
    });

    it('row 22: what a server answers with an unknown error is not asked', async () => {
      const stream = newStream();
      await fill(stream, 2);
      expect(await allOf(store.readStream(stream, { maxCount: 0 }))).to.deep.equal([]);
      expect(await allOf(store.readAll({ maxCount: 0 }))).to.deep.equal([]);
      expect(await allOf(store.readStream(stream, { from: Infinity }))).to.deep.equal([]);
      expect(
        revisionsOf(await allOf(store.readStream(stream, { from: Infinity, direction: 'backwards' }))),
      ).to.deep.equal([1, 0]);
      const head = (await store.head())!;
      expect(await allOf(store.readAll({ after: head }))).to.deep.equal([]);
    });
  });

  describe('what gets lost on the way', () => {
    it('row 2: an error on one connection leaves the appends of another alone', async () => {
      const other = await stores.double();
      const failing = await stores.open(other.url);
      const told: string[] = [];
      const log = { debug: () => undefined, info: () => undefined, error: () => undefined };
      const steady = await stores.open(double.url, { log: { ...log, warn: (_, message) => told.push(message) } });
      const [slow, lost] = [newStream(), newStream()];
      const answered = double.faults.answerLate({ delayMs: 100, stream: slow });
      const waiting = steady.append([appendTo(slow, NO_STREAM)]);
      await eventually(() => double.calls.appends > 0 && double.log.stream(slow) !== undefined);
      const cut = other.faults.cutAfterWrite({ stream: lost });
      expect(kinds(await failing.append([appendTo(lost, NO_STREAM)]))).to.deep.equal(['appended']);
      await Promise.all([cut, answered]);
      expect(kinds(await waiting)).to.deep.equal(['appended']);
      expect(told).to.deep.equal([]);
    });

    it('row 2: an append with an unknown outcome is sent again as it is, and never settled by a read that finds nothing', async () => {
      const stream = newStream();
      const landed = double.faults.hangThenWrite({ delayMs: 150, stream });
      const refused = double.faults.cutBeforeWrite({ stream });
      const [result] = await within(LONG, store.append([appendTo(stream, NO_STREAM)]));
      await Promise.all([landed, refused]);
      const events = await allOf(store.readStream(stream));
      expect(events).to.have.length(1);
      expect(result).to.deep.equal({ kind: 'appended', revision: 0, position: events[0]!.position });
    });

    it('row 9: a refused port is an unknown outcome for an append, and a store that is away for a read', async () => {
      const stream = newStream();
      await double.faults.goDown();
      const pending = store.append([appendTo(stream, NO_STREAM)]);
      let ended = false;
      void pending.finally(() => (ended = true));
      expect(await rejection(within(LONG, allOf(store.readStream(stream))))).to.be.instanceOf(EventStoreUnavailable);
      expect(await rejection(within(LONG, store.head()))).to.be.instanceOf(EventStoreUnavailable);
      expect(ended).to.equal(false);
      await double.faults.comeUp();
      expect(kinds(await within(LONG, pending))).to.deep.equal(['appended']);
    });

    it('row 9: a server that is not ready is an unknown outcome too, on a call that is open and on a new one', async () => {
      const stream = newStream();
      await fill(stream, 1);
      double.faults.refuse();
      const pending = store.append([appendTo(stream, 0)]);
      const away = await rejection(within(LONG, allOf(store.readStream(stream))));
      expect(away).to.be.instanceOf(EventStoreUnavailable);
      double.faults.heal();
      expect(kinds(await within(LONG, pending))).to.deep.equal(['appended']);
    });

    for (const [cut, name] of [
      ['connection', 'a stream'],
      ['call', '$all'],
    ] as const) {
      it(`a read of ${name} whose ${cut} is cut in the middle is an error, never a shorter answer`, async () => {
        const stream = newStream();
        await fill(stream, 300);
        const happened = double.faults.cutRead({ stream: name === '$all' ? name : stream, afterEvents: 200, cut });
        const reading = allOf(name === '$all' ? store.readAll() : store.readStream(stream));
        expect(await rejection(within(LONG, reading))).to.be.instanceOf(EventStoreUnavailable);
        await happened;
      });
    }
  });

  describe('what breaks a connection', () => {
    it('calls broken off by the hundred, which servers take for an attack: a read that knows its end is taken to it', async () => {
      const stream = newStream();
      await fill(stream, 10);
      const others = await stores.open(double.url, { tenants: [randomUUID()] });
      const before = double.calls.brokenOff;
      for (let i = 0; i < 50; i += 1) {
        await store.head();
        await others.head();
        await allOf(store.readAll({ maxCount: 3 }));
        await allOf(store.readStream(stream, { maxCount: 1 }));
        await allOf(store.readStream(newStream()));
      }
      expect(double.calls.brokenOff - before).to.be.below(5); // the server's end of a call and ours may cross
      for await (const some of store.readAll()) if (some.length > 0) break;
      await eventually(() => double.calls.brokenOff > before);
    });

    it('a log full of others’ events: the head is looked for once, then only in what came since', async () => {
      const [tenant, mine] = ['quiet', 'parley_user-quiet.ann'];
      await fill(newStream(), 3_000);
      const quiet = await stores.open(double.url, { tenants: [tenant] });
      const callsFor = async (head: Position | undefined): Promise<number> => {
        const before = double.calls.begun;
        expect(await quiet.head()).to.equal(head);
        return double.calls.begun - before;
      };
      expect(await callsFor(undefined)).to.be.above(2);
      expect(await callsFor(undefined)).to.equal(1);
      const [appended] = await quiet.append([appendTo(mine, NO_STREAM)]);
      const head = (appended as AppendResult & { kind: 'appended' }).position;
      expect(await callsFor(head)).to.equal(1);
      await fill(newStream(), 3_000);
      expect(await callsFor(head)).to.be.above(2);
      expect(await callsFor(head)).to.equal(1);
      await fill(newStream(), 1);
      expect(await callsFor(head)).to.equal(1);
    });

    for (const cut of ['connection', 'call'] as const) {
      it(`a read whose ${cut} is lost before it gave anything is made again`, async () => {
        const stream = newStream();
        await fill(stream, 3);
        const happened = double.faults.cutRead({ stream, cut });
        expect(revisionsOf(await within(LONG, allOf(store.readStream(stream))))).to.deep.equal([0, 1, 2]);
        await happened;
      });
    }
  });

  describe('deadlines', () => {
    it('row 8: an append, a read and a subscription on a server that hangs each end by a deadline of ours', async () => {
      const impatient = await stores.open(double.url, { deadlineMs: 100 });
      const stream = newStream();
      expect(kinds(await impatient.append([appendTo(stream, NO_STREAM)]))).to.deep.equal(['appended']);
      double.faults.hang();
      const questions: (() => Promise<unknown>)[] = [
        () => allOf(impatient.readStream(stream)),
        () => allOf(impatient.readAll()),
        () => impatient.head(),
        () => impatient.subscribe()[Symbol.asyncIterator]().next(),
      ];
      for (const ask of questions) {
        expect(await rejection(within(LONG, ask()))).to.be.instanceOf(EventStoreUnavailable);
      }
      double.faults.heal();
    });

    it('row 8: an append that is never answered is sent again after the deadline', async () => {
      const impatient = await stores.open(double.url, { deadlineMs: 100 });
      const stream = newStream();
      void double.faults.neverAnswer({ stream });
      expect(kinds(await within(LONG, impatient.append([appendTo(stream, NO_STREAM)])))).to.deep.equal(['appended']);
      expect(revisionsOf(await allOf(store.readStream(stream)))).to.deep.equal([0]);
    });

    it('row 8: a subscription that the server takes and never confirms ends, although its reads were answered', async () => {
      const impatient = await stores.open(double.url, { deadlineMs: 100 });
      double.faults.ignoreSubscriptions();
      expect(await rejection(within(LONG, impatient.subscribe()[Symbol.asyncIterator]().next()))).to.be.instanceOf(
        EventStoreUnavailable,
      );
    });

    it('row 8: a live subscription on a connection that has died ends by the keep-alive', async () => {
      const proxy = await TcpProxy.start(double.url);
      const { warn } = console;
      // The client says that this interval is short.
      console.warn = () => undefined;
      try {
        const through = await stores.open(`${proxy.url}&keepAliveInterval=100&keepAliveTimeout=100`);
        const iterator = through.subscribe()[Symbol.asyncIterator]();
        expect((await within(LONG, iterator.next())).value).to.deep.equal({ events: [], caughtUp: true });
        const next = within(LONG, rejection(iterator.next()));
        proxy.freeze();
        expect(await next).to.be.instanceOf(EventStoreUnavailable);
      } finally {
        console.warn = warn;
        await proxy.close();
      }
    });

    it('row 8: opening ends by a deadline of ours at a port that takes connections and says nothing', async () => {
      const sockets = new Set<Socket>();
      const mute = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
      await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = mute.address() as AddressInfo;
        const opening = stores.open(`esdb://admin:s3cret@127.0.0.1:${port}?tls=false`, { deadlineMs: 100 });
        const error = (await within(LONG, rejection(opening))) as Error;
        expect(error).to.be.instanceOf(EventStoreUnavailable);
        expect(error.message).to.include(`127.0.0.1:${port}`).and.not.include('s3cret');
      } finally {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => mute.close(resolve));
      }
    });
  });

  describe('subscriptions', () => {
    it('row 5: caughtUp comes behind every event that was there before it', async () => {
      const stream = newStream();
      await fill(stream, 100);
      const more = newStream();
      let told = 0;
      let filled = false;
      for await (const { events, caughtUp } of store.subscribe()) {
        told += events.length;
        // Written while the catch-up read is open, so that the subscription proper has all of it to give.
        if (!filled) {
          filled = true;
          await fill(more, 2_000);
        }
        if (caughtUp) break;
      }
      expect(told).to.equal(2_100);
    });

    it('row 6: a consumer that takes its time is given one batch after the other, in order', async () => {
      const stream = newStream();
      await fill(stream, 1_500);
      const seen: number[] = [];
      let atWork = 0;
      for await (const { events, caughtUp } of store.subscribe()) {
        expect((atWork += 1)).to.equal(1);
        await pause(Math.random() * 3);
        seen.push(...revisionsOf(events));
        if (caughtUp && seen.length === 1_500) await fill(newStream(), 800);
        atWork -= 1;
        if (seen.length === 2_300) break;
      }
      expect(seen).to.deep.equal([...range(1_500), ...range(800)]);
    });

    it('row 7: whoever leaves a loop leaves no call open', async () => {
      const stream = newStream();
      await fill(stream, 1_500);
      const loops: (() => AsyncIterable<unknown>)[] = [
        () => store.readStream(stream),
        () => store.readAll(),
        () => store.readAll({ direction: 'backwards' }),
        () => store.subscribe(),
        () => store.subscribe({ after: makePosition(store.identity, 0n) }),
      ];
      for (const loop of loops) {
        for await (const batch of loop()) {
          expect(batch).to.not.equal(undefined);
          break;
        }
        const thrown = await rejection(
          (async () => {
            for await (const batch of loop()) throw new Error(`left with ${typeof batch}`);
          })(),
        );
        expect(thrown).to.have.property('message', 'left with object');
      }
      const live = store.subscribe({ after: (await store.head())! })[Symbol.asyncIterator]();
      await live.next();
      expect(double.calls.subscriptions).to.equal(1);
      const waiting = live.next();
      await live.return?.();
      await waiting;
      await eventually(() => {
        expect({ reads: double.calls.reads, subscriptions: double.calls.subscriptions }).to.deep.equal({
          reads: 0,
          subscriptions: 0,
        });
      });
    });

    for (const how of ['unavailable', 'end'] as const) {
      it(`row 12: a subscription that the server ends (${how}) is an error for whoever follows, and is taken up behind his last event`, async () => {
        const stream = newStream();
        let written = 0;
        const write = async (): Promise<void> => {
          await store.append([appendTo(stream, written - 1, ...range(10).map(() => someEvent()))]);
          written += 10;
        };
        await write();
        const seen = await within(
          LONG,
          followed(
            (events) => events.length >= 100,
            async (events, caughtUp) => {
              if (!caughtUp && events.length < written) return;
              double.faults.endSubscriptions(how);
              if (written < 100) await write();
            },
          ),
        );
        expect(revisionsOf(seen)).to.deep.equal(range(100));
      });
    }

    for (const which of ['ahead', 'behind'] as const) {
      it(`row 15: checkpoints that are far ${which} move nobody`, async () => {
        double.faults.wrongCheckpoints(which);
        const others = stores.bareClient(double.url);
        const stream = newStream();
        await fill(stream, 1);
        let written = 1;
        const seen = await within(
          LONG,
          followed(
            (events) => events.length >= 200,
            async (events, caughtUp) => {
              if (!caughtUp && events.length < written) return;
              if (written < 200) {
                await others.appendToStream(
                  'other-1',
                  range(100).map(() => jsonEvent({ type: 'Other', data: {} })),
                );
                double.faults.endSubscriptions('tooSlow');
                await store.append([appendTo(stream, written - 1, ...range(40).map(() => someEvent()))]);
                written += 40;
              }
            },
          ),
        );
        expect(revisionsOf(seen)).to.deep.equal(range(seen.length));
      });
    }

    it('row 17: what leaks through the filter is passed over, and is nowhere to go on from', async () => {
      double.faults.leakSystemEvents();
      const others = stores.bareClient(double.url);
      const stream = newStream();
      await fill(stream, 3);
      let live = false;
      const seen = await within(
        LONG,
        followed(
          (events) => events.length >= 6,
          async (_, caughtUp) => {
            if (!caughtUp || live) return;
            live = true;
            await others.appendToStream('$persistentsubscription-x-checkpoint', [
              jsonEvent({ type: '$SubscriptionCheckpoint', data: {} }),
              jsonEvent({ type: 'SubscriptionCheckpoint', data: { at: 1 } }),
            ]);
            await others.setStreamMetadata(stream, { maxCount: 1_000 });
            await store.append([appendTo(stream, 2, ...range(3).map(() => someEvent()))]);
          },
        ),
      );
      expect(revisionsOf(seen)).to.deep.equal(range(6));
      expect(new Set(seen.map((event) => event.stream))).to.deep.equal(new Set([stream]));
    });

    it('row 19: a reader that is too slow for a live subscription catches up by reading, and loses and doubles nothing', async () => {
      const strict = await stores.double({ slowConsumerEvents: 20 });
      store = await stores.open(strict.url);
      const stream = newStream();
      await fill(stream, 1);
      let writing: Promise<void> | undefined;
      const seen = await within(
        LONG,
        followed(
          (events) => events.length >= 2_001,
          async (_, caughtUp) => {
            if (!caughtUp || writing) return;
            writing = (async () => {
              for (let last = 0; last < 2_000; last += 500) {
                await store.append([appendTo(stream, last, ...range(500).map(() => someEvent()))]);
              }
            })();
            await writing;
          },
        ),
      );
      expect(revisionsOf(seen)).to.deep.equal(range(2_001));
    });

    it('row 19: nor does one that is told so again and again, while nobody listens', async () => {
      const stream = newStream();
      await fill(stream, 10);
      const iterator = store.subscribe()[Symbol.asyncIterator]();
      let seen = 0;
      for (let caughtUp = false; !caughtUp;) {
        const { value } = await iterator.next();
        seen += value!.events.length;
        ({ caughtUp } = value!);
      }
      for (const i of range(5)) {
        double.faults.endSubscriptions('tooSlow');
        await pause(1);
        await store.append([appendTo(stream, 9 + i)]);
      }
      while (seen < 15) seen += (await within(LONG, iterator.next())).value!.events.length;
      expect(seen).to.equal(15);
      await iterator.return?.();
    });
  });

  describe('row 23: a cluster', () => {
    it('with a follower that hears nothing: opening, tails, heads and appends are the leader’s, none is passed on', async () => {
      const cluster = await stores.cluster({ lagMs: Infinity });
      const first = await stores.open(cluster.url);
      const stream = newStream();
      await first.append([appendTo(stream, NO_STREAM), appendTo(stream, 0)]);
      for (const follower of cluster.nodes.slice(1)) {
        const another = await stores.open(follower.url, { deadlineMs: 2_000 });
        expect(another.identity).to.equal(first.identity);
        expect(kinds(await another.append([appendTo(stream, NO_STREAM)]))).to.deep.equal(['conflict']);

        const reader = await stores.open(follower.url, { deadlineMs: 2_000 });
        expect(
          revisionsOf(await allOf(reader.readStream(stream, { direction: 'backwards', maxCount: 1 }))),
        ).to.deep.equal([1]);
        const headed = await stores.open(`${follower.url}&nodePreference=follower`, { deadlineMs: 2_000 });
        expect(await headed.head()).to.equal(await first.head());
      }
      expect(cluster.nodes.map(({ calls }) => calls.forwarded)).to.deep.equal([0, 0, 0]);
    });

    it('whose leader moves while its connection stays: the next tail, head and append are the new leader’s', async () => {
      const cluster = await stores.cluster({ lagMs: Infinity });
      store = await stores.open(cluster.url);
      const streams = range(3).map(newStream);
      for (const [i, leader] of [1, 2, 0, 2].entries()) {
        for (const stream of streams) await store.append([appendTo(stream, i - 1)]);
        cluster.moveLeader(leader);
        expect(revisionsOf(await allOf(store.readStream(streams[0]!)))).to.deep.equal(range(i + 1));
        cluster.moveLeader((leader + 1) % 3);
        expect(await store.head()).to.not.equal(undefined);
        cluster.moveLeader(leader);
        expect((await store.append([appendTo(streams[1]!, i)]))[0]).to.include({ kind: 'appended', revision: i + 1 });
        await store.append([appendTo(streams[0]!, i), appendTo(streams[2]!, i)]);
        for (const stream of streams) streams[streams.indexOf(stream)] = newStream();
        for (const stream of streams) for (const j of range(i + 1)) await store.append([appendTo(stream, j - 1)]);
      }
      expect(cluster.nodes.map(({ calls }) => calls.forwarded)).to.deep.equal([0, 0, 0]);
    });

    it('whose leader dies: discovery finds the next one, an append in flight is settled there, readers go on', async () => {
      const cluster = await stores.cluster();
      store = await stores.open(cluster.url, { deadlineMs: 1_000 });
      const stream = newStream();
      await fill(stream, 20);
      let moved = false;
      const following = followed(
        (events) => events.length >= 22,
        () => undefined,
      );
      const cut = cluster.nodes[0]!.faults.cutAfterWrite({ stream }).then(async () => {
        await cluster.nodes[0]!.faults.goDown();
        cluster.moveLeader(undefined);
        await pause(50);
        cluster.moveLeader(2);
        moved = true;
      });
      const [result] = await within(LONG, store.append([appendTo(stream, 19)]));
      await cut;
      expect(moved).to.equal(true);
      expect(result).to.include({ kind: 'appended', revision: 20 });
      expect(kinds(await within(LONG, store.append([appendTo(stream, 20)])))).to.deep.equal(['appended']);
      expect(revisionsOf(await within(LONG, following))).to.deep.equal(range(22));
    });

    it('without a leader for a while: appends stay open, tails are refused, both go on with the next leader', async () => {
      const cluster = await stores.cluster();
      store = await stores.open(cluster.url, { deadlineMs: 300 });
      const stream = newStream();
      await fill(stream, 1);
      cluster.moveLeader(undefined);
      const pending = store.append([appendTo(stream, 0)]);
      expect(await rejection(within(LONG, allOf(store.readStream(stream))))).to.be.instanceOf(EventStoreUnavailable);
      cluster.moveLeader(1);
      expect(kinds(await within(LONG, pending))).to.deep.equal(['appended']);
      await eventually(async () => {
        expect(revisionsOf(await allOf(store.readStream(stream)))).to.deep.equal([0, 1]);
      });
    });

    it('with followers that are behind: a subscription on one gives everything in time, in order', async () => {
      const cluster = await stores.cluster({ lagMs: 200 });
      store = await stores.open(`${cluster.url}&nodePreference=follower`);
      const stream = newStream();
      const following = followed((events) => events.length >= 600);
      await fill(stream, 600);
      expect(revisionsOf(await within(LONG, following))).to.deep.equal(range(600));
    });

    it('an unknown outcome is settled by the leader, never by a follower that is behind', async () => {
      const cluster = await stores.cluster({ lagMs: Infinity });
      store = await stores.open(cluster.url);
      const stream = newStream();
      await fill(stream, 1);
      // Written, unanswered, and overtaken: only the leader knows whose event stands at revision 1.
      const rival = await stores.open(cluster.url);
      const cut = cluster.nodes[0]!.faults.cutAfterWrite({ stream });
      const mine = appendTo(stream, 0, someEvent(), someEvent());
      const [result] = await within(LONG, store.append([mine]));
      await cut;
      expect(result).to.include({ kind: 'appended', revision: 2 });
      expect(kinds(await rival.append([appendTo(stream, 0)]))).to.deep.equal(['conflict']);
    });
  });
});
