import { expect } from 'chai';
import { fingerprint } from '../../../../domain/shared/fingerprint.js';

describe('a fingerprint', () => {
  it('is the same for the same text, and another for each of 200,000 that hardly differ', () => {
    const prints = new Set<number>();
    for (let i = 0; i < 100_000; i++) prints.add(fingerprint(String(i))).add(fingerprint(`${String(i)} `));
    expect(prints.size).to.equal(200_000);
    expect(fingerprint('chess')).to.equal(fingerprint('chess'));
    for (const print of prints) if (!Number.isSafeInteger(print) || print < 0) expect.fail(`${print} is out of bounds`);
  });
});
