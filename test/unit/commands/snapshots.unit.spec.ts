import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Aggregate } from '../../../application/commands/aggregate.js';
import { CommandPipeline, type PipelineDependencies } from '../../../application/commands/pipeline.js';
import type { CommandResult } from '../../../application/commands/request.js';
import type { StoredEvent } from '../../../application/ports/event-store.js';
import type { Snapshot } from '../../../application/ports/snapshots.js';
import { streamName } from '../../../application/streams.js';
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
import { eventually } from '../../support/eventually.js';
import { Gate, MemoryEventStore } from '../../support/memory-event-store.js';
import { MemoryLedger } from '../../support/memory-ledger.js';
import { MemorySnapshots } from '../../support/memory-snapshots.js';
import { silentLogger } from '../../support/silent-logger.js';

type Counter = Aggregate<CounterState, CounterCommand, CounterEvent, CounterOutcome>;

const STREAM = counterStream('g');
const NAME = streamName(STREAM);
const EVERY = 50;

const kept: Counter = {
  ...counter,
  snapshot: {
    version: 3,
    every: EVERY,
    write: ({ names }) => ({ names }),
    read: (json) => (Array.isArray((json as CounterState).names) ? (json as CounterState) : undefined),
    bytes: ({ names }) => names.length,
  },
};

