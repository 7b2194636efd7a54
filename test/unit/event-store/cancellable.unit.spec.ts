import { expect } from 'chai';
import { cancellable, unlessCancelled } from '../../../infrastructure/event-store/cancellable.js';

describe('a cancellable generator', () => {
  const never = new Promise<number>(() => undefined);

  it('ends at once when its consumer stops while it waits', async () => {
    let cleanedUp = false;
    const numbers = cancellable(async function* (cancelled) {
      try {
        yield 1;
        const next = await unlessCancelled(never, cancelled);
        if (next !== undefined) yield next;
      } finally {
        cleanedUp = true;
      }
    })[Symbol.asyncIterator]();
    expect(await numbers.next()).to.deep.equal({ done: false, value: 1 });
    const awaited = numbers.next();
    await numbers.return?.();
    expect((await awaited).done).to.equal(true);
    expect(cleanedUp).to.equal(true);
  });

  it('cleans up after a break, and starts anew with each iteration', async () => {
    let runs = 0;
    let cleanedUp = 0;
    const numbers = cancellable(async function* () {
      runs += 1;
      try {
        for (let n = 0; ; n += 1) yield await Promise.resolve(n);
      } finally {
        cleanedUp += 1;
      }
    });
    for (let round = 0; round < 2; round += 1) {
      for await (const n of numbers) if (n === 3) break;
    }
    expect([runs, cleanedUp]).to.deep.equal([2, 2]);
  });

  it('passes a failure on', async () => {
    const broken = cancellable(async function* () {
      yield await Promise.reject<number>(new Error('broken'));
    });
    let failure: unknown;
    try {
      for await (const n of broken) expect(n).to.equal(undefined);
    } catch (error) {
      failure = error;
    }
    expect(failure).to.be.instanceOf(Error).and.have.property('message', 'broken');
  });
});
