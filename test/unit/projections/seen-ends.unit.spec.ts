import { expect } from 'chai';
import fc from 'fast-check';
import { SeenEnds } from '../../../application/following/seen-ends.js';

const position = (n: number): string => `S:${n.toString().padStart(20, '0')}`;

describe('how long a projection is behind', () => {
  it('given probes far apart, one that follows closely is behind only since the last', () => {
    const ends = new SeenEnds();
    ends.saw(position(10), 0);
    ends.forget([position(9)]);
    ends.saw(position(2_000), 60_000);
    expect(60_100 - ends.firstNotPassedAt(position(1_999), 60_100)).to.equal(100);
  });

  it('given one that stands still, it is behind since the first end that it has not passed was seen', () => {
    const ends = new SeenEnds();
    for (let second = 0; second < 5_000; second++) {
      ends.saw(position(100 + second), second * 1_000);
      ends.forget([position(102), position(100 + second)]);
    }
    expect(ends.firstNotPassedAt(position(102), 5_000_000)).to.equal(3_000);
    expect(ends.anyPassedAt(position(102))).to.equal(true);
  });

  it('given one that has passed no end seen here, it has not caught up', () => {
    const ends = new SeenEnds();
    ends.saw(position(10), 0);
    ends.saw(position(20), 1);
    expect([ends.anyPassedAt(position(9)), ends.anyPassedAt(position(10))]).to.deep.equal([false, true]);
  });

  it('is the same as with every end remembered', () => {
    const steps = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (moves) => {
        const ends = new SeenEnds();
        const all: { position: string; at: number }[] = [];
        let head = 1;
        let slow = 0;
        let quick = 0;
        for (const [now, [grown, byOne, byOther]] of moves.entries()) {
          head += grown;
          ends.saw(position(head), now);
          if (all.at(-1)?.position !== position(head)) all.push({ position: position(head), at: now });
          slow = Math.min(head, slow + byOne);
          quick = Math.min(head, quick + byOther);
          for (const at of [slow, quick]) {
            const first = all.find((end) => end.position > position(at))?.at ?? now;
            expect(ends.firstNotPassedAt(position(at), now)).to.equal(first);
          }
          ends.forget([position(slow), position(quick)]);
        }
      }),
    );
  });
});
