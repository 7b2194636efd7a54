import { expect } from 'chai';
import fc from 'fast-check';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  type Append,
  type AppendResult,
  type EventBatch,
  EventRefused,
  type EventStore,
  EventStoreClosed,
  type EventToAppend,
  MAX_APPEND_BYTES,
  MAX_EVENT_BYTES,
  NO_STREAM,
  type Position,
  type StoredEvent,
} from '../../application/ports/event-store.js';
import { comparePositions, ForeignPosition, parsePosition } from '../../application/ports/positions.js';
import { seededRandom } from '../support/random.js';

/** Faults between `store` and its server. The promise is kept when the fault has wholly happened. */
export interface ContractFaults {
  /** The next append is written, but its answer never comes: the connection is cut. */
  cutAfterWrite(): Promise<void>;
  /** The connection is cut as soon as the next append (a small one) is sent; what was sent reaches the server `ms` later. */
  landLater(ms: number): Promise<void>;
}

export interface ContractHarness {
  readonly store: EventStore;
  /** Another store on the same server, with connections of its own. The suite closes it. */
  openAnother(): Promise<EventStore>;
  /** Left out when faults can't be made (a real server without a proxy). They act on `store`. */
  readonly faults?: ContractFaults;
  /** Closes `store` and what stands behind it. */
  dispose(): Promise<void>;
}