describe('Snapshots of long streams', () => {
  let store: CountingStore;
  let snapshots: MemorySnapshots;
  let ledger: MemoryLedger;
  let open: CommandPipeline[];

  beforeEach(() => {
    store = new CountingStore();
    snapshots = new MemorySnapshots();
    ledger = new MemoryLedger();
    open = [];
  });

  afterEach(async () => {
    await store.close();
    for (const pipeline of open) expect(await pipeline.close(2_000), 'left something behind').to.equal(true);
  });

  /** A process that has nothing in memory yet. */
  function coldProcess(more: Partial<PipelineDependencies> = { snapshots }): CommandPipeline {
    store.given = 0;
    const clock = { now: () => 1_000 };
    const pipeline = new CommandPipeline(
      { store, serializer: plainSerializer, ledger, clock, log: silentLogger, ...more },
      { deadlineMs: 5_000 },
    );
    open.push(pipeline);
    return pipeline;
  }

  const run = (
    pipeline: CommandPipeline,
    command: CounterCommand,
    key?: string,
    aggregate = kept,
  ): Promise<CommandResult<CounterState, CounterOutcome>> =>
    pipeline.execute({
      ...asUser('u', key === undefined ? {} : { idempotency: { key, operation: 'op', bodyHash: 'b' } }),
      aggregate,
      stream: STREAM,
      command,
    });

  /** So many events, after which one name is left; the keys `key 0` … stand at the additions. */
  async function lived(events: number, pipeline = coldProcess(), isKept = true): Promise<CommandPipeline> {
    for (let n = 0; 2 * n + 1 < events; n += 1) {
      await run(pipeline, { type: 'Add', names: [`name ${n.toString()}`] }, `key ${n.toString()}`);
      await run(pipeline, { type: 'Remove', name: `name ${n.toString()}` });
      await turn();
    }
    await run(pipeline, { type: 'Add', names: ['last'] });
    if (isKept) await eventually(() => snapshots.rows.length >= Math.floor(events / EVERY));
    return pipeline;
  }

  const stateOf = async (pipeline: CommandPipeline): Promise<unknown> => pipeline.look(kept, STREAM);

  it('give the same state as the whole stream, whatever came before and after', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 5 }), async (lives) => {
        store = new CountingStore();
        snapshots = new MemorySnapshots();
        ledger = new MemoryLedger();
        let n = 0;
        for (const length of lives) {
          const pipeline = coldProcess();
          for (let left = length; left > 0; left -= 1) {
            await run(pipeline, { type: 'Add', names: [String(n++)] });
            await turn();
          }
          await pipeline.close(1_000);
        }
        expect(await stateOf(coldProcess())).to.deep.equal(await stateOf(coldProcess({})));
      }),
      { numRuns: 15 },
    );
  });

  it('bound what a cold load reads, however long the stream is', async () => {
    await lived(1_500);
    const state = await stateOf(coldProcess());
    expect(store.given).to.be.within(1, EVERY + 1);
    expect(state).to.deep.equal(await stateOf(coldProcess({})));
    expect(store.given).to.equal(1_501);
  });

  it('are written by a process that only reads, too', async () => {
    await lived(2 * EVERY, coldProcess({}), false);
    await stateOf(coldProcess());
    await eventually(() => snapshots.rows.length === 1);
    await stateOf(coldProcess());
    expect(store.given).to.equal(1);
  });

  const lies: readonly (readonly [string, (row: Snapshot) => Partial<Snapshot>])[] = [
    ['past the end of its stream', ({ revision }) => ({ revision: revision + 1_000 })],
    ['of another event', () => ({ hash: 'another' })],
    ['whose hash is of the event before', ({ revision }) => ({ revision: revision - 1 })],
    ['that is no JSON', () => ({ state: '{"names":["last"' })],
    ['of another form', () => ({ state: '{"members":{}}' })],
  ];
  for (const [what, lie] of lies) {
    it(`are ignored where one is ${what}, and not asked for again`, async () => {
      await lived(3 * EVERY);
      snapshots.rows = snapshots.rows.slice(-1).map((row) => ({ ...row, ...lie(row) }));
      expect(await stateOf(coldProcess())).to.deep.equal(await stateOf(coldProcess({})));
      await eventually(async () => {
        await stateOf(coldProcess());
        return store.given <= EVERY + 1;
      });
    });
  }

  it('fall back on the one before', async () => {
    await lived(3 * EVERY);
    const newest = Math.max(...snapshots.rows.map(({ revision }) => revision));
    snapshots.rows = snapshots.rows.map((row) => (row.revision === newest ? { ...row, hash: 'another' } : row));
    const state = await stateOf(coldProcess());
    expect(store.given).to.be.within(EVERY, 2 * EVERY + 2);
    expect(state).to.deep.equal(await stateOf(coldProcess({})));
  });

  it('of another version of the fold are not read', async () => {
    await lived(3 * EVERY);
    snapshots.rows = snapshots.rows.map((row) => ({ ...row, version: 2, state: '{"names":["of the old fold"]}' }));
    expect(await stateOf(coldProcess())).to.deep.equal(await stateOf(coldProcess({})));
  });

  it('hold no command up and fail none, written or read', async () => {
    const gate = new Gate();
    snapshots.beforeKeep = () => gate.pass();
    const pipeline = coldProcess();
    for (let n = 0; n < 3 * EVERY; n += 1) await run(pipeline, { type: 'Add', names: [String(n)] });
    await eventually(() => gate.arrived === 1);
    gate.open();
    snapshots.beforeKeep = () => Promise.reject(new Error('no room'));
    for (let n = 0; n < 3 * EVERY; n += 1) await run(pipeline, { type: 'Add', names: [`more ${String(n)}`] });
    snapshots.away = true;
    expect(await stateOf(coldProcess())).to.deep.equal(await stateOf(pipeline));
  });

  it('leave repeats recognised whose keys stand before them', async () => {
    await lived(6 * EVERY);
    ledger.rows.clear();
    // Claimed before anything was written, as by a process that died between its append and its row.
    const pipeline = coldProcess();
    const repeat = await pipeline.execute({
      ...asUser('u'),
      aggregate: kept,
      stream: STREAM,
      command: { type: 'Add', names: ['name 3'] },
      commandKey: keyOf(store.of(NAME)[6]),
    });
    expect(repeat).to.include({ replayed: true, events: 1, revision: 6 });
    expect(repeat.outcome.count).to.equal(1);
    expect(store.of(NAME)).to.have.length(6 * EVERY + 1);
  });

  it('leave repeats recognised whose keys stand after them', async () => {
    await lived(2 * EVERY);
    const pipeline = coldProcess();
    await run(pipeline, { type: 'Remove', name: 'last' });
    const first = await run(pipeline, { type: 'Add', names: ['new'] }, 'a key');
    ledger.rows.clear();
    const cold = coldProcess();
    const command: CounterCommand = { type: 'Add', names: ['new'] };
    const commandKey = keyOf(store.of(NAME)[first.revision]);
    const again = await cold.execute({ ...asUser('u'), aggregate: kept, stream: STREAM, command, commandKey });
    expect(again).to.include({ replayed: true, revision: first.revision });
  });
});

const keyOf = (event: StoredEvent | undefined): string =>
  (JSON.parse(event?.metadata ?? '{}') as { commandKey: string }).commandKey;

class CountingStore extends MemoryEventStore {
  /** Events that were given to readers. */
  given = 0;

  override async *readStream(
    ...asked: Parameters<MemoryEventStore['readStream']>
  ): ReturnType<MemoryEventStore['readStream']> {
    for await (const batch of super.readStream(...asked)) {
      this.given += batch.length;
      yield batch;
    }
  }
}
