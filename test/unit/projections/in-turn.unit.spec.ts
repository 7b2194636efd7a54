import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { inTurn } from '../../../projections/engine/in-turn.js';

describe('what several ask of one connection', () => {
  it('go out one by one, in the order in which they were asked, also behind one that failed', async () => {
    const sent: string[] = [];
    const answers: (() => void)[] = [];
    const query = (text: string): Promise<string> => {
      sent.push(text);
      return new Promise((resolve, reject) => {
        answers.push(() => (text === 'bad' ? reject(new Error('refused')) : resolve(text)));
      });
    };
    const turn = inTurn();
    const asked = ['beat', 'bad', 'confirm'].map((text) =>
      turn(() => query(text)).catch((error: unknown) => (error instanceof Error ? error.message : 'no error')),
    );
    for (const told of [['beat'], ['beat', 'bad'], ['beat', 'bad', 'confirm']]) {
      await setImmediate();
      expect(sent).to.deep.equal(told);
      answers.shift()?.();
    }
    expect(await Promise.all(asked)).to.deep.equal(['beat', 'refused', 'confirm']);
  });
});
