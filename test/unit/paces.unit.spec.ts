import { expect } from 'chai';
import { makePosition } from '../../application/ports/positions.js';
import { isLevel, Paces } from '../../infrastructure/composition/paces.js';

const LOG = 'abc';
const at = (ordinal: number): string => makePosition(LOG, BigInt(ordinal));
const store = {
  identity: LOG,
  head: () => Promise.resolve(makePosition(LOG, 100_000n)),
  async *readAll() {
    await Promise.resolve();
    yield [];
  },
};

type LookedAt = readonly [seconds: number, ordinal: number];

/** What is told of somebody who stands at these places at these times, from the second look on. */
async function rates(first: LookedAt, ...others: readonly LookedAt[]): Promise<number[]> {
  let seconds = first[0];
  const places = [first, ...others].map(([, ordinal]) => new Map([['users', at(ordinal)]]))[Symbol.iterator]();
  const paces = new Paces(store, true, () => seconds * 1_000);
  const told: number[] = [];
  for (const [then] of others) {
    // The first of all looks twice, and is told to wait where no time passes between.
    const look = () => {
      seconds = then;
      return Promise.resolve({ places: places.next().value ?? new Map<string, string>() });
    };
    if (told.length > 0) seconds = then;
    told.push((await paces.look(look)).paceOf('users').rate);
  }
  return told;
}

describe('how fast a follower is, to whoever looks again and again', () => {
  it('given a step that takes longer than a look, then it is not told to stand still', async () => {
    expect(await rates([0, 1], [1, 4_001], [2, 4_001], [3, 4_001], [4, 8_001])).to.deep.equal([
      4_000, 2_000, 1_333.3, 2_000,
    ]);
  });

  it('given none for ten seconds, then it is', async () => {
    expect(await rates([0, 1], [1, 4_001], [6, 4_001], [12, 4_001])).to.deep.equal([4_000, 666.7, 0]);
  });

  it('given traffic, then one that lacks but what came a moment ago is level', () => {
    const behind = [
      [0, 0],
      [4, 200],
      [4, 1_500],
      [90_000, 900],
    ] as const;
    expect(behind.map(([lagEvents, lagMs]) => isLevel({ lagEvents, lagMs }))).to.deep.equal([true, true, false, true]);
  });
});
