import { expect } from 'chai';
import fc from 'fast-check';
import { CommandPipeline } from '../../../application/commands/pipeline.js';
import type { CommandResult } from '../../../application/commands/request.js';
import { streamName } from '../../../application/streams.js';
import { DomainError } from '../../../domain/shared/errors.js';
import {
  asUser,
  counter,
  type CounterCommand,
  type CounterOutcome,
  counterStream,
  type CounterState,
  plainSerializer,
} from '../../support/counter-aggregate.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { MemoryLedger } from '../../support/memory-ledger.js';
import { silentLogger } from '../../support/silent-logger.js';

const STREAM = counterStream('g');
const NAME = streamName(STREAM);
const NAMES = ['a', 'b', 'c', 'd'];

interface Step {
  readonly process: number;
  readonly command: CounterCommand;
  /** Turns of the event loop before it is asked. */
  readonly delay: number;
  /** Repeats of the same request, with one key. */
  readonly repeats: number;
}

const name = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.record({
  process: fc.nat(2),
  command: fc.oneof(
    fc.record({ type: fc.constant('Add' as const), names: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }) }),
    fc.record({ type: fc.constant('Remove' as const), name }),
  ),
  delay: fc.nat(20),
  repeats: fc.constantFrom(0, 0, 0, 1, 2),
});

/** How long each append and each reading takes, in turns of the event loop, over and over. */
const delays = fc.array(fc.nat(6), { minLength: 1, maxLength: 12 });

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
}

type Result = CommandResult<CounterState, CounterOutcome>;
interface Told {
  readonly step: Step;
  readonly results: readonly (Result | DomainError)[];
  /** Length of the stream when it was asked, and when it was answered. */
  readonly from: number;
  readonly to: number;
}

describe('Any interleaving of commands in three processes', () => {
  it('writes every acknowledged command once, and every answer is right at some time while it was asked', async function () {
    this.timeout(30_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 24 }),
        delays,
        fc.nat(5),
        async (steps, slow, batch) => {
          const store = new MemoryEventStore();
          const ledger = new MemoryLedger();
          let calls = 0;
          const wait = () => turns(slow[calls++ % slow.length] ?? 0);
          store.beforeAppend = wait;
          store.afterAppend = wait;
          store.beforeRead = wait;
          const processes = [0, 1, 2].map(
            () =>
              new CommandPipeline(
                { store, serializer: plainSerializer, ledger, clock: { now: () => 1_000 }, log: silentLogger },
                { tries: 1_000, backoffMs: 0, batch: batch + 1 },
              ),
          );

          const told = await Promise.all(
            steps.map(async (step, index): Promise<Told> => {
              await turns(step.delay);
              const from = store.of(NAME).length;
              const ask = (process: number): Promise<Result | DomainError> =>
                (processes[process % 3] as CommandPipeline)
                  .execute({
                    ...asUser('u'),
                    aggregate: counter,
                    stream: STREAM,
                    command: step.command,
                    ...(step.repeats > 0 && {
                      idempotency: { key: String(index), operation: 'op', bodyHash: 'b' },
                    }),
                  })
                  .catch((error: unknown) => {
                    if (error instanceof DomainError) return error;
                    throw error;
                  });
              const results = await Promise.all(
                Array.from({ length: step.repeats + 1 }, (_, n) => ask(step.process + n)),
              );
              return { step, results, from, to: store.of(NAME).length };
            }),
          );
          for (const each of processes) expect(await each.close(5_000)).to.equal(true);
          check(store, told);
        },
      ),
      { numRuns: 80 },
    );
  });

  function check(store: MemoryEventStore, told: readonly Told[]): void {
    const log = store.of(NAME).map(({ type, data }) => ({ type, data: JSON.parse(data) as { name: string } }));
    const states: CounterState[] = [counter.decider.initialState];
    for (const event of log) states.push(counter.decider.evolve(states.at(-1) as CounterState, event as never));

    const owned = new Set<number>();
    for (const { step, results, from, to } of told) {
      // Beside a write, an equal request may have been answered on the state before it: right then, and nothing more.
      const first = results.find((result): result is Result => !(result instanceof DomainError) && result.events > 0);
      for (const result of results) {
        if (result instanceof DomainError) {
          expect(
            range(from, to).some((length) => refusedOn(states[length] as CounterState, step.command)),
            'a refusal that was never right',
          ).to.equal(true);
        } else if (result.events === 0) {
          expect(
            range(from, to).some((length) => emptyOn(states[length] as CounterState, step.command)),
            'an already-so that was never right',
          ).to.equal(true);
        } else {
          expect({ ...result, replayed: 0, state: 0, stateRevision: 0 }).to.deep.equal(
            { ...first, position: result.position, replayed: 0, state: 0, stateRevision: 0 },
            'equal requests, other answers',
          );
          expect(result.revision).to.be.within(from, to - 1);
        }
      }
      if (first === undefined) continue;
      const start = first.revision - first.events + 1;
      const before = states[start] as CounterState;
      const decision = counter.decider.decide(before, { ...step.command, ...{ actor: asUser('u').actor, at: 1_000 } });
      expect(log.slice(start, first.revision + 1)).to.deep.equal(decision.events);
      expect(first.outcome).to.deep.equal(decision.outcome);
      for (let revision = start; revision <= first.revision; revision++) {
        expect(owned.has(revision), 'two commands claim one event').to.equal(false);
        owned.add(revision);
      }
    }
    expect(owned.size, 'every event belongs to an acknowledged command').to.equal(log.length);
  }

  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

  const emptyOn = ({ names }: CounterState, command: CounterCommand): boolean =>
    command.type === 'Remove' && !names.includes(command.name);

  const refusedOn = ({ names }: CounterState, command: CounterCommand): boolean =>
    command.type === 'Add' && command.names.some((each) => names.includes(each));
});
