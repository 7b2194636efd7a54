import { expect } from 'chai';
import { Coalescer } from '../../../infrastructure/serialization/keys/coalescer.js';

describe('Coalescer', () => {
  it('gathers what is asked meanwhile into the next query, each item once, up to its bound', async () => {
    const batches: string[][] = [];
    let running = 0;
    const coalescer = new Coalescer<string, string>(async (items) => {
      running += 1;
      expect(running).to.equal(1);
      batches.push([...items]);
      // Asked while this one runs.
      const more = batches.length === 1 ? ['d', 'e', 'f', 'g', 'd'].map((item) => coalescer.ask(item, item)) : [];
      later.push(...more);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return items.map((item) => item.toUpperCase());
    }, 3);
    const later: Promise<string>[] = [];
    const first = await Promise.all(['a', 'b', 'a'].map((item) => coalescer.ask(item, item)));
    expect(first).to.deep.equal(['A', 'B', 'A']);
    expect(await Promise.all(later)).to.deep.equal(['D', 'E', 'F', 'G', 'D']);
    expect(batches).to.deep.equal([['a', 'b'], ['d', 'e', 'f'], ['g']]);
  });

  it('fails those who asked in the failed query, and goes on', async () => {
    let failing = true;
    const coalescer = new Coalescer<string, string>((items) => {
      if (failing) return Promise.reject(new Error('gone'));
      return Promise.resolve([...items]);
    }, 10);
    const outcomes = await Promise.allSettled([coalescer.ask('a', 'a'), coalescer.ask('b', 'b')]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    failing = false;
    expect(await coalescer.ask('a', 'a')).to.equal('a');
  });
});
