import { expect } from 'chai';
import type { Position } from '../../../application/ports/event-store.js';
import { makePosition } from '../../../application/ports/positions.js';
import { OwnWrites } from '../../../application/queries/own-writes.js';

const place = (ordinal: bigint): Position => makePosition('store', ordinal);
let asked: (readonly [Position, number])[];
let isAlone: boolean;
let passes: boolean;
let ownWrites: OwnWrites;

beforeEach(() => {
  asked = [];
  isAlone = true;
  passes = true;
  ownWrites = new OwnWrites({
    get isAlone() {
      return isAlone;
    },
    waitFor: (position, { timeoutMs }) => {
      asked.push([position, timeoutMs]);
      return Promise.resolve(passes);
    },
  });
});

describe('what a user wrote last', () => {
  it('is waited for, bounded, before his next question is answered', async () => {
    ownWrites.wrote('t', 'ann', place(7n));
    await ownWrites.shown('t', 'ann');
    expect(asked).to.deep.equal([[place(7n), 300]]);
  });

  it('is his own, in his tenant', async () => {
    ownWrites.wrote('t', 'ann', place(7n));
    await ownWrites.shown('t', 'bob');
    await ownWrites.shown('u', 'ann');
    expect(asked).to.deep.equal([]);
  });

  it('is the latest place, in whatever order his commands were answered', async () => {
    for (const ordinal of [7n, 10n, 9n]) ownWrites.wrote('t', 'ann', place(ordinal));
    await ownWrites.shown('t', 'ann');
    expect(asked.map(([position]) => position)).to.deep.equal([place(10n)]);
  });
});

describe('what a dialect’s command is answered with', () => {
  it('given that nobody else serves, then whoever asks next waits for it, bounded, and the answer doesn’t', async () => {
    await ownWrites.answering(place(7n));
    expect(asked).to.deep.equal([]);
    await ownWrites.caughtUp();
    expect(asked).to.deep.equal([[place(7n), 300]]);
  });

  it('given others who know nothing of it, then the answer waits', async () => {
    isAlone = false;
    await ownWrites.answering(place(7n));
    expect(asked).to.deep.equal([[place(7n), 300]]);
    expect(ownWrites.caughtUp()).to.equal(undefined);
  });

  it('is waited for no more when the lists show it, and goes on to be as long as they don’t', async () => {
    await ownWrites.answering(place(7n));
    passes = false;
    await ownWrites.caughtUp();
    passes = true;
    await ownWrites.caughtUp();
    expect(ownWrites.caughtUp()).to.equal(undefined);
    expect(asked).to.have.length(2);
  });

  it('is the latest place: one that comes while another is waited for is not forgotten', async () => {
    await ownWrites.answering(place(9n));
    await ownWrites.answering(place(7n));
    const waiting = ownWrites.caughtUp();
    await ownWrites.answering(place(10n));
    await waiting;
    await ownWrites.caughtUp();
    expect(asked.map(([position]) => position)).to.deep.equal([place(9n), place(10n)]);
  });

  it('is nothing where the command wrote nothing', async () => {
    await ownWrites.answering(undefined);
    expect(ownWrites.caughtUp()).to.equal(undefined);
  });
});