/** What both engines promise (`application/ports/event-store.ts`). The log may be shared with others. */
export function eventStoreContract(name: string, open: () => Promise<ContractHarness>): void {
  describe(`event store contract: ${name}`, function () {
    this.timeout(60_000);

    const run = `contract${randomBytes(6).toString('hex')}`;
    let streams = 0;
    const newStream = (): string => `parley_group-${run}.${(streams += 1)}`;
    const isOurs = ({ stream }: StoredEvent): boolean => stream.startsWith(`parley_group-${run}.`);

    let harness: ContractHarness;
    let store: EventStore;
    const others: EventStore[] = [];
    const openAnother = async (): Promise<EventStore> => {
      const other = await harness.openAnother();
      others.push(other);
      return other;
    };

    before(async () => {
      harness = await open();
      store = harness.store;
    });
    afterEach(async () => {
      await Promise.all(others.splice(0).map((other) => other.close()));
    });
    after(async () => {
      await harness.dispose();
    });

    const appendOne = async (append: Append, to = store): Promise<AppendResult> => (await to.append([append]))[0]!;
    const fill = async (stream: string, count: number): Promise<EventToAppend[]> => {
      const events = someEvents(count);
      expect(await appendOne({ stream, expectedRevision: NO_STREAM, events })).to.include({ kind: 'appended' });
      return events;
    };

    describe('append', () => {
      it('starts a stream at revision 0 and goes on at the exact revision', async () => {
        const stream = newStream();
        const first = await appendOne({ stream, expectedRevision: NO_STREAM, events: someEvents(3) });
        const second = await appendOne({ stream, expectedRevision: 2, events: someEvents(1) });
        expect(first).to.include({ kind: 'appended', revision: 2 });
        expect(second).to.include({ kind: 'appended', revision: 3 });
        expect(comparePositions(positionIn(first), positionIn(second))).to.be.below(0);
        expect((await readStream(store, stream)).map(({ revision }) => revision)).to.deep.equal([0, 1, 2, 3]);
      });

      it('answers the position of its last event', async () => {
        const stream = newStream();
        const result = await appendOne({ stream, expectedRevision: NO_STREAM, events: someEvents(3) });
        const events = await readStream(store, stream);
        expect(events[2]!.position).to.equal(positionIn(result));
      });

      it('gives back exactly what was sent', async () => {
        const stream = newStream();
        const sent = await fill(stream, 5);
        expect((await readStream(store, stream)).map(asSent)).to.deep.equal(sent);
      });

      for (const [what, expectedRevision, actual] of [
        ['no stream, but it is there', NO_STREAM, 2],
        ['a revision that is behind', 1, 2],
        ['a revision that is ahead', 7, 2],
      ] as const) {
        it(`answers a conflict with the actual revision to an append that expects ${what}`, async () => {
          const stream = newStream();
          await fill(stream, 3);
          const result = await appendOne({ stream, expectedRevision, events: someEvents(1) });
          expect(result).to.deep.equal({ kind: 'conflict', expected: expectedRevision, actual });
          expect(await readStream(store, stream)).to.have.length(3);
        });
      }

      it('answers a conflict with NO_STREAM to an append that expects a revision where no stream is', async () => {
        const stream = newStream();
        const result = await appendOne({ stream, expectedRevision: 0, events: someEvents(1) });
        expect(result).to.deep.equal({ kind: 'conflict', expected: 0, actual: NO_STREAM });
        expect(await readStream(store, stream)).to.be.empty;
      });

      it('takes many appends for one stream, each chained to the one before', async () => {
        const stream = newStream();
        const chain = Array.from({ length: 40 }, (_, n) => ({
          stream,
          expectedRevision: 2 * n - 1,
          events: someEvents(2),
        }));
        const results = await store.append(chain);
        expect(results.map((result) => result.kind === 'appended' && result.revision)).to.deep.equal(
          chain.map((_, n) => 2 * n + 1),
        );
        expect((await readStream(store, stream)).map(asSent)).to.deep.equal(chain.flatMap(({ events }) => events));
      });

      it('refuses the successors of a conflict in a chain', async () => {
        const stream = newStream();
        const at = (expectedRevision: number): Append => ({ stream, expectedRevision, events: someEvents(1) });
        const results = await store.append([at(-1), at(0), at(5), at(6), at(7)]);
        expect(results.slice(0, 2).map(({ kind }) => kind)).to.deep.equal(['appended', 'appended']);
        expect(results.slice(2)).to.deep.equal(
          [5, 6, 7].map((expected) => ({ kind: 'conflict', expected, actual: 1 })),
        );
      });

      it('lets each append of a call pass or conflict alone, and answers in the order of the requests', async () => {
        const [fresh, taken, chained] = [newStream(), newStream(), newStream()];
        await fill(taken, 2);
        const results = await store.append([
          { stream: taken, expectedRevision: NO_STREAM, events: someEvents(1) },
          { stream: chained, expectedRevision: NO_STREAM, events: someEvents(2) },
          { stream: fresh, expectedRevision: NO_STREAM, events: someEvents(1) },
          { stream: chained, expectedRevision: 1, events: someEvents(1) },
          { stream: taken, expectedRevision: 1, events: someEvents(1) },
        ]);
        expect(
          results.map((result) => (result.kind === 'conflict' ? `at ${result.actual}` : result.revision)),
        ).to.deep.equal(['at 1', 1, 0, 2, 2]);
      });

      it('answers nothing to no appends', async () => {
        expect(await store.append([])).to.be.empty;
      });
    });

    describe('an append that is sent again', () => {
      const again = async (
        change: (events: EventToAppend[]) => { expectedRevision: number; events: EventToAppend[] },
        to = store,
      ): Promise<{ first: AppendResult; second: AppendResult; stored: number }> => {
        const stream = newStream();
        const events = someEvents(3);
        const first = await appendOne({ stream, expectedRevision: NO_STREAM, events });
        await appendOne({ stream, expectedRevision: 2, events: someEvents(2) });
        const second = await appendOne({ stream, ...change(events) }, to);
        return { first, second, stored: (await readStream(store, stream)).length };
      };

      it('succeeds with the first revision and position, also after others followed', async () => {
        const { first, second, stored } = await again((events) => ({ expectedRevision: NO_STREAM, events }));
        expect(second).to.deep.equal(first);
        expect(stored).to.equal(5);
      });

      it('succeeds from another connection', async () => {
        const { first, second, stored } = await again(
          (events) => ({ expectedRevision: NO_STREAM, events }),
          await openAnother(),
        );
        expect(second).to.deep.equal(first);
        expect(stored).to.equal(5);
      });

      it('succeeds for the first events of the first append', async () => {
        const { second, stored } = await again((events) => ({
          expectedRevision: NO_STREAM,
          events: events.slice(0, 2),
        }));
        expect(second).to.include({ kind: 'appended', revision: 1 });
        expect(stored).to.equal(5);
      });

      it('succeeds for the last events of the first append', async () => {
        const { first, second, stored } = await again((events) => ({ expectedRevision: 0, events: events.slice(1) }));
        expect(second).to.deep.equal(first);
        expect(stored).to.equal(5);
      });

      it('succeeds with other data, and writes nothing', async () => {
        const stream = newStream();
        const [event] = await fill(stream, 1);
        const changed = [{ ...event!, data: '{"other":true}' }];
        expect(await appendOne({ stream, expectedRevision: NO_STREAM, events: changed })).to.include({
          kind: 'appended',
        });
        expect((await readStream(store, stream)).map(asSent)).to.deep.equal([event]);
      });

      it('conflicts with one event more', async () => {
        const { second, stored } = await again((events) => ({
          expectedRevision: NO_STREAM,
          events: [...events, ...someEvents(1)],
        }));
        expect(second).to.deep.equal({ kind: 'conflict', expected: NO_STREAM, actual: 4 });
        expect(stored).to.equal(5);
      });

      it('conflicts with other ids', async () => {
        const { second } = await again((events) => ({
          expectedRevision: NO_STREAM,
          events: [...events.slice(0, 2), ...someEvents(1)],
        }));
        expect(second).to.deep.equal({ kind: 'conflict', expected: NO_STREAM, actual: 4 });
      });

      it('conflicts at another revision', async () => {
        const { second } = await again((events) => ({ expectedRevision: 0, events }));
        expect(second).to.deep.equal({ kind: 'conflict', expected: 0, actual: 4 });
      });

      it('succeeds in one call beside new appends, and holds none of them up', async () => {
        const [old, fresh] = [newStream(), newStream()];
        const events = await fill(old, 2);
        const results = await store.append([
          { stream: fresh, expectedRevision: NO_STREAM, events: someEvents(1) },
          { stream: old, expectedRevision: NO_STREAM, events },
          { stream: old, expectedRevision: 1, events: someEvents(1) },
        ]);
        expect(results.map((result) => result.kind === 'appended' && result.revision)).to.deep.equal([0, 1, 2]);
      });

      it('is a new one in another stream, and one id twice in an append is two events', async () => {
        const events = await fill(newStream(), 1);
        const stream = newStream();
        await appendOne({ stream, expectedRevision: NO_STREAM, events: [events[0]!, events[0]!] });
        expect(await readStream(store, stream)).to.have.length(2);
      });
    });

    describe('an append whose connection is cut', () => {
      const withFaults = (test: (faults: ContractFaults) => Promise<void>) =>
        async function (this: Mocha.Context): Promise<void> {
          if (!harness.faults) this.skip();
          await test(harness.faults);
        };

      it(
        'after it was written is a success, and is there once',
        withFaults(async (faults) => {
          const stream = newStream();
          const events = someEvents(2);
          const happened = faults.cutAfterWrite();
          const result = await appendOne({ stream, expectedRevision: NO_STREAM, events });
          await happened;
          const stored = await readStream(store, stream);
          expect(stored.map(asSent)).to.deep.equal(events);
          expect(result).to.deep.equal({ kind: 'appended', revision: 1, position: stored[1]!.position });
        }),
      );

      it(
        'after it was written is a success although others followed it',
        withFaults(async (faults) => {
          const stream = newStream();
          const other = await openAnother();
          const events = someEvents(1);
          const happened = faults.cutAfterWrite();
          const result = appendOne({ stream, expectedRevision: NO_STREAM, events });
          await happened;
          await appendOne({ stream, expectedRevision: 0, events: someEvents(1) }, other);
          expect(await result).to.include({ kind: 'appended', revision: 0 });
          expect(await readStream(store, stream)).to.have.length(2);
        }),
      );

      it(
        'before it lands, and after a read found nothing, is a success and there once',
        withFaults(async (faults) => {
          const stream = newStream();
          const events = someEvents(2);
          const happened = faults.landLater(300);
          const result = appendOne({ stream, expectedRevision: NO_STREAM, events });
          const early = await readStream(await openAnother(), stream);
          expect(early.length).to.be.oneOf([0, 2]);
          const settled = await result;
          await happened;
          const stored = await readStream(store, stream);
          expect(stored.map(asSent)).to.deep.equal(events);
          expect(settled).to.deep.equal({ kind: 'appended', revision: 1, position: stored[1]!.position });
        }),
      );

      it(
        'keeps the order of the appends that are chained to it',
        withFaults(async (faults) => {
          const stream = newStream();
          const chain = Array.from({ length: 5 }, (_, n) => ({
            stream,
            expectedRevision: n - 1,
            events: someEvents(1),
          }));
          const happened = faults.landLater(100);
          const results = await store.append(chain);
          await happened;
          expect(results.map((result) => result.kind === 'appended' && result.revision)).to.deep.equal([0, 1, 2, 3, 4]);
          expect((await readStream(store, stream)).map(asSent)).to.deep.equal(chain.flatMap(({ events }) => events));
        }),
      );

      it(
        'is a conflict when another event took its place',
        withFaults(async (faults) => {
          const stream = newStream();
          await fill(stream, 1);
          const happened = faults.cutAfterWrite();
          const result = await appendOne({ stream, expectedRevision: NO_STREAM, events: someEvents(1) });
          await happened;
          expect(result).to.deep.equal({ kind: 'conflict', expected: NO_STREAM, actual: 0 });
        }),
      );
    });

    describe('sizes', () => {
      it('takes an event of the largest size, and refuses one byte more', async () => {
        const stream = newStream();
        const event = sizedEvent(MAX_EVENT_BYTES);
        await appendOne({ stream, expectedRevision: NO_STREAM, events: [event] });
        expect((await readStream(store, stream)).map(asSent)).to.deep.equal([event]);
        const above = store.append([{ stream, expectedRevision: 0, events: [sizedEvent(MAX_EVENT_BYTES + 1)] }]);
        expect(await rejection(above)).to.be.instanceOf(EventRefused);
      });

      it('takes an append of the largest size, and refuses one byte more', async () => {
        const stream = newStream();
        const quarter = MAX_APPEND_BYTES / 4;
        const events = [0, 1, 2, 3].map(() => sizedEvent(quarter));
        expect(await appendOne({ stream, expectedRevision: NO_STREAM, events })).to.include({
          kind: 'appended',
          revision: 3,
        });
        expect((await readStream(store, stream)).map(asSent)).to.deep.equal(events);
        const above = [...events.slice(1), sizedEvent(quarter + 1)];
        const refused = store.append([{ stream, expectedRevision: 3, events: above }]);
        expect(await rejection(refused)).to.be.instanceOf(EventRefused);
        expect(await readStream(store, stream)).to.have.length(4);
      });

      it('takes many small events in one append', async () => {
        const stream = newStream();
        const events = someEvents(2_000);
        expect(await appendOne({ stream, expectedRevision: NO_STREAM, events })).to.include({ revision: 1_999 });
        expect((await readStream(store, stream)).map(({ id }) => id)).to.deep.equal(events.map(({ id }) => id));
      });
    });

    describe('odd payloads', () => {
      const roundTrip = async (payloads: string[]): Promise<void> => {
        const stream = newStream();
        const events = payloads.map((data, n) => ({
          ...someEvent(),
          data,
          metadata: payloads[payloads.length - 1 - n]!,
        }));
        await appendOne({ stream, expectedRevision: NO_STREAM, events });
        expect((await readStream(store, stream)).map(asSent)).to.deep.equal(events);
      };

      it('come back as the same text', async () => {
        await roundTrip(
          [
            {},
            { astral: '𝕳𝖆𝖑𝖑𝖔 👩‍👩‍👧‍👦', key𝕩: '漢字' },
            { big: ['9007199254740992', '9007199254740993', '123456789012345678901234567890'], safe: 9007199254740991 },
            { separators: '\u2028\u2029\u0085\ufeff', control: '\u0001\t\n\r\u001f\u007f\\u0000 "quoted" \\ /' },
            { nested: { a: [[[[{ b: [null, true, false, 0, -1, 1.5e300, 5e-324, ''] }]]]] } },
            { '': 'empty key', __proto__x: 1, constructor: 2, 'a.b-c%d': 3, "it's": '$1 {} NULL ,' },
          ].map((payload) => JSON.stringify(payload)),
        );
      });

      it('come back as the same text, whatever they are', async () => {
        const { seed } = seededRandom();
        const payload = fc
          .dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' }), { maxKeys: 8 })
          .map((value) => JSON.stringify(value))
          // Keys that look like integers, and U+0000, are refused by design.
          .filter((text) => JSON.stringify(JSON.parse(text)) === text && !text.includes('u0000'));
        try {
          await roundTrip(fc.sample(payload, { seed, numRuns: 200 }));
        } catch (error) {
          throw new Error(`with PARLEY_TEST_SEED=${seed}`, { cause: error });
        }
      });

      const refused: [what: string, change: Partial<EventToAppend> | Partial<Append>][] = [
        ['U+0000 in data', { data: JSON.stringify({ a: 'x\u0000y' }) }],
        ['a raw U+0000', { data: '{"a":"\u0000"}' }],
        ['U+0000 in metadata', { metadata: JSON.stringify({ a: '\u0000' }) }],
        ['U+0000 behind a backslash', { data: JSON.stringify({ a: '\\\u0000' }) }],
        ['a lone surrogate', { data: JSON.stringify({ a: '\ud800' }) }],
        ['a raw lone surrogate', { data: '{"a":"\udc00"}' }],
        ['a lone surrogate as a key', { data: JSON.stringify({ '\udfff': 1 }) }],
        ['text that is no JSON', { data: '{"a":' }],
        ['an array', { data: '[1]' }],
        ['null', { metadata: 'null' }],
        ['a string', { data: '"a"' }],
        ['empty text', { data: '' }],
        ['spaces', { data: '{"a": 1}' }],
        ['a number that no double holds', { data: '{"a":9007199254740993}' }],
        ['keys that would change places', { data: '{"b":1,"1":2}' }],
        ['a key twice', { data: '{"a":1,"a":1}' }],
        ['an empty type', { type: '' }],
        ['U+0000 in the type', { type: 'a\u0000' }],
        ['an id that is no uuid', { id: 'abc' }],
        ['an id in upper case', { id: randomUUID().toUpperCase() }],
        ['no events', { events: [] }],
        ['an empty stream name', { stream: '' }],
        ['a stream that is not ours', { stream: 'group-1' }],
        ['U+0000 in the stream name', { stream: 'parley_group-t.\u0000' }],
        ['a lone surrogate in the stream name', { stream: 'parley_group-t.\ud83d' }],
        ['a stream name beyond measure', { stream: `parley_group-t.${'x'.repeat(5_000)}` }],
        ['a negative revision', { expectedRevision: -2 }],
        ['a revision that is no integer', { expectedRevision: 0.5 }],
      ];
      for (const [what, change] of refused) {
        it(`refuses ${what}, and writes nothing of the whole call`, async () => {
          const good = { stream: newStream(), expectedRevision: NO_STREAM, events: someEvents(1) };
          const ofAppend = 'events' in change || 'stream' in change || 'expectedRevision' in change;
          const bad = ofAppend
            ? { stream: newStream(), expectedRevision: NO_STREAM, events: someEvents(1), ...change }
            : { stream: newStream(), expectedRevision: NO_STREAM, events: [{ ...someEvent(), ...change }] };
          expect(await rejection(store.append([good, bad]))).to.be.instanceOf(EventRefused);
          expect(await readStream(store, good.stream)).to.be.empty;
        });
      }
    });

    describe('readStream', () => {
      let stream: string;
      const count = 1_203;
      before(async () => {
        stream = newStream();
        await fill(stream, count);
      });
      const all = Array.from({ length: count }, (_, n) => n);
      const down = [...all].reverse();

      const cases: [options: Parameters<EventStore['readStream']>[1], revisions: number[]][] = [
        [{}, all],
        [{ direction: 'backwards' }, down],
        [{ from: 0 }, all],
        [{ from: 700 }, all.slice(700)],
        [{ from: 700, maxCount: 3 }, [700, 701, 702]],
        [{ from: 1, maxCount: 1_000 }, all.slice(1, 1_001)],
        [{ from: 1_202 }, [1_202]],
        [{ from: 1_203 }, []],
        [{ from: 1_000_000 }, []],
        [{ direction: 'backwards', maxCount: 1 }, [1_202]],
        [{ direction: 'backwards', from: 700 }, down.slice(1_203 - 701)],
        [{ direction: 'backwards', from: 700, maxCount: 2 }, [700, 699]],
        [{ direction: 'backwards', from: 0 }, [0]],
        [{ direction: 'backwards', from: 5_000, maxCount: 2 }, [1_202, 1_201]],
        [{ maxCount: 0 }, []],
        [{ direction: 'backwards', maxCount: 0 }, []],
      ];
      for (const [options, revisions] of cases) {
        it(`reads ${JSON.stringify(options)}`, async () => {
          expect((await readStream(store, stream, options)).map(({ revision }) => revision)).to.deep.equal(revisions);
        });
      }

      it('gives nothing for a stream that is not there, both ways', async () => {
        expect(await readStream(store, newStream())).to.be.empty;
        expect(await readStream(store, newStream(), { direction: 'backwards', maxCount: 1 })).to.be.empty;
      });

      it('tells streams apart that begin alike', async () => {
        const other = newStream();
        const sent = await fill(`${other}.x`, 1);
        await fill(other, 1);
        expect((await readStream(store, `${other}.x`)).map(asSent)).to.deep.equal(sent);
      });

      it('is never an empty batch', async () => {
        for await (const batch of store.readStream(stream)) expect(batch).not.to.be.empty;
      });

      it('sees its own store’s write at once, and another one’s', async () => {
        const own = newStream();
        const other = await openAnother();
        for (let n = 0; n < 20; n += 1) {
          await appendOne({ stream: own, expectedRevision: n - 1, events: someEvents(1) });
          expect(await readStream(store, own, { from: n })).to.have.length(1);
          expect(await readStream(other, own, { from: n })).to.have.length(1);
        }
      });
    });

    describe('the log of all streams', () => {
      let base: Position | undefined;
      let sent: EventToAppend[];
      let read: StoredEvent[];
      before(async () => {
        await fill(newStream(), 1);
        base = await store.head();
        const [a, b] = [newStream(), newStream()];
        sent = [];
        for (let n = 0; n < 10; n += 1) {
          const events = someEvents(3);
          await appendOne({ stream: n % 2 === 0 ? a : b, expectedRevision: Math.floor(n / 2) * 3 - 1, events });
          sent.push(...events);
        }
        read = (await readAll(store, { after: base! })).filter(isOurs);
      });

      it('is in the order of the appends', () => {
        expect(read.map(asSent)).to.deep.equal(sent);
      });

      it('has rising positions that carry the store’s identity', () => {
        for (const { position } of read) expect(parsePosition(position).store).to.equal(store.identity);
        for (let n = 1; n < read.length; n += 1) {
          expect(comparePositions(read[n - 1]!.position, read[n]!.position)).to.be.below(0);
        }
      });

      it('gives each event the same position as its stream does', async () => {
        const first = read[0]!;
        expect((await readStream(store, first.stream, { maxCount: 1 }))[0]).to.deep.equal(first);
      });

      it('reads forwards after any event, not counting it', async () => {
        for (const n of [0, 1, 14, 28]) {
          const events = await readAll(store, { after: read[n]!.position });
          expect(events.filter(isOurs).slice(0, 29 - n)).to.deep.equal(read.slice(n + 1));
        }
        expect((await readAll(store, { after: read[29]!.position })).filter(({ id }) => id === read[29]!.id)).to.be
          .empty;
      });

      it('reads backwards before any event, not counting it', async () => {
        for (const n of [1, 15, 29]) {
          const events = readAll(store, { after: read[n]!.position, direction: 'backwards', maxCount: n });
          const ours = (await events).filter(isOurs);
          expect(ours).to.deep.equal([...read.slice(0, n)].reverse().slice(0, ours.length));
        }
      });

      it('reads backwards from the end', async () => {
        const stream = newStream();
        const [event] = await fill(stream, 1);
        const newest: StoredEvent[] = [];
        for await (const batch of store.readAll({ direction: 'backwards' })) {
          newest.push(...batch);
          if (newest.some(isOurs)) break;
        }
        expect(asSent(newest.find(isOurs)!)).to.deep.equal(event);
      });

      it('reads from the start as far as wanted', async () => {
        expect(await readAll(store, { maxCount: 5 })).to.have.length(5);
        expect(await readAll(store, { maxCount: 0 })).to.be.empty;
      });

      it('says which of many streams are there, if it says it of many', async () => {
        const [one, other, none] = [newStream(), newStream(), newStream()];
        await fill(one, 1);
        await fill(other, 2);
        const found = await store.existing?.([none, other, one, 'Ä\u{1F600}']);
        if (found !== undefined) expect([...found].sort()).to.deep.equal([one, other].sort());
      });

      it("says where streams end, if it says it without reading, as of the question's time", async () => {
        const [one, other, none] = [newStream(), newStream(), newStream()];
        await fill(one, 1);
        await fill(other, 3);
        if (store.lastRevision === undefined) return;
        const ask = (stream: string): Promise<number> | undefined => store.lastRevision?.(stream);
        expect(await Promise.all([none, other, one, other].map(ask))).to.deep.equal([NO_STREAM, 2, 0, 2]);
        const asked = ask(one);
        await appendOne({ stream: one, expectedRevision: 0, events: someEvents(1) });
        // Asked anew after the append was acknowledged, whatever was under way.
        expect(await ask(one)).to.equal(1);
        expect(await asked).to.be.within(0, 1);
      });

      it('has its head at or after the newest append', async () => {
        const result = await appendOne({ stream: newStream(), expectedRevision: NO_STREAM, events: someEvents(2) });
        const head = await store.head();
        expect(comparePositions(head!, positionIn(result))).to.be.at.least(0);
      });

      for (const [what, position] of [
        ['of another store', (own: Position) => own.replace(/^[^:]*/, 'elsewhere') as Position],
        ['that is none', () => 'nonsense' as Position],
      ] as const) {
        it(`refuses a position ${what}`, async () => {
          const after = position(base!);
          expect(await rejection(readAll(store, { after }))).to.be.instanceOf(ForeignPosition);
          expect(await rejection(readAll(store, { after, direction: 'backwards' }))).to.be.instanceOf(ForeignPosition);
          const next = store.subscribe({ after })[Symbol.asyncIterator]().next();
          expect(await rejection(next)).to.be.instanceOf(ForeignPosition);
        });
      }

      it('is the same for another store on the same server', async () => {
        const other = await openAnother();
        expect(other.identity).to.equal(store.identity);
        expect((await readAll(other, { after: base! })).filter(isOurs).slice(0, 30)).to.deep.equal(read);
      });
    });

    describe('subscribe', () => {
      it('gives what is there, says that it has caught up, then gives what comes', async () => {
        const base = await settledHead(store, newStream());
        const stream = newStream();
        const before = await fill(stream, 700);
        const live = someEvents(50);
        const seen: EventToAppend[] = [];
        let caughtUp = false;
        for await (const batch of store.subscribe({ after: base })) {
          expect(batch.events.length > 0 || batch.caughtUp).to.equal(true);
          seen.push(...batch.events.filter(({ stream: of }) => of === stream).map(asSent));
          if (batch.caughtUp && !caughtUp) {
            caughtUp = true;
            expect(seen).to.deep.equal(before);
            await appendOne({ stream, expectedRevision: 699, events: live });
          }
          if (seen.length >= 750) break;
        }
        expect(caughtUp).to.equal(true);
        expect(seen).to.deep.equal([...before, ...live]);
      });

      it('starts after any event, also in the middle of an append', async () => {
        const stream = newStream();
        const events = await fill(stream, 5);
        const third = (await readStream(store, stream, { from: 2, maxCount: 1 }))[0]!;
        const seen = await takeFrom(store.subscribe({ after: third.position }), stream, 2);
        expect(seen.map(asSent)).to.deep.equal(events.slice(3));
      });

      it('starts at the beginning of the log', async () => {
        const [first] = await readAll(store, { maxCount: 1 });
        for await (const { events } of store.subscribe()) {
          if (events.length === 0) continue;
          expect(events[0]).to.deep.equal(first);
          break;
        }
      });

      it('hears what another store writes', async () => {
        const base = await settledHead(store, newStream());
        const stream = newStream();
        const other = await openAnother();
        const subscription = store.subscribe({ after: base })[Symbol.asyncIterator]();
        while (!((await subscription.next()).value as EventBatch).caughtUp);
        const sent = someEvents(1);
        await appendOne({ stream, expectedRevision: NO_STREAM, events: sent }, other);
        const seen: StoredEvent[] = [];
        while (seen.length === 0) seen.push(...((await subscription.next()).value as EventBatch).events.filter(isOurs));
        await subscription.return?.();
        expect(seen.map(asSent)).to.deep.equal(sent);
      });

      it('loses nothing to a slow consumer', async () => {
        const base = await settledHead(store, newStream());
        const stream = newStream();
        const sent: EventToAppend[] = [];
        const writing = (async () => {
          for (let n = 0; n < 40; n += 1) {
            const events = someEvents(25);
            sent.push(...events);
            await appendOne({ stream, expectedRevision: n * 25 - 1, events });
          }
        })();
        const seen: string[] = [];
        for await (const { events } of store.subscribe({ after: base })) {
          for (const event of events) if (event.stream === stream) seen.push(event.id);
          await new Promise((resolve) => setTimeout(resolve, 20));
          if (seen.length >= 1_000) break;
        }
        await writing;
        expect(seen).to.deep.equal(sent.map(({ id }) => id));
      });
    });

    describe('a consumer that stops', () => {
      // A store that closes waits for what is still open; so closing in time shows that nothing is.
      const closesSoon = async (one: EventStore): Promise<void> => {
        const started = Date.now();
        await one.close();
        expect(Date.now() - started).to.be.below(5_000);
      };

      it('in mid-read leaves nothing open', async () => {
        const stream = newStream();
        await fill(stream, 1_500);
        const other = await openAnother();
        for (let n = 0; n < 10; n += 1) {
          for await (const batch of other.readStream(stream)) {
            expect(batch[0]?.revision).to.equal(0);
            break;
          }
          const reading = other.readAll({ direction: 'backwards' })[Symbol.asyncIterator]();
          await reading.next();
          await reading.return?.();
          expect((await reading.next()).done).to.equal(true);
        }
        await appendOne({ stream, expectedRevision: 1_499, events: someEvents(1) }, other);
        await closesSoon(other);
      });

      it('in mid-subscribe, with an event awaited, is let go at once', async () => {
        const other = await openAnother();
        const subscription = other.subscribe({ after: await settledHead(other, newStream()) })[Symbol.asyncIterator]();
        while (!((await subscription.next()).value as EventBatch).caughtUp);
        const awaited = subscription.next();
        await subscription.return?.();
        expect((await awaited).done).to.equal(true);
        await closesSoon(other);
      });
    });

    describe('closed', () => {
      it('answers everything with EventStoreClosed', async () => {
        const other = await openAnother();
        await other.close();
        await other.close();
        const stream = newStream();
        const append = other.append([{ stream, expectedRevision: NO_STREAM, events: someEvents(1) }]);
        expect(await rejection(append)).to.be.instanceOf(EventStoreClosed);
        expect(await rejection(readStream(other, stream))).to.be.instanceOf(EventStoreClosed);
        expect(await readStream(store, stream)).to.be.empty;
      });

      it('ends a subscription that waits', async () => {
        const other = await openAnother();
        const subscription = other.subscribe({ after: await settledHead(other, newStream()) })[Symbol.asyncIterator]();
        while (!((await subscription.next()).value as EventBatch).caughtUp);
        const awaited = rejection(subscription.next());
        await other.close();
        expect(await awaited).to.be.instanceOf(EventStoreClosed);
      });
    });

    describe('several writers', () => {
      it('that race for one revision: exactly one wins', async () => {
        const other = await openAnother();
        for (let round = 0; round < 20; round += 1) {
          const stream = newStream();
          const append = (): Append => ({ stream, expectedRevision: NO_STREAM, events: someEvents(2) });
          const attempts = [store, other, store, other].map((to) => ({ to, append: append() }));
          const results = await Promise.all(attempts.map(({ to, append: one }) => appendOne(one, to)));
          const won = results.flatMap(({ kind }, index) => (kind === 'appended' ? [index] : []));
          expect(won).to.have.length(1);
          for (const result of results) if (result.kind === 'conflict') expect(result.actual).to.equal(1);
          expect((await readStream(store, stream)).map(asSent)).to.deep.equal(attempts[won[0]!]!.append.events);
        }
      });

      it('on shared streams agree on each stream’s order and on the log’s', async () => {
        const writers = [store, await openAnother(), await openAnother()];
        const shared = Array.from({ length: 6 }, () => newStream());
        const base = await settledHead(store, newStream());
        const acknowledged = new Map<string, AppendResult & { kind: 'appended' }>();
        await Promise.all(
          writers.flatMap((writer) =>
            [0, 1].map(async (lane) => {
              for (let n = 0; n < 30; n += 1) {
                const stream = shared[(n + lane * 3) % shared.length]!;
                for (let expectedRevision = NO_STREAM; ;) {
                  const events = someEvents(1);
                  const result = await appendOne({ stream, expectedRevision, events }, writer);
                  if (result.kind === 'conflict') {
                    expectedRevision = result.actual;
                    continue;
                  }
                  acknowledged.set(events[0]!.id, result);
                  break;
                }
              }
            }),
          ),
        );
        const log = (await readAll(store, { after: base })).filter(({ stream }) => shared.includes(stream));
        expect(log).to.have.length(acknowledged.size).and.length(180);
        for (const stream of shared) {
          const inLog = log.filter((event) => event.stream === stream);
          expect(inLog.map(({ revision }) => revision)).to.deep.equal(inLog.map((_, n) => n));
          expect(await readStream(store, stream)).to.deep.equal(inLog);
        }
        for (const { id, revision, position } of log) {
          expect(acknowledged.get(id)).to.deep.equal({ kind: 'appended', revision, position });
        }
      });
    });
  });
}

