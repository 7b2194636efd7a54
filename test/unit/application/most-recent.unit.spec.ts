import { expect } from 'chai';
import { mostRecent } from '../../../application/most-recent.js';

describe('what was used last (application/most-recent.ts)', () => {
  it('is kept, so many, and what was used longest ago makes room', () => {
    const kept = mostRecent<string, number>(3);
    for (const [index, key] of ['a', 'b', 'c'].entries()) kept.set(key, index);
    kept.get('a');
    kept.set('d', 3);
    kept.set('d', 4);

    expect([...kept.entries()].sort()).to.deep.equal([
      ['a', 0],
      ['c', 2],
      ['d', 4],
    ]);
  });

  it('takes no room before there is anything', () => {
    expect(mostRecent<string, number>(1_000_000).max).to.equal(0);
  });
});
