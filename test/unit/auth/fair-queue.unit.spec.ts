import { expect } from 'chai';
import { ApplicationError } from '../../../application/commands/errors.js';
import { FairQueue } from '../../../infrastructure/auth/fair-queue.js';

/** Works that end when they are told to, and the order in which they were begun. */
class Works {
  readonly begun: string[] = [];
  readonly refused: string[] = [];
  readonly #ends: (() => void)[] = [];
  #highest = 0;

  constructor(private readonly queue: FairQueue) {}

  get atOnce(): number {
    return this.#highest;
  }

  async ask(who: string, name: string): Promise<void> {
    try {
      await this.queue.run(who, () => {
        this.begun.push(name);
        return new Promise<void>((end) => {
          this.#ends.push(end);
          this.#highest = Math.max(this.#highest, this.#ends.length);
        });
      });
    } catch (error) {
      if (!(error instanceof ApplicationError) || error.kind !== 'TooBusy') throw error;
      this.refused.push(name);
    }
  }

  async endAll(): Promise<void> {
    await settled();
    for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
      end();
      await settled();
    }
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a queue that is shared out', () => {
  it('runs so many at once, and each when a place is free', async () => {
    const works = new Works(new FairQueue(2, 10));
    const all = ['1', '2', '3', '4', '5'].map((name) => works.ask('a', name));
    await settled();
    expect(works.begun).to.deep.equal(['1', '2']);
    await works.endAll();
    await Promise.all(all);
    expect(works.begun).to.deep.equal(['1', '2', '3', '4', '5']);
    expect(works.atOnce).to.equal(2);
  });

  it('gives each his turn, however many another one has waiting', async () => {
    const works = new Works(new FairQueue(1, 10));
    const all = [
      works.ask('flood', 'f0'),
      ...['f1', 'f2', 'f3'].map((name) => works.ask('flood', name)),
      works.ask('a', 'a1'),
      works.ask('b', 'b1'),
      works.ask('a', 'a2'),
    ];
    await works.endAll();
    await Promise.all(all);
    expect(works.begun).to.deep.equal(['f0', 'f1', 'a1', 'b1', 'f2', 'a2', 'f3']);
  });

  it('when it is full, takes the newest of whoever has the most waiting, and refuses whoever would have as many', async () => {
    const works = new Works(new FairQueue(1, 3));
    const all = ['f0', 'f1', 'f2', 'f3', 'f4'].map((name) => works.ask('flood', name));
    await settled();
    expect(works.refused).to.deep.equal(['f4']);
    all.push(works.ask('a', 'a1'));
    await settled();
    expect(works.refused).to.deep.equal(['f4', 'f3']);
    all.push(works.ask('a', 'a2'));
    await settled();
    expect(works.refused).to.deep.equal(['f4', 'f3', 'a2']);
    await works.endAll();
    await Promise.all(all);
    expect(works.begun).to.deep.equal(['f0', 'f1', 'a1', 'f2']);
  });

  it('goes on after a work that failed', async () => {
    const queue = new FairQueue(1, 3);
    const failing = queue.run('a', () => Promise.reject(new Error('broken'))).catch(String);
    const next = queue.run('a', () => Promise.resolve('done'));
    expect(await failing).to.equal('Error: broken');
    expect(await next).to.equal('done');
  });
});