const someEvent = (): EventToAppend => ({
  id: randomUUID(),
  type: 'ContractTested',
  data: JSON.stringify({ random: randomBytes(12).toString('hex') }),
  metadata: '{"schemaVersion":1}',
});
const someEvents = (count: number): EventToAppend[] => Array.from({ length: count }, someEvent);

/** An event of so many bytes, half of them in characters of three bytes. */
function sizedEvent(bytes: number): EventToAppend {
  const event = { ...someEvent(), data: '{"text":""}' };
  const left = bytes - Buffer.byteLength(event.type + event.data + event.metadata);
  const wide = Math.floor(left / 6);
  return { ...event, data: JSON.stringify({ text: '漢'.repeat(wide) + 'x'.repeat(left - 3 * wide) }) };
}

const asSent = ({ id, type, data, metadata }: StoredEvent): EventToAppend => ({ id, type, data, metadata });

function positionIn(result: AppendResult): Position {
  if (result.kind !== 'appended') throw new Error(`not appended: ${JSON.stringify(result)}`);
  return result.position;
}

async function readStream(
  store: EventStore,
  stream: string,
  options?: Parameters<EventStore['readStream']>[1],
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of store.readStream(stream, options)) events.push(...batch);
  return events;
}

async function readAll(store: EventStore, options?: Parameters<EventStore['readAll']>[0]): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of store.readAll(options)) events.push(...batch);
  return events;
}

/** A position that there is an event at, at the end of the log. */
async function settledHead(store: EventStore, stream: string): Promise<Position> {
  const [result] = await store.append([{ stream, expectedRevision: NO_STREAM, events: [someEvent()] }]);
  return positionIn(result!);
}

async function takeFrom(batches: AsyncIterable<EventBatch>, stream: string, count: number): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of batches) {
    events.push(...batch.events.filter((event) => event.stream === stream));
    if (events.length >= count) break;
  }
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
