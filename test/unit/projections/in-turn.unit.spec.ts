import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import type pg from 'pg';
import { inTurn } from '../../../projections/engine/in-turn.js';

describe('statements of several who share a connection', () => {
  it('go out one by one, in the order in which they were asked, also behind one that failed', async () => {
    const sent: string[] = [];
    const answers: (() => void)[] = [];
    const query = (text: string): Promise<unknown> => {
      sent.push(text);
      return new Promise((resolve, reject) => {
        answers.push(() => (text === 'bad' ? reject(new Error('refused')) : resolve({ rows: [text] })));
      });
    };
    const ask = inTurn({ query } as unknown as pg.Client);
    const asked = ['beat', 'bad', 'confirm'].map((text) =>
      ask(text).then(
        ({ rows }) => rows,
        (error: unknown) => (error as Error).message,
      ),
    );
    for (const told of [['beat'], ['beat', 'bad'], ['beat', 'bad', 'confirm']]) {
      await setImmediate();
      expect(sent).to.deep.equal(told);
      answers.shift()?.();
    }
    expect(await Promise.all(asked)).to.deep.equal([['beat'], 'refused', ['confirm']]);
  });
});
