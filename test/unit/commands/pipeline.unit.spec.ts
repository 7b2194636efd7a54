import { expect } from 'chai';
import { ApplicationError } from '../../../application/commands/errors.js';
import { CommandPipeline, type PipelineOptions } from '../../../application/commands/pipeline.js';
import type { CommandRequest, CommandResult } from '../../../application/commands/request.js';
import type { EventSerializer } from '../../../application/ports/envelope.js';
import {
  EventRefused,
  EventStoreUnavailable,
  OutcomeLeftOpen,
  WritesRefused,
} from '../../../application/ports/event-store.js';
import type { Storage } from '../../../application/ports/storage.js';
import { streamName } from '../../../application/streams.js';
import { DomainError } from '../../../domain/shared/errors.js';
import {
  asUser,
  counter,
  type CounterCommand,
  type CounterEvent,
  type CounterOutcome,
  counterStream,
  type CounterState,
  plainSerializer,
} from '../../support/counter-aggregate.js';
import { Gate, MemoryEventStore } from '../../support/memory-event-store.js';
import { MemoryLedger } from '../../support/memory-ledger.js';
import { silentLogger } from '../../support/silent-logger.js';
import { eventually } from '../../support/eventually.js';

type Request = CommandRequest<CounterState, CounterCommand, CounterEvent, CounterOutcome>;
type Result = CommandResult<CounterState, CounterOutcome>;

const STREAM = counterStream('g');
const NAME = streamName(STREAM);

