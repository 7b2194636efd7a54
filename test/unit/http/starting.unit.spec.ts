import { expect } from 'chai';
import { edgeAt, mounts } from '../../../api/dialects/mounts.js';
import { listen, type RunningServer } from '../../../api/http/server.js';
import { startingApp } from '../../../api/http/starting.js';

describe('a server that is still starting', () => {
  let waitingFor: string | undefined;
  let whole: RunningServer;
  let openim: RunningServer;
  const local = { host: '127.0.0.1', port: 0 };
  before(async () => {
    whole = await listen(
      startingApp(() => waitingFor, { edgeAt }),
      local,
    );
    openim = await listen(
      startingApp(() => waitingFor, { edgeAt: () => mounts.openim.edge, health: false }),
      local,
    );
  });
  after(() => Promise.all([whole.stop(), openim.stop()]));
  const ask = async (
    url: string,
  ): Promise<{ status: number; retry: string | null; type: string | null; body: object }> => {
    const { status, headers, ...rest } = await fetch(url).then(async (response) => ({
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as object,
    }));
    return { status, retry: headers.get('retry-after'), type: headers.get('content-type'), ...rest };
  };

  it('lives', async () => {
    expect(await ask(`${whole.url}/health/live`)).to.include({ status: 200 });
  });

  it('is not ready, and says what it waits for', async () => {
    waitingFor = undefined;
    expect(await ask(`${whole.url}/health/ready`)).to.deep.include({
      status: 503,
      retry: '1',
      body: { ready: false, checks: { start: { ok: false } }, detail: 'Parley is starting.' },
    });
    waitingFor = 'EventStoreDB';
    expect((await ask(`${whole.url}/health/ready`)).body).to.deep.equal({
      ready: false,
      checks: { start: { ok: false, waitingFor: 'EventStoreDB' } },
      detail: 'Parley is starting and waits for EventStoreDB.',
    });
  });

  it('answers each API in its own shape', async () => {
    const v1 = await ask(`${whole.url}/v1/groups`);
    expect(v1).to.include({ status: 503, retry: '1', type: 'application/problem+json' });
    expect(v1.body).to.include({ code: 'Starting', status: 503 });
    for (const url of [`${whole.url}/openim/group/create_group`, `${openim.url}/group/create_group`]) {
      const dialect = await ask(url);
      expect(dialect).to.include({ status: 200, type: 'application/json' });
      expect(dialect.body).to.include({ errCode: 500, errMsg: 'ServerInternalError' });
    }
  });
});
