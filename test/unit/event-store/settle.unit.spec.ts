import { expect } from 'chai';

import type { AppendResult, StoredEvent } from '../../../application/ports/event-store.js';
import {
  EventRefused,
  EventStoreClosed,
  OutcomeLeftOpen,
  WritesRefused,
} from '../../../application/ports/event-store.js';
import { makePosition } from '../../../application/ports/positions.js';
import type { Backoff } from '../../../infrastructure/event-store/settle.js';
import { AppendTroubles } from '../../../infrastructure/event-store/append-troubles.js';
import {
  AnswerUnclear,
  OutcomeUnknown,
  delayMs,
  LET_GO_MS,
  pause,
  settle,
  untilClosed,
} from '../../../infrastructure/event-store/settle.js';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const at = (revision: number, id: string): StoredEvent => ({
  id,
  type: 'T',
  data: '{}',
  metadata: '{}',
  stream: 'parley_x-t.1',
  revision,
  position: makePosition('store', BigInt(1000 + revision)),
});
const appended = (revision: number): AppendResult => ({
  kind: 'appended',
  revision,
  position: at(revision, '').position,
});
const conflict = (actual: number): AppendResult => ({ kind: 'conflict', expected: 4, actual });

type Step = AppendResult | Error;

/** Runs `settle` for an append of `ids` at revision 4 over scripted answers; the last answer repeats. */
async function run(script: {
  sends: Step[];
  reads?: (StoredEvent | undefined | Error)[];
  ids?: string[];
  troubles?: AppendTroubles;
}) {
  const seen = { sends: 0, reads: [] as number[], waits: [] as number[], warnings: 0 };
  const next = <T>(steps: readonly T[], n: number): T => steps[Math.min(n, steps.length - 1)]!;
  const backoff: Backoff = {
    firstMs: 10,
    maxMs: 80,
    random: () => 0.5,
    wait: (ms) => {
      seen.waits.push(ms);
      return Promise.resolve();
    },
  };
  let clock = 0;
  const result = await settle({
    send: () => {
      const step = next(script.sends, seen.sends++);
      return step instanceof Error ? Promise.reject(step) : Promise.resolve(step);
    },
    readAt: (revision) => {
      const step = next(script.reads ?? [new Error('unexpected read')], seen.reads.length);
      seen.reads.push(revision);
      return step instanceof Error ? Promise.reject(step) : Promise.resolve(step);
    },
    ids: script.ids ?? ['a', 'b'],
    expectedRevision: 4,
    closed: new AbortController().signal,
    troubles: script.troubles ?? new AppendTroubles(quiet),
    log: { ...quiet, warn: () => (seen.warnings += 1) },
    backoff,
    // A look at the clock takes ten seconds.
    now: () => (clock += 10_000),
  });
  return { result, ...seen };
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}

