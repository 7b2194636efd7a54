import { expect } from 'chai';
import { ApplicationError } from '../../../application/commands/errors.js';
import type { EventSerializer } from '../../../application/ports/envelope.js';
import { nameOf } from '../../../application/following/errors.js';
import { ActRetries } from '../../../application/processes/retry.js';
import { makePosition } from '../../../application/ports/positions.js';
import type { ProcessRunner } from '../../../application/processes/runner.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { ArrayEventStore, plainSerializer } from '../../support/array-event-store.js';
import { eventually } from '../../support/eventually.js';
import { seededRandom } from '../../support/random.js';
import { MemoryCheckpoints, recording, runnerOn, write } from '../../support/process-bench.js';

describe('what runs the processes', () => {
  const random = seededRandom();
  let store: ArrayEventStore;
  let checkpoints: MemoryCheckpoints;
  const running: ProcessRunner[] = [];

  beforeEach(() => {
    store = new ArrayEventStore();
    checkpoints = new MemoryCheckpoints();
  });
  afterEach(async () => {
    for (const runner of running.splice(0)) await runner.stop();
  });

  const start = async (
    ...args: Parameters<typeof runnerOn> extends [unknown, unknown, ...infer Rest] ? Rest : never
  ) => {
    const runner = runnerOn(store, checkpoints, ...args);
    running.push(runner);
    await runner.start();
    return runner;
  };
  const end = (): string => store.log.at(-1)!.position;
  const noted = (name: string): Promise<void> => eventually(() => checkpoints.rows.get(name)?.position === end());

  it('reacts to what is there and to what comes, in the order of each stream, and notes how far it is', async () => {
    write(store, 's1', ['A']);
    write(store, 's1', ['A']);
    const { process, done } = recording('one', ['A']);
    await start([process]);
    await noted('one');
    write(store, 's2', ['A', 'N']);
    write(store, 's1', ['A']);
    await noted('one');
    expect(done.filter((line) => line.includes('s1'))).to.deep.equal(['one: s1@0', 'one: s1@1', 'one: s1@2']);
    expect(done).to.have.length(4);
  });

  it('gives a process the events of one command together, wherever the reading is cut', async () => {
    for (const batchSize of [1, 2, 3, 7]) {
      store = new ArrayEventStore();
      store.batchSize = batchSize;
      checkpoints = new MemoryCheckpoints();
      write(store, 's1', ['A', 'A', 'A', 'A', 'A']);
      write(store, 's1', ['A', 'A']);
      write(store, 's2', ['N', 'A', 'A', 'N', 'A']);
      write(store, 's1', ['A']);
      const { process, done } = recording('one', ['A']);
      const runner = await start([process]);
      await noted('one');
      await runner.stop();
      expect([...done].sort(), `in batches of ${String(batchSize)}`).to.deep.equal([
        'one: s1@0 s1@1 s1@2 s1@3 s1@4',
        'one: s1@5 s1@6',
        'one: s1@7',
        'one: s2@1 s2@2',
        'one: s2@4',
      ]);
    }
  });

  it('finishes an event for all processes, in their order, before the next of its stream', async () => {
    const done: string[] = [];
    const slow = recording('slow', ['A', 'B'], {
      perform: async ({ name }) => {
        await new Promise((resolve) => setTimeout(resolve, 3));
        done.push(`slow ${name.type}`);
      },
    });
    const quick = recording('quick', ['B'], { perform: ({ name }) => done.push(`quick ${name.type}`) });
    await start([slow.process, quick.process]);
    for (const type of ['A', 'B', 'A', 'B']) write(store, 's1', [type]);
    await noted('quick');
    expect(done).to.deep.equal(['slow A', 'slow B', 'quick B', 'slow A', 'slow B', 'quick B']);
  });

  it('reacts to streams side by side, 32 at most', async () => {
    let [now, most] = [0, 0];
    const { process } = recording('one', ['A'], {
      perform: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        now -= 1;
      },
    });
    for (let n = 0; n < 200; n++) write(store, `s${String(n)}`, ['A']);
    await start([process]);
    await noted('one');
    expect(most).to.equal(32);
  });

  describe('with prepared acts', () => {
    /** Lines of one place: the first is done when so many are begun. */
    const prepared = (until: number, prepares: (revision: number) => Promise<void> = () => Promise.resolve()) => {
      const begun: string[] = [];
      let allBegun: () => void = () => undefined;
      const all = new Promise<void>((resolve) => (allBegun = resolve));
      const { process } = recording('one', ['A', 'B']);
      const react = process.react;
      const prepare = async (revision: number, how: string): Promise<() => Promise<void>> => {
        await prepares(revision);
        return () => {
          begun.push(`${how} ${String(revision)}`);
          if (begun.length === until) allBegun();
          return all;
        };
      };
      const lines: typeof process = {
        ...process,
        react: (causes) =>
          react(causes).map((act) => ({
            ...act,
            prepare: () => prepare(causes[0].name.revision, 'together'),
            perform: async () => (await prepare(causes[0].name.revision, 'alone'))(),
          })),
      };
      return { lines, begun };
    };

    it('begins those of a stream together, in their order, however long each takes to prepare', async () => {
      const { lines, begun } = prepared(5, (revision) => new Promise((resolve) => setTimeout(resolve, 5 - revision)));
      for (let n = 0; n < 5; n++) write(store, 's1', ['A']);
      await start([lines]);
      await noted('one');
      expect(begun).to.deep.equal([0, 1, 2, 3, 4].map((n) => `together ${n.toString()}`));
    });

    it('begins none before one that can’t be prepared yet and came before it', async () => {
      let away = true;
      const { lines, begun } = prepared(2, (revision) => {
        if (revision !== 2 || !away) return Promise.resolve();
        away = false;
        return Promise.reject(new ApplicationError('Unavailable', { what: 'database' }));
      });
      for (let n = 0; n < 5; n++) write(store, 's1', ['A']);
      await start([lines]);
      await noted('one');
      expect(begun).to.deep.equal(['together 0', 'together 1', 'alone 2', 'alone 3', 'alone 4']);
    });

    it('finishes them before what another process does next in the stream', async () => {
      const { lines, begun } = prepared(3);
      const closing = recording('closing', ['B'], { perform: () => begun.push('closed') });
      for (const type of ['A', 'A', 'B']) write(store, 's1', [type]);
      await start([lines, closing.process]);
      await noted('closing');
      expect(begun).to.deep.equal(['together 0', 'together 1', 'together 2', 'closed']);
    });
  });

  it('acts as itself, because of the event, in the tenant and under the correlation of the event', async () => {
    const [event] = write(store, 's1', ['A']);
    const contexts: unknown[] = [];
    const { process } = recording('one', ['A']);
    const react = process.react;
    await start([
      {
        ...process,
        react: (causes) =>
          react(causes).map((act) => ({
            ...act,
            perform: (context, commandKey) => {
              contexts.push({ ...context, commandKey: commandKey.length });
              return Promise.resolve();
            },
          })),
      },
    ]);
    await noted('one');
    const { $correlationId } = JSON.parse(event!.metadata) as { $correlationId: string };
    expect(contexts).to.deep.equal([
      {
        tenant: 't',
        actor: { kind: 'system', id: 'one' },
        via: 'process:one',
        correlationId: $correlationId,
        causationId: event!.id,
        commandKey: 43,
      },
    ]);
  });

  it('does again under the same keys what was done and not noted when it was killed', async () => {
    write(store, 's1', ['A', 'A']);
    write(store, 's2', ['A']);
    const { process, keys } = recording('one', ['A']);
    const killed = await start([process]);
    checkpoints.away = false;
    await eventually(() => keys.size === 2);
    // Killed: what it would note now is lost.
    checkpoints.rows.set('one', { position: '', epoch: 7 });
    await killed.stop();
    expect(checkpoints.rows.get('one')?.position).to.equal('');
    await start([process]);
    await noted('one');
    expect([...keys.values()]).to.deep.equal([2, 2]);
  });

  it('loses nothing when it is stopped in the middle, whenever that is', async () => {
    const { process, keys } = recording('one', ['A'], {
      perform: () => new Promise((resolve) => setTimeout(resolve, random.next() * 3)),
    });
    for (let n = 0; n < 300; n++) write(store, `s${String(n % 40)}`, ['A']);
    for (let n = 0; n < 20 && checkpoints.rows.get('one')?.position !== end(); n++) {
      const runner = await start([process]);
      await new Promise((resolve) => setTimeout(resolve, random.next() * 20));
      await runner.stop();
    }
    await start([process]);
    await noted('one');
    expect(keys.size).to.equal(300);
  });

  it('tries again what may pass, and nothing behind it in the stream is done before', async () => {
    write(store, 's1', ['A']);
    write(store, 's1', ['B']);
    let failures = 3;
    const { process, done } = recording('one', ['A', 'B'], {
      perform: ({ name }) => {
        if (name.type === 'A' && failures-- > 0) throw new ApplicationError('Unavailable', { what: 'database' });
      },
    });
    await start([process]);
    await noted('one');
    expect(done).to.deep.equal(['one: s1@0', 'one: s1@1']);
    expect(checkpoints.parked).to.deep.equal([]);
  });

  it('lets nobody wait for ever behind what fails for its own sake while all else is well', async () => {
    const [stuck] = write(store, 's1', ['A']);
    write(store, 's1', ['A']);
    const { process, done } = recording('one', ['A'], {
      perform: ({ name }) => {
        if (name.id === stuck!.id) throw new ApplicationError('Unavailable', { what: 'a read model that is stopped' });
      },
    });
    await start([process], { patienceMs: 0 });
    await noted('one');
    expect(checkpoints.parked.map(({ event, target }) => [event.id, target])).to.deep.equal([[stuck!.id, 's1']]);
    expect(done).to.deep.equal(['one: s1@1']);
  });

  it('waits for a read side that is on its way, however long that takes', async () => {
    write(store, 's1', ['A']);
    let tries = 0;
    const { process, done } = recording('one', ['A'], {
      perform: () => {
        tries += 1;
        if (tries < 6) throw new ApplicationError('Unavailable', { what: 'older messages' });
      },
    });
    await start([process], { patienceMs: 0, isReadSideComing: () => Promise.resolve(tries < 6) });
    await noted('one');
    expect(checkpoints.parked).to.deep.equal([]);
    expect(done).to.deep.equal(['one: s1@0']);
  });

  it('parks nothing for what ails everybody, however long that lasts', async () => {
    write(store, 's1', ['A']);
    write(store, 's2', ['A']);
    let tries = 0;
    const { process, done } = recording('one', ['A'], {
      perform: ({ name: { stream } }) => {
        tries += 1;
        checkpoints.away = tries < 6;
        if (tries > 6) return;
        if (stream === 's1') throw new ApplicationError('DiskFull', {});
        throw new ApplicationError('Unavailable', { what: 'database' });
      },
    });
    await start([process], { patienceMs: 0 });
    await noted('one');
    expect(checkpoints.parked).to.deep.equal([]);
    expect(done).to.have.length(2);
  });

  it('parks what fails for good or can’t be read, for that process alone, and goes on', async () => {
    const [refused] = write(store, 's1', ['A']);
    write(store, 's1', ['A']);
    const [damaged] = write(store, 's2', ['A']);
    const failing = recording('failing', ['A'], {
      perform: ({ name }) => {
        if (name.id === refused!.id) throw new DomainError('NotPermitted', { reason: 'a test' });
      },
    });
    const other = recording('other', ['A']);
    const runner = await start([failing.process, other.process], {
      serializer: {
        open: (events) =>
          events.some(({ id }) => id === damaged!.id)
            ? Promise.reject(new Error('damaged'))
            : plainSerializer.open(events),
      },
    });
    await noted('failing');
    expect(failing.done).to.deep.equal(['failing: s1@1']);
    expect(other.done).to.deep.equal(['other: s1@0', 'other: s1@1']);
    expect(
      checkpoints.parked.map(({ process, event, target, error }) => [process, event.id, target, error]),
    ).to.have.deep.members([
      ['failing', refused!.id, 's1', 'NotPermitted {"reason":"a test"}'],
      ['failing', damaged!.id, '', 'damaged'],
      ['other', damaged!.id, '', 'damaged'],
    ]);
    expect((await runner.status()).map(({ name, parked, state }) => [name, parked, state])).to.deep.equal([
      ['failing', 2, 'live'],
      ['other', 1, 'live'],
    ]);
  });

  it('does what was parked when it is tried again, under the key it had, and only that', async () => {
    const command = write(store, 's1', ['N', 'A', 'A']);
    const damaged = write(store, 's2', ['A', 'A']);
    let well = false;
    const { process, done, keys } = recording('one', ['A'], {
      perform: ({ name }) => {
        if (!well && name.stream === 's1') throw new DomainError('NotPermitted', { reason: 'a test' });
      },
    });
    const serializer: Pick<EventSerializer, 'open'> = {
      open: (events) =>
        !well && events.some(({ id }) => id === damaged[1]!.id)
          ? Promise.reject(new Error('damaged'))
          : plainSerializer.open(events),
    };
    await start([process], { serializer });
    await noted('one');
    expect(done).to.deep.equal(['one: s2@0']);
    const retries = new ActRetries({ store, serializer, processes: [process] });
    for (const act of checkpoints.parked)
      expect(await retries.retry(act).catch((error: unknown) => error)).to.be.instanceOf(Error);
    well = true;
    for (const act of checkpoints.parked) await retries.retry(act);
    expect(done).to.have.members(['one: s2@0', 'one: s1@1 s1@2', 'one: s2@1']);
    expect([...keys.values()].every((times) => times === 1)).to.equal(true);
    const unknown = { ...checkpoints.parked[0]!, event: { ...nameOf(command[1]!), id: 'gone' } };
    expect(await retries.retry(unknown).catch((error: unknown) => error)).to.match(/no longer has/);
  });

  it('parks what a process’s own mistake keeps it from reacting to', async () => {
    const [event] = write(store, 's1', ['A']);
    write(store, 's1', ['B']);
    const { process, done } = recording('one', ['A', 'B']);
    const react = process.react;
    await start([
      {
        ...process,
        react: (causes) => {
          if (causes[0].name.type === 'A') throw new TypeError('a mistake');
          return react(causes);
        },
      },
    ]);
    await noted('one');
    expect(checkpoints.parked.map(({ event: { id }, error }) => [id, error])).to.deep.equal([[event!.id, 'a mistake']]);
    expect(done).to.deep.equal(['one: s1@1']);
  });

  it('stops before an event of a newer schema, while the others go on', async () => {
    write(store, 's1', ['A']);
    const known = end();
    write(store, 's1', ['A'], { schemaVersion: 2 });
    write(store, 's2', ['A', 'B']);
    const old = recording('old', ['A']);
    const other = recording('other', ['B']);
    const runner = await start([old.process, other.process]);
    await noted('other');
    await eventually(() => checkpoints.rows.get('old')?.position === known);
    expect(old.done).to.deep.equal(['old: s1@0']);
    const [first, second] = await runner.status();
    expect(first).to.include({
      name: 'old',
      state: 'stopped',
      reason: "it doesn't know the schema of A at revision 1 of s1",
    });
    expect(second).to.include({ name: 'other', state: 'live', lag: 0 });
  });

  it('begins where it says on a log that was there before it', async () => {
    write(store, 's1', ['A']);
    const late = recording('late', ['A'], { begins: 'atEnd' });
    const early = recording('early', ['A'], { begins: 'atStart' });
    await start([late.process, early.process]);
    write(store, 's1', ['A']);
    await noted('late');
    await noted('early');
    expect(late.done).to.deep.equal(['late: s1@1']);
    expect(early.done).to.deep.equal(['early: s1@0', 'early: s1@1']);
  });

  for (const [what, position] of [
    ['another store', makePosition('another', 5n)],
    ['a longer log, from before it was restored', makePosition('array1', 500n)],
  ] as const)
    it(`begins anew where its checkpoint is of ${what}`, async () => {
      write(store, 's1', ['A']);
      const late = recording('late', ['A'], { begins: 'atEnd' });
      const early = recording('early', ['A'], { begins: 'atStart' });
      for (const name of ['late', 'early']) checkpoints.rows.set(name, { position, epoch: 3 });
      await start([late.process, early.process]);
      write(store, 's1', ['A']);
      await noted('late');
      await noted('early');
      expect(late.done).to.deep.equal(['late: s1@1']);
      expect(early.done).to.deep.equal(['early: s1@0', 'early: s1@1']);
    });

  it('goes on after the event store was away, and after the database was', async () => {
    const { process, done } = recording('one', ['A']);
    await start([process]);
    write(store, 's1', ['A']);
    await eventually(() => done.length === 1);
    checkpoints.away = true;
    write(store, 's1', ['A']);
    await eventually(() => done.length > 1);
    store.fail(2);
    checkpoints.away = false;
    await noted('one');
    expect(new Set(done)).to.deep.equal(new Set(['one: s1@0', 'one: s1@1']));
  });

  it('moves no checkpoint any more when somebody else leads', async () => {
    const first = recording('one', ['A']);
    await start([first.process]);
    write(store, 's1', ['A']);
    await noted('one');
    const second = recording('one', ['A']);
    await start([second.process]);
    const { epoch } = checkpoints.rows.get('one')!;
    write(store, 's1', ['A']);
    await noted('one');
    expect(second.done).to.deep.equal(['one: s1@1']);
    expect(checkpoints.rows.get('one')!.epoch).to.equal(epoch);
  });

  it('notes ten times a second at most how far it is', async () => {
    const { process, done } = recording('one', ['A']);
    await start([process], { noteMs: 100 });
    const from = performance.now();
    for (let n = 0; n < 200; n++) {
      write(store, 's1', ['A']);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await eventually(() => done.length === 200);
    await noted('one');
    expect(checkpoints.writes).to.be.at.most(Math.ceil((performance.now() - from) / 100) + 1);
  });
});
