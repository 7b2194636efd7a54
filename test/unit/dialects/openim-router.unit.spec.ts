import { expect } from 'chai';
import express from 'express';
import { Callers } from '../../../api/dialects/openim/caller.js';
import { OpenimRefused } from '../../../api/dialects/openim/errors.js';
import { type Operation, operation } from '../../../api/dialects/openim/operation.js';
import { openimApi } from '../../../api/dialects/openim/dialect.js';
import { listen, type RunningServer } from '../../../api/http/server.js';
import { ApplicationError } from '../../../application/commands/errors.js';
import { EventStoreUnavailable } from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { DomainError } from '../../../domain/shared/errors.js';

class Anything {}

interface Line {
  readonly level: keyof Logger;
  readonly path: unknown;
}

describe('003’s router', () => {
  let server: RunningServer | undefined;
  let lines: Line[];
  let waited: string[];

  afterEach(() => server?.stop());

  async function answerOf(handled: () => Promise<object | undefined>, more: Partial<Operation> = {}): Promise<number> {
    lines = [];
    waited = [];
    const at =
      (level: keyof Logger) =>
      (facts: object): void => {
        lines.push({ level, path: 'path' in facts ? facts.path : undefined });
      };
    const routes = openimApi({
      operations: [{ ...operation({ path: '/group/x', access: 'either', Body: Anything, handle: handled }), ...more }],
      callers: new Callers({
        tokens: {
          verify: (token) => Promise.resolve({ tenant: 't', userId: token, issuedAt: 0, expiresAt: 1, tokenId: 'x' }),
        },
        isAppAdmin: () => false,
        serves: () => true,
        defaultTenant: 't',
      }),
      ownWrites: {
        shown: (tenant, userId) => {
          waited.push(`${tenant}/${userId}`);
          return Promise.resolve();
        },
      },
      log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    });
    server = await listen(express().use(routes), { host: '127.0.0.1', port: 0 });
    const response = await fetch(`${server.url}/group/x`, { method: 'POST', headers: { token: 'ann' }, body: '{}' });
    return ((await response.json()) as { errCode: number }).errCode;
  }

  const failing = (error: Error): Promise<number> => answerOf(() => Promise.reject(error));

  it('logs no refusal as an error, even where the original says 500 of it', async () => {
    for (const [error, errCode] of [
      [new OpenimRefused('duplicateKey', 'already there'), 500],
      [new DomainError('GroupNotFound', { groupId: 'g' }), 1004],
      [new ApplicationError('TooBusy', { waiting: 1 }), 500],
      [new EventStoreUnavailable('away'), 500],
      // What the routes throw for a path with a broken escape.
      [new URIError('the path holds a broken escape'), 1001],
    ] as const) {
      expect(await failing(error), error.message).to.equal(errCode);
      expect(lines, error.message).to.deep.equal([{ level: 'debug', path: '/group/x' }]);
      await server?.stop();
    }
  });

  it('logs a defect as an error', async () => {
    expect(await failing(new TypeError('undefined is not a function'))).to.equal(500);
    expect(lines).to.deep.equal([{ level: 'error', path: '/group/x' }]);
  });

  it('lets the lists show what the caller wrote last before it answers from them', async () => {
    const answer = (): Promise<undefined> => {
      waited.push('answered');
      return Promise.resolve(undefined);
    };
    expect(await answerOf(answer, { reads: true })).to.equal(0);
    expect(waited).to.deep.equal(['t/ann', 'answered']);
    await server?.stop();
    expect(await answerOf(answer)).to.equal(0);
    expect(waited).to.deep.equal(['answered']);
  });
});