describe('The command pipeline', () => {
  let store: MemoryEventStore;
  let ledger: MemoryLedger;
  let now: number;
  let open: CommandPipeline[];
  let refused: (name: string) => boolean;

  const serializer: EventSerializer = {
    ...plainSerializer,
    seal: (stream, tail, events) => {
      if (events.some(({ event }) => refused((event.data as { name: string }).name))) throw new EventRefused('poison');
      return plainSerializer.seal(stream, tail, events);
    },
  };

  beforeEach(() => {
    refused = () => false;
    store = new MemoryEventStore();
    ledger = new MemoryLedger();
    now = 1_000;
    open = [];
  });

  afterEach(async () => {
    store.beforeAppend = () => undefined;
    store.away = false;
    await store.close();
    for (const pipeline of open) expect(await pipeline.close(2_000), 'left something behind').to.equal(true);
  });

  function process(
    options: Partial<PipelineOptions> = {},
    { storage }: { readonly storage?: Storage } = {},
  ): CommandPipeline {
    const clock = { now: () => now };
    const pipeline = new CommandPipeline(
      { store, serializer, ledger, clock, log: silentLogger, ...(storage === undefined ? {} : { storage }) },
      { deadlineMs: 5_000, ...options },
    );
    open.push(pipeline);
    return pipeline;
  }

  const request = (command: CounterCommand, more: Partial<Request> = {}): Request => ({
    ...asUser('u'),
    aggregate: counter,
    stream: STREAM,
    command,
    ...more,
  });
  const add = (...names: string[]): Request => request({ type: 'Add', names });
  const remove = (name: string): Request => request({ type: 'Remove', name });
  const keyed = (key: string, command: CounterCommand, more: Partial<Request> = {}): Request =>
    request(command, { idempotency: { key, operation: 'op', bodyHash: JSON.stringify(command) }, ...more });

  const names = (): string[] =>
    store
      .of(NAME)
      .map(({ type, data }) => `${type === 'Added' ? '+' : '-'}${(JSON.parse(data) as { name: string }).name}`);

  /** What another process writes. */
  async function elsewhere(...added: string[]): Promise<void> {
    const other = new CommandPipeline({
      store,
      serializer: plainSerializer,
      ledger,
      clock: { now: () => now },
      log: silentLogger,
    });
    const hook = store.beforeAppend;
    store.beforeAppend = () => undefined;
    for (const name of added) await other.execute(add(name));
    store.beforeAppend = hook;
  }

  async function errorOf(work: Promise<unknown>): Promise<unknown> {
    try {
      await work;
    } catch (error) {
      return error;
    }
    throw new Error('nothing was thrown');
  }

  async function refusal(work: Promise<unknown>): Promise<string> {
    const error = await errorOf(work);
    if (error instanceof DomainError || error instanceof ApplicationError) return error.kind;
    throw error;
  }

  describe('deciding in turn', () => {
    it('sends commands that come together as one append, each decided on what the ones before it leave', async () => {
      const pipeline = process();
      const results = await Promise.all(['a', 'b', 'c'].map((name) => pipeline.execute(add(name))));
      expect(store.sent).to.have.length(1);
      expect(results.map(({ revision, outcome }) => [revision, outcome.count])).to.deep.equal([
        [0, 1],
        [1, 2],
        [2, 3],
      ]);
      expect(results.map(({ state }) => state.names.length)).to.deep.equal([1, 2, 3]);
    });

    it('refuses one without disturbing the others', async () => {
      const pipeline = process();
      const [first, twin, last] = await Promise.allSettled(
        [add('a'), add('a'), add('b')].map((r) => pipeline.execute(r)),
      );
      expect([first?.status, twin?.status, last?.status]).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
      expect(names()).to.deep.equal(['+a', '+b']);
    });

    it('throws a broken decision at its caller alone', async () => {
      const pipeline = process();
      const broken = errorOf(pipeline.execute(request({ type: 'Crash' })));
      await pipeline.execute(add('a'));
      expect(await broken).to.be.instanceOf(TypeError);
    });

    it("never splits one command's events and splits an append that is too large", async () => {
      const pipeline = process({ appendBytes: 1_000 });
      const long = 'x'.repeat(100);
      const sets = [0, 1, 2, 3, 4, 5].map((n) => [`${long}${String(n)}a`, `${long}${String(n)}b`]);
      await Promise.all(sets.map((set) => pipeline.execute(add(...set))));
      expect(store.sent.length).to.be.greaterThan(1);
      expect(store.sent.every(({ events }) => events.length % 2 === 0)).to.equal(true);
      expect(names()).to.deep.equal(sets.flat().map((name) => `+${name}`));
    });

    it('never dates an event before the one ahead of it, and says who, why and by what', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      now = 500;
      const { outcome } = await pipeline.execute(add('b'));
      expect(outcome.at).to.equal(1_000);
      const [first, second] = store.of(NAME).map(({ metadata }) => JSON.parse(metadata) as Record<string, unknown>);
      expect(second).to.include({ occurredAt: 1_000, via: 'test', prevHash: first?.['hash'] });
      expect(second?.['$causationId']).to.equal(second?.['$correlationId']);
    });

    it('asks for a name of a stream that can be', async () => {
      expect(await refusal(process().execute(request({ type: 'Crash' }, { stream: counterStream('') })))).to.equal(
        'InvalidArgument',
      );
    });
  });

  describe('conflicts', () => {
    it('reads the tail and decides all again', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      await elsewhere('b');
      const [b, c] = await Promise.allSettled([pipeline.execute(add('b')), pipeline.execute(add('c'))]);
      expect(b.status === 'rejected' && (b.reason as DomainError).kind).to.equal('AlreadyGroupMember');
      expect(c.status === 'fulfilled' && c.value.revision).to.equal(2);
      expect(names()).to.deep.equal(['+a', '+b', '+c']);
    });

    it('gives up after so many, having written nothing', async () => {
      const pipeline = process({ tries: 3 });
      let others = 0;
      store.beforeAppend = () => elsewhere(`other${String(others++)}`);
      expect(await refusal(pipeline.execute(add('mine')))).to.equal('Contended');
      expect(others).to.equal(3);
      expect(names()).not.to.include('+mine');
    });

    it('waits while the store refuses for what it does not show yet: nobody was first', async () => {
      const pipeline = process({ tries: 3, backoffMs: 2 });
      await pipeline.execute(add('a'));
      await elsewhere('b');
      store.unseen = 1;
      const waiting = pipeline.execute(add('c'));
      await eventually(() => store.sent.length > 8);
      store.unseen = 0;
      expect((await waiting).revision).to.equal(2);
      expect(names()).to.deep.equal(['+a', '+b', '+c']);
    });

    it('reads all again when the stream has become shorter', async () => {
      const pipeline = process();
      await pipeline.execute(add('a', 'b'));
      store.shorten(NAME, 1);
      expect((await pipeline.execute(add('c'))).state.names, 'b is gone').to.deep.equal(['a', 'c']);
    });
  });

  describe('answers without an append', () => {
    it('are given on a tail that was read after the request arrived', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      await elsewhere('b');
      expect(await refusal(pipeline.execute(add('b')))).to.equal('AlreadyGroupMember');
      const stale = process();
      await stale.execute(add('c'));
      const other = process();
      await other.execute(remove('c'));
      // Would be a refusal on what `stale` remembers, and is a write on what is there.
      expect((await stale.execute(add('c'))).events).to.equal(1);
    });

    it('hold for already-so too', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      await elsewhere('b');
      const { events, revision } = await pipeline.execute(remove('b'));
      expect([events, revision]).to.deep.equal([1, 2]);
      const again = await pipeline.execute(remove('b'));
      expect([again.events, again.revision, again.replayed]).to.deep.equal([0, 2, false]);
    });

    describe('where the store says where a stream ends', () => {
      let asked: number;
      beforeEach(() => {
        asked = 0;
        Object.assign(store, {
          lastRevision: (stream: string) => {
            asked += 1;
            return Promise.resolve(store.revisionOf(stream));
          },
        });
      });

      it('read nothing of one that is as it was, and what others wrote of one that is not', async () => {
        const pipeline = process();
        await pipeline.execute(add('a'));
        store.reads = 0;
        expect((await pipeline.look(counter, STREAM)).state.names).to.deep.equal(['a']);
        expect((await pipeline.execute(remove('nobody'))).revision).to.equal(0);
        expect([store.reads, asked]).to.deep.equal([0, 2]);
        await elsewhere('b');
        expect(await pipeline.look(counter, STREAM)).to.deep.equal({ state: { names: ['a', 'b'] }, revision: 1 });
        await elsewhere('c');
        expect(await refusal(pipeline.execute(add('c')))).to.equal('AlreadyGroupMember');
      });

      it('forget a stream that is shorter than it was', async () => {
        const pipeline = process();
        for (const name of ['a', 'b', 'c']) await pipeline.execute(add(name));
        store.shorten(NAME, 1);
        expect(await pipeline.look(counter, STREAM)).to.deep.equal({ state: { names: ['a'] }, revision: 0 });
        expect((await pipeline.execute(remove('c'))).events).to.equal(0);
      });
    });

    it('share one reading', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      store.reads = 0;
      await Promise.all(Array.from({ length: 50 }, () => pipeline.execute(remove('nobody'))));
      expect(store.reads).to.equal(1);
    });

    it('need no reading beside an append that was accepted', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      store.reads = 0;
      await Promise.all([pipeline.execute(remove('nobody')), pipeline.execute(add('b'))]);
      expect(store.reads).to.equal(0);
    });

    it('do not trust a reading that began before the request', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      const gate = new Gate();
      store.beforeRead = () => gate.pass();
      const early = pipeline.execute(remove('nobody'));
      await eventually(() => gate.arrived === 1);
      const late = pipeline.execute(remove('nobody'));
      store.beforeRead = () => undefined;
      store.reads = 0;
      gate.open();
      await Promise.all([early, late]);
      expect(store.reads).to.equal(1);
    });

    it('If-Match is judged by fresh state', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      await elsewhere('b');
      expect((await pipeline.execute({ ...add('c'), ifRevision: 1 })).revision).to.equal(2);
      const error = await errorOf(pipeline.execute({ ...add('d'), ifRevision: 1 }));
      expect(error).to.be.instanceOf(DomainError);
      expect((error as DomainError).facts).to.deep.equal({ expected: 1, actual: 2 });
    });
  });

  describe('a history that is not understood', () => {
    it('is not decided on', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      const metadata = JSON.stringify({ occurredAt: 1, hash: 'h' });
      store.write({ stream: NAME, expectedRevision: 0, events: [{ id: 'x', type: 'Strange', data: '{}', metadata }] });
      expect(await refusal(pipeline.execute(remove('nobody')))).to.equal('HistoryNotUnderstood');
      expect(await refusal(pipeline.execute(add('b')))).to.equal('HistoryNotUnderstood');
      expect(store.of(NAME)).to.have.length(2);
    });
  });

  describe('a stream with a gap', () => {
    it('is not decided on', async () => {
      const metadata = JSON.stringify({ occurredAt: 1, hash: 'h' });
      const data = JSON.stringify({ name: 'a' });
      for (const [i, id] of ['x', 'y'].entries())
        store.write({ stream: NAME, expectedRevision: i - 1, events: [{ id, type: 'Added', data, metadata }] });
      store.lose(NAME, 0);
      expect(await refusal(process().execute(add('b')))).to.equal('HistoryNotUnderstood');
      expect(store.sent).to.deep.equal([]);
    });
  });

  describe('a store that takes nothing now', () => {
    it('a full disk, or a denial, is told to whom it concerns; his key is free, and the next command is written', async () => {
      const pipeline = process();
      for (const [why, told] of [
        ['diskFull', 'DiskFull'],
        ['accessDenied', 'AppendDenied'],
      ] as const) {
        store.beforeAppend = () => Promise.reject(new WritesRefused(why, 'not now'));
        const command = keyed(why, { type: 'Add', names: [why] });
        expect(await refusal(pipeline.execute(command))).to.equal(told);
        store.beforeAppend = () => undefined;
        expect((await pipeline.execute(command)).replayed).to.equal(false);
      }
      expect(names()).to.deep.equal(['+diskFull', '+accessDenied']);
    });

    it('nothing is claimed or sent while the disk is known to be full', async () => {
      const storage = { isFull: true };
      const pipeline = process({}, { storage });
      expect(await refusal(pipeline.execute(add('a')))).to.equal('DiskFull');
      expect(store.sent).to.deep.equal([]);
      storage.isFull = false;
      await pipeline.execute(add('a'));
      expect(names()).to.deep.equal(['+a']);
    });

    it('what the store leaves open is told as unknown, and whoever waits behind it is decided on what is there', async () => {
      const pipeline = process();
      const gate = new Gate();
      store.beforeAppend = async () => {
        await gate.pass();
        throw new OutcomeLeftOpen('it never says');
      };
      const open = refusal(pipeline.execute(add('a')));
      await eventually(() => gate.arrived === 1);
      const behind = pipeline.execute(add('b'));
      store.beforeAppend = () => undefined;
      gate.open();
      expect(await open).to.equal('OutcomeUnknown');
      await behind;
      expect(names()).to.deep.equal(['+b']);
    });
  });

  describe('an unknown outcome', () => {
    it('is told to whom it concerns, nothing is decided meanwhile, and it is settled later', async () => {
      const pipeline = process({ deadlineMs: 60 });
      const gate = new Gate();
      store.beforeAppend = () => gate.pass();
      const flying = refusal(pipeline.execute(add('a')));
      await eventually(() => gate.arrived === 1);
      const waiting = refusal(pipeline.execute(add('b')));
      expect(await flying).to.equal('OutcomeUnknown');
      expect(await waiting).to.equal('DeadlinePassed');
      expect(store.sent).to.have.length(1);
      store.beforeAppend = () => undefined;
      gate.open();
      const { revision } = await pipeline.execute({ ...add('c'), deadlineMs: 5_000 });
      expect(revision).to.equal(1);
      expect(names(), 'who gave up waiting is never decided').to.deep.equal(['+a', '+c']);
    });

    it('of a command that turns out not to be written is not written later', async () => {
      const pipeline = process({ deadlineMs: 60 });
      const gate = new Gate();
      store.beforeAppend = () => gate.pass();
      expect(await refusal(pipeline.execute(add('a')))).to.equal('OutcomeUnknown');
      await elsewhere('first');
      store.beforeAppend = () => undefined;
      gate.open();
      await pipeline.execute({ ...add('b'), deadlineMs: 5_000 });
      expect(names()).to.deep.equal(['+first', '+b']);
    });

    it('a closed store leaves what was flying unknown and the rest unwritten', async () => {
      const pipeline = process();
      const gate = new Gate();
      store.beforeAppend = () => gate.pass();
      const flying = refusal(pipeline.execute(add('a')));
      await eventually(() => gate.arrived === 1);
      const waiting = refusal(pipeline.execute(add('b')));
      await store.close();
      expect(await flying).to.equal('OutcomeUnknown');
      expect(await waiting).to.equal('ShuttingDown');
      gate.open();
    });
  });

  describe('events that cannot be stored', () => {
    it('are told to who wanted them, whoever shared their append', async () => {
      refused = (name) => name === 'poison';
      const pipeline = process();
      const wanted = ['a', 'b', 'poison', 'c', 'd', 'e'];
      const ends = await Promise.allSettled(wanted.map((name) => pipeline.execute(add(name))));
      expect(ends.map(({ status }) => status === 'fulfilled')).to.deep.equal(wanted.map((name) => name !== 'poison'));
      const poisoned = ends[2];
      expect(poisoned?.status === 'rejected' && (poisoned.reason as ApplicationError).kind).to.equal('NotStorable');
      expect(names()).to.deep.equal(['+a', '+b', '+c', '+d', '+e']);
    });

    it('wait while the keys to encrypt them are away', async () => {
      let away = 3;
      refused = () => {
        if (away-- > 0) throw new EventStoreUnavailable('no keys now');
        return false;
      };
      expect((await process().execute(add('a'))).revision).to.equal(0);
      expect(store.sent).to.have.length(1);
    });
  });

  describe('a store that is away', () => {
    it('is waited for', async () => {
      const pipeline = process();
      store.away = true;
      const work = pipeline.execute(add('a'));
      await eventually(() => store.reads >= 3);
      store.away = false;
      expect((await work).revision).to.equal(0);
    });

    it('is not waited for beyond the deadline', async () => {
      store.away = true;
      expect(await refusal(process({ deadlineMs: 50 }).execute(add('a')))).to.equal('DeadlinePassed');
    });
  });

  it('has a bounded queue', async () => {
    const pipeline = process({ waiting: 2 });
    const gate = new Gate();
    store.beforeAppend = () => gate.pass();
    const admitted = [pipeline.execute(add('a')), pipeline.execute(add('b'))];
    expect(await refusal(pipeline.execute(add('c')))).to.equal('TooBusy');
    gate.open();
    await Promise.all(admitted);
  });

  it('keeps no mailbox that nobody uses, and only so many states', async () => {
    const pipeline = process({ cachedStates: 2 });
    for (const id of ['a', 'b', 'c']) await pipeline.execute({ ...add('x'), stream: counterStream(id) });
    await eventually(() => pipeline.busyStreams === 0);
    store.reads = 0;
    await pipeline.execute({ ...add('y'), stream: counterStream('c') });
    expect(store.reads).to.equal(0);
    await pipeline.execute({ ...add('y'), stream: counterStream('a') });
    expect(store.reads).to.equal(1);
  });

  it('takes nothing any more when it is closing, and ends what is under way', async () => {
    const pipeline = process();
    const gate = new Gate();
    store.beforeAppend = () => gate.pass();
    const work = pipeline.execute(add('a'));
    await eventually(() => gate.arrived === 1);
    expect(await pipeline.close(10)).to.equal(false);
    expect(await refusal(pipeline.execute(add('b')))).to.equal('ShuttingDown');
    gate.open();
    expect((await work).revision).to.equal(0);
    expect(await pipeline.close(2_000)).to.equal(true);
  });

  describe('with an idempotency key', () => {
    const equal = (results: readonly Result[]): void => {
      for (const { outcome, revision, events } of results) {
        expect({ outcome, revision, events }).to.deep.equal({
          outcome: results[0]?.outcome,
          revision: results[0]?.revision,
          events: results[0]?.events,
        });
      }
    };

    it('eight equal requests at once have one effect and eight equal answers', async () => {
      const pipelines = [process(), process()];
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, n) => pipelines[n % 2]?.execute(keyed('k', { type: 'Add', names: ['a', 'b'] }))),
      );
      equal(results.filter((result) => result !== undefined));
      expect(results.filter((result) => result?.replayed === false)).to.have.length(1);
      expect(names()).to.deep.equal(['+a', '+b']);
    });

    it('a repeat is answered as the first was, however the stream went on', async () => {
      const pipeline = process();
      const first = await pipeline.execute(keyed('k', { type: 'Add', names: ['a'] }));
      await pipeline.execute(remove('a'));
      const repeat = await pipeline.execute(keyed('k', { type: 'Add', names: ['a'] }));
      equal([first, repeat]);
      expect([repeat.replayed, repeat.state.names, repeat.stateRevision]).to.deep.equal([true, [], 1]);
      expect(names()).to.deep.equal(['+a', '-a']);
    });

    it('a claim without an outcome is settled from the stream, by another process too', async () => {
      const crashed = process();
      ledger.complete = () => Promise.reject(new Error('ended before it could remember'));
      const command: CounterCommand = { type: 'Add', names: ['a', 'b'] };
      const first = await crashed.execute(keyed('k', command));
      now = 9_000;
      await crashed.execute(remove('a'));
      const repeat = await process().execute(keyed('k', command));
      equal([first, repeat]);
      expect(repeat.outcome.at).to.equal(1_000);
      expect(names()).to.deep.equal(['+a', '+b', '-a']);
    });

    it('finds it behind more keys than are remembered', async () => {
      const pipeline = process();
      ledger.complete = () => Promise.reject(new Error('ended before it could remember'));
      const first = await pipeline.execute(keyed('k', { type: 'Add', names: ['a'] }));
      for (let n = 0; n < 150; n++)
        await pipeline.execute(keyed(`k${String(n)}`, { type: 'Add', names: [`n${String(n)}`] }));
      const repeats = [process(), pipeline].map((each) => each.execute(keyed('k', { type: 'Add', names: ['a'] })));
      equal([first, ...(await Promise.all(repeats))]);
    });

    it('another body under the same key is refused, and another stream', async () => {
      const pipeline = process();
      await pipeline.execute(keyed('k', { type: 'Add', names: ['a'] }));
      expect(await refusal(pipeline.execute(keyed('k', { type: 'Add', names: ['b'] })))).to.equal(
        'IdempotencyKeyReused',
      );
      const elsewhereToo = keyed('k', { type: 'Add', names: ['a'] }, { stream: counterStream('h') });
      expect(await refusal(pipeline.execute(elsewhereToo))).to.equal('IdempotencyKeyReused');
      const other = { ...keyed('k', { type: 'Add', names: ['c'] }), actor: { kind: 'user', id: 'v' } } as Request;
      expect((await pipeline.execute(other)).events).to.equal(1);
    });

    it('already-so is remembered', async () => {
      const pipeline = process();
      const first = await pipeline.execute(keyed('k', { type: 'Remove', name: 'a' }));
      await pipeline.execute(add('a'));
      const repeat = await pipeline.execute(keyed('k', { type: 'Remove', name: 'a' }));
      equal([first, repeat]);
      expect(names()).to.deep.equal(['+a']);
    });

    it('a refusal frees the claim', async () => {
      const pipeline = process();
      await pipeline.execute(add('a'));
      expect(await refusal(pipeline.execute(keyed('k', { type: 'Add', names: ['a'] })))).to.equal('AlreadyGroupMember');
      expect(ledger.rows.size).to.equal(0);
      await pipeline.execute(remove('a'));
      expect((await pipeline.execute(keyed('k', { type: 'Add', names: ['a'] }))).events).to.equal(1);
    });

    it('an unknown outcome keeps the claim; the repeat has no second effect', async () => {
      const pipeline = process();
      const gate = new Gate();
      store.beforeAppend = () => gate.pass();
      const command: CounterCommand = { type: 'Add', names: ['a'] };
      expect(await refusal(pipeline.execute(keyed('k', command, { deadlineMs: 50 })))).to.equal('OutcomeUnknown');
      const repeat = pipeline.execute(keyed('k', command));
      const elsewhereToo = process().execute(keyed('k', command, { deadlineMs: 100 }));
      expect(await refusal(elsewhereToo)).to.equal('OutcomeUnknown');
      gate.open();
      const { revision, replayed } = await repeat;
      expect([revision, replayed]).to.deep.equal([0, true]);
      expect(names()).to.deep.equal(['+a']);
      await eventually(() => [...ledger.rows.values()].every(({ outcome }) => outcome !== undefined));
    });

    it('who waits behind an attempt of the same key is never told that nothing was written', async () => {
      const pipeline = process();
      const gate = new Gate();
      store.beforeAppend = () => gate.pass();
      const first = pipeline.execute(keyed('k', { type: 'Add', names: ['a'] }));
      await eventually(() => gate.arrived === 1);
      const second = keyed('k', { type: 'Add', names: ['a'] }, { deadlineMs: 40 });
      expect(await refusal(pipeline.execute(second))).to.equal('OutcomeUnknown');
      gate.open();
      expect((await first).events).to.equal(1);
    });

    it('a command with a key of its own is recognised for ever, without a ledger', async () => {
      const pipeline = process();
      const own = { ...add('a'), commandKey: 'cause/process/target' };
      const first = await pipeline.execute(own);
      await pipeline.execute(remove('a'));
      equal([first, await pipeline.execute(own), await process().execute(own)]);
      expect(names()).to.deep.equal(['+a', '-a']);
    });
  });
});
