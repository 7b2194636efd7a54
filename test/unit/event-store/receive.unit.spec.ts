import { expect } from 'chai';
import { PassThrough } from 'node:stream';

import { EventStoreClosed, EventStoreUnavailable } from '../../../application/ports/event-store.js';
import type { Received } from '../../../infrastructure/event-store/eventstoredb/receive.js';
import { MAX_BATCH, receive, stoppable } from '../../../infrastructure/event-store/eventstoredb/receive.js';

/** What the client hands out, with a note of its cancelling. */
class FakeCall extends PassThrough {
  cancelled = 0;

  constructor() {
    super({ objectMode: true, highWaterMark: 10_000 });
  }

  cancel(): Promise<void> {
    this.cancelled += 1;
    return Promise.resolve();
  }

  give(...items: number[]): this {
    for (const item of items) this.write(item);
    return this;
  }
}

const never = (): AbortSignal => new AbortController().signal;
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}

describe('receiving from a call of the client', () => {
  it('gives what is there in batches of a bounded size, in order', async () => {
    const call = new FakeCall().give(...range(MAX_BATCH + 3));
    call.end();
    const batches: (readonly number[])[] = [];
    for await (const { items } of receive<number>(call, { silenceMs: 1_000, stop: never() })) batches.push(items);
    expect(batches.flat()).to.deep.equal(range(MAX_BATCH + 3));
    expect(Math.max(...batches.map((batch) => batch.length))).to.equal(MAX_BATCH);
  });

  it('cancels the call when the consumer breaks off', async () => {
    const call = new FakeCall().give(1, 2);
    for await (const { items } of receive<number>(call, { silenceMs: 1_000, stop: never() })) {
      expect(items).to.not.be.empty;
      break;
    }
    expect(call.cancelled).to.equal(1);
  });

  it('gives what came before an error, then the error, and keeps a listener for errors that follow', async () => {
    const call = new FakeCall().give(1, 2, 3);
    const got: number[] = [];
    const reading = (async () => {
      for await (const { items } of receive<number>(call, { silenceMs: 1_000, stop: never() })) {
        got.push(...items);
        if (got.length > 3) continue;
        call.give(4);
        call.emit('error', new Error('cut'));
      }
    })();
    expect(await rejection(reading)).to.have.property('message', 'cut');
    expect(got).to.deep.equal([1, 2, 3, 4]);
    call.emit('error', new Error('another, which must not end the process'));
  });

  it('ends a read on which nothing comes', async () => {
    const call = new FakeCall();
    const iterator = receive<number>(call, { silenceMs: 20, stop: never() });
    expect(await rejection(iterator.next())).to.be.instanceOf(EventStoreUnavailable);
    expect(call.cancelled).to.equal(1);
  });

  it('is not taken for silence when the process itself stood still meanwhile', async () => {
    const call = new FakeCall();
    const iterator = receive<number>(call, { silenceMs: 20, stop: never() });
    const first = iterator.next();
    // What came over the network in that time is read after the timers that are due have run.
    setTimeout(() => setImmediate(() => call.give(1)), 0);
    const until = performance.now() + 400;
    while (performance.now() < until);
    expect((await first).value).to.deep.equal({ items: [1], caughtUp: false });
    await iterator.return();
  });

  it('ends a subscription that is not confirmed in time, and lets a confirmed one be quiet', async () => {
    const unconfirmed = receive<number>(new FakeCall(), { silenceMs: 20, stop: never(), isSubscription: true });
    expect(await rejection(unconfirmed.next())).to.be.instanceOf(EventStoreUnavailable);
    const call = new FakeCall();
    const confirmed = receive<number>(call, { silenceMs: 20, stop: never(), isSubscription: true });
    const first = confirmed.next();
    call.emit('confirmation');
    const longer = new Promise((resolve) => setTimeout(resolve, 60));
    expect(await Promise.race([first.then(() => 'an end'), longer.then(() => 'still waiting')])).to.equal(
      'still waiting',
    );
    call.give(7);
    expect((await first).value).to.deep.equal({ items: [7], caughtUp: false });
    await confirmed.return();
  });

  it('row 5: says caughtUp behind the events that were in front of it', async () => {
    const call = new FakeCall().give(...range(4 * MAX_BATCH));
    call.emit('confirmation');
    const said: Received<number>[] = [];
    const iterator = receive<number>(call, { silenceMs: 1_000, stop: never(), isSubscription: true });
    const first = iterator.next();
    call.emit('caughtUp');
    said.push((await first).value as Received<number>);
    for (let more = await iterator.next(); !more.done; more = await iterator.next()) {
      said.push(more.value);
      if (more.value.caughtUp) break;
    }
    await iterator.return();
    expect(said.flatMap(({ items }) => items)).to.deep.equal(range(4 * MAX_BATCH));
    expect(said.map(({ caughtUp }) => caughtUp)).to.deep.equal([...said.slice(1).map(() => false), true]);
  });

  it('says caughtUp alone when no event is in front of it', async () => {
    const call = new FakeCall();
    const iterator = receive<number>(call, { silenceMs: 1_000, stop: never(), isSubscription: true });
    const first = iterator.next();
    call.emit('caughtUp');
    expect((await first).value).to.deep.equal({ items: [], caughtUp: true });
    await iterator.return();
  });

  it('lets its consumer stop while it waits', async () => {
    const call = new FakeCall();
    const options = { silenceMs: 60_000, isSubscription: true };
    const iterator = stoppable((stop) => receive<number>(call, { ...options, stop: stop.signal }))[
      Symbol.asyncIterator
    ]();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).to.deep.equal({ done: true, value: undefined });
    expect(call.cancelled).to.equal(1);
  });

  it('ends with the reason when the store is closed', async () => {
    const closing = new AbortController();
    const iterator = receive<number>(new FakeCall(), { silenceMs: 60_000, stop: closing.signal });
    const waiting = iterator.next();
    closing.abort(new EventStoreClosed('closed'));
    expect(await rejection(waiting)).to.be.instanceOf(EventStoreClosed);
  });
});