describe('settling an append', () => {
  it('gives a success of the first attempt as it is', async () => {
    const { result, sends, reads } = await run({ sends: [appended(6)] });
    expect(result).to.deep.equal(appended(6));
    expect([sends, reads]).to.deep.equal([1, []]);
  });

  it('gives a conflict of the first attempt without reading', async () => {
    const { result, sends, reads } = await run({ sends: [conflict(9)] });
    expect(result).to.deep.equal(conflict(9));
    expect([sends, reads]).to.deep.equal([1, []]);
  });

  it('sends again after unknown outcomes until success, with doubling pauses up to the limit', async () => {
    const unknown = new OutcomeUnknown('cut');
    const { result, sends, waits } = await run({ sends: [unknown, unknown, unknown, unknown, unknown, appended(6)] });
    expect(result).to.deep.equal(appended(6));
    expect(sends).to.equal(6);
    expect(waits).to.deep.equal([7.5, 15, 30, 60, 60]);
  });

  it('warns less and less often', async () => {
    const { sends, warnings } = await run({ sends: [...Array<Step>(9).fill(new OutcomeUnknown('cut')), appended(6)] });
    expect([sends, warnings]).to.deep.equal([10, 4]);
  });

  it('takes an error nobody foresaw as an unknown outcome', async () => {
    const { result, sends } = await run({ sends: [new TypeError('?'), appended(6)] });
    expect(result).to.deep.equal(appended(6));
    expect(sends).to.equal(2);
  });

  it('finds its own events behind a conflict that follows an unknown outcome', async () => {
    const { result, reads } = await run({ sends: [new OutcomeUnknown('cut'), conflict(9)], reads: [at(6, 'b')] });
    expect(result).to.deep.equal({ kind: 'appended', revision: 6, position: at(6, 'b').position });
    expect(reads).to.deep.equal([6]);
  });

  it('gives the conflict when the events at that place are another writer’s', async () => {
    const { result } = await run({ sends: [new OutcomeUnknown('cut'), conflict(9)], reads: [at(6, 'x')] });
    expect(result).to.deep.equal(conflict(9));
  });

  it('gives the conflict when the stream ends before or within the place its events would have', async () => {
    for (const actual of [-1, 3, 5]) {
      const { result, reads } = await run({ sends: [new OutcomeUnknown('cut'), conflict(actual)] });
      expect(result).to.deep.equal(conflict(actual));
      expect(reads).to.deep.equal([]);
    }
  });

  it('takes a read that found nothing as no proof, and sends again', async () => {
    const { result, sends, reads } = await run({
      sends: [new OutcomeUnknown('cut'), conflict(6)],
      reads: [undefined, undefined, at(6, 'b')],
    });
    expect(result).to.deep.include({ kind: 'appended', revision: 6 });
    expect([sends, reads.length]).to.deep.equal([4, 3]);
  });

  it('does not take an event of another revision for the one asked for', async () => {
    const { result } = await run({ sends: [new OutcomeUnknown('cut'), conflict(9)], reads: [at(7, 'b'), at(6, 'x')] });
    expect(result).to.deep.equal(conflict(9));
  });

  it('goes on when the settling read fails', async () => {
    const { result, reads } = await run({
      sends: [new OutcomeUnknown('cut'), conflict(6)],
      reads: [new Error('unavailable'), at(6, 'b')],
    });
    expect(result).to.deep.include({ kind: 'appended', revision: 6 });
    expect(reads.length).to.equal(2);
  });

  it('passes a refusal on, also after an unknown outcome', async () => {
    const error = await rejection(run({ sends: [new OutcomeUnknown('cut'), new EventRefused('too big')] }));
    expect(error).to.be.instanceOf(EventRefused);
  });

  it('tells a denial, or a full disk, of the first attempt at once: nothing was written', async () => {
    const denied = new WritesRefused('accessDenied', 'no');
    const troubles = new AppendTroubles(quiet);
    expect(await rejection(run({ sends: [denied, appended(6)], troubles }))).to.equal(denied);
    expect(troubles.told()).to.deep.equal(["the event store's access rules deny appends"]);
  });

  it('sends again what is denied behind an unknown outcome, for it may have been written', async () => {
    const { result, sends } = await run({
      sends: [new OutcomeUnknown('cut'), new WritesRefused('diskFull', 'no'), appended(6)],
    });
    expect([result, sends]).to.deep.equal([appended(6), 3]);
  });

  for (const unclear of [new WritesRefused('accessDenied', 'no'), new AnswerUnclear('without a position')])
    it(`lets go of an append whose outcome stays open while the store answers "${unclear.message}"`, async () => {
      const troubles = new AppendTroubles(quiet);
      const error = await rejection(run({ sends: [new OutcomeUnknown('cut'), unclear], troubles }));
      expect(error).to.be.instanceOf(OutcomeLeftOpen);
      expect(LET_GO_MS).to.equal(60_000);
    });

  it('lets go of nothing that goes without an answer', async () => {
    const lost = Array.from({ length: 50 }, () => new OutcomeUnknown('cut'));
    const { result } = await run({ sends: [...lost, new AnswerUnclear('?'), ...lost, appended(6)] });
    expect(result).to.deep.equal(appended(6));
  });

  it('says while it lasts that an outcome is unknown, and no longer', () => {
    let now = 0;
    const troubles = new AppendTroubles(quiet, () => now);
    const append = {};
    troubles.unknown(append);
    expect(troubles.told()).to.deep.equal([]);
    now = 15_000;
    expect(troubles.told()).to.deep.equal(['the outcome of appends is unknown (1, for 15 s at most)']);
    troubles.settled(append);
    troubles.refused('diskFull');
    expect(troubles.told()).to.deep.equal(['the disk is full, appends are refused']);
    now = 50_000;
    expect(troubles.told(), 'somebody may have mended it').to.deep.equal([]);
  });

  it('ends with EventStoreClosed while an attempt hangs, and swallows what the attempt does later', async () => {
    const closing = new AbortController();
    let fail: (error: Error) => void = () => undefined;
    const settling = settle({
      send: () => new Promise((_, reject) => (fail = reject)),
      readAt: () => Promise.resolve(undefined),
      ids: ['a'],
      expectedRevision: -1,
      closed: closing.signal,
      log: quiet,
      troubles: new AppendTroubles(quiet),
    });
    closing.abort();
    expect(await rejection(settling)).to.be.instanceOf(EventStoreClosed);
    fail(new OutcomeUnknown('late'));
  });

  it('ends with EventStoreClosed during a pause, and does not send once closed', async () => {
    const closing = new AbortController();
    let sends = 0;
    const settlement = {
      send: () => {
        sends += 1;
        setImmediate(() => {
          closing.abort();
        });
        return Promise.reject(new OutcomeUnknown('cut'));
      },
      readAt: () => Promise.resolve(undefined),
      ids: ['a'],
      expectedRevision: -1,
      closed: closing.signal,
      log: quiet,
      troubles: new AppendTroubles(quiet),
      backoff: { firstMs: 3_600_000, maxMs: 3_600_000 },
    };
    expect(await rejection(settle(settlement))).to.be.instanceOf(EventStoreClosed);
    expect(await rejection(settle(settlement))).to.be.instanceOf(EventStoreClosed);
    expect(sends).to.equal(1);
  });
});

describe('waiting for a closable store', () => {
  it('draws the pause from the upper half of its bound, and never overflows', () => {
    const bound = { firstMs: 10, maxMs: 1_000 };
    expect(delayMs(1, { ...bound, random: () => 0 })).to.equal(5);
    expect(delayMs(3, { ...bound, random: () => 0.999 })).to.be.closeTo(40, 0.1);
    expect(delayMs(100_000, { ...bound, random: () => 0 })).to.equal(500);
  });

  it('runs the clean-up whether the work ends or the store closes', async () => {
    const cleaned: string[] = [];
    const closing = new AbortController();
    await untilClosed((onEnd) => {
      onEnd(() => cleaned.push('done'));
      return Promise.resolve();
    }, closing.signal);
    const waiting = pause(3_600_000, closing.signal);
    closing.abort();
    expect(await rejection(waiting)).to.be.instanceOf(EventStoreClosed);
    expect(cleaned).to.deep.equal(['done']);
  });

  it('turns a throw before the first await into a rejection', async () => {
    const error = await rejection(
      untilClosed(() => {
        throw new TypeError('early');
      }, new AbortController().signal),
    );
    expect(error).to.be.instanceOf(TypeError);
  });
});
