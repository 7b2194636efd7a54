import { expect } from 'chai';
import type { Position } from '../../../application/ports/event-store.js';
import { makePosition } from '../../../application/ports/positions.js';
import { OwnWrites } from '../../../application/queries/own-writes.js';

describe('what a user wrote last', () => {
  const place = (ordinal: bigint): Position => makePosition('store', ordinal);
  let asked: (readonly [Position, number])[];
  let ownWrites: OwnWrites;

  beforeEach(() => {
    asked = [];
    ownWrites = new OwnWrites({
      waitFor: (position, { timeoutMs }) => {
        asked.push([position, timeoutMs]);
        return Promise.resolve(true);
      },
    });
  });

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
