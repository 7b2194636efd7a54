import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { type ProjectedEvent, type Statements, tablesOf } from '../../../projections/engine/projection.js';
import { messagesProjection } from '../../../projections/messages.projection.js';

describe('a long conversation that is cleared', () => {
  it('takes statements one after the other: sent together, each would be answered only when all before it are', async () => {
    let [asked, unanswered, most] = [0, 0, 0];
    const begins = (name: string): void => {
      if (name !== 'clear') return;
      asked++;
      most = Math.max(most, ++unanswered);
    };
    const db: Statements = {
      run: async (name) => {
        begins(name);
        await setImmediate();
        unanswered--;
        return [];
      },
      send: begins,
    };
    const cleared: ProjectedEvent = {
      tenant: 't1',
      stream: 'parley_conversation-t1.s.3.ann.bob',
      revision: 1,
      occurredAt: 1,
      envelope: { actor: { kind: 'user', id: 'ann' }, $correlationId: 'c' },
      event: { type: 'ConversationCleared', data: { by: 'ann', upToSeq: 95_000 } },
    };
    await messagesProjection.apply([cleared], tablesOf(messagesProjection, 'a'), db);
    expect({ asked, most }).to.deep.equal({ asked: 10, most: 1 });
  });
});
