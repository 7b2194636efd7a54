import { expect } from 'chai';
import { EventStoreUnavailable } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { StartCancelled, untilThere } from '../../infrastructure/patience.js';
import { silentLogger } from '../support/silent-logger.js';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });

describe('waiting for a server at the start', () => {
  const heard: (string | undefined)[] = [];
  const warned: object[] = [];
  const log: Logger = { ...silentLogger, warn: (facts) => void warned.push(facts) };
  let stop: AbortController;
  const patience = (): Parameters<typeof untilThere>[2] => ({
    log,
    signal: stop.signal,
    onWaiting: (what) => void heard.push(what),
  });
  beforeEach(() => {
    heard.length = warned.length = 0;
    stop = new AbortController();
  });

  it('opens it when it is there, having said once what it waits for and why', async () => {
    let tries = 0;
    const opened = await untilThere(
      'PostgreSQL',
      () => (++tries < 3 ? Promise.reject(refused) : Promise.resolve('open')),
      patience(),
    );
    expect(opened).to.equal('open');
    expect(heard).to.deep.equal(['PostgreSQL', 'PostgreSQL', undefined]);
    expect(warned).to.deep.equal([{ what: 'PostgreSQL', reason: [refused.message], attempt: 1 }]);
  });

  for (const [what, error] of [
    ['a password that is wrong', Object.assign(new Error('password authentication failed'), { code: '28P01' })],
    ['a database that is not there', Object.assign(new Error('database "x" does not exist'), { code: '3D000' })],
    ['an EventStoreDB that denies access', new EventStoreUnavailable('no', { cause: { type: 'access-denied' } })],
    ['an EventStoreDB that knows no such user', new EventStoreUnavailable('no', { cause: { code: 16 } })],
    ['a mistake of its own', new TypeError('undefined is not a function')],
  ] as const)
    it(`fails at once for ${what}`, async () => {
      const failure: unknown = await untilThere('it', () => Promise.reject(error), patience()).catch((e: unknown) => e);
      expect(failure).to.equal(error);
      expect(heard).to.deep.equal([]);
    });

  it('ends when it is told to stop', async () => {
    const waiting = untilThere(
      'EventStoreDB',
      () => Promise.reject(new EventStoreUnavailable('EventStoreDB does not answer')),
      patience(),
    ).catch((e: unknown) => e);
    stop.abort();
    expect(await waiting).to.be.instanceOf(StartCancelled);
  });
});
