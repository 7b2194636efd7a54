import { expect } from 'chai';
import { request as send } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

const APP = 'https://app.example.org';
const STRANGER = 'https://stranger.example.org';

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** As it came: fetch unzips by itself, and sends no Origin of one's own. */
function raw(url: string, method: string, headers: Record<string, string> = {}, body?: string): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
      });
    });
    request.once('error', reject);
    request.end(body);
  });
}

const preflight = (origin: string, method: string, headers: string): Record<string, string> => ({
  origin,
  'access-control-request-method': method,
  'access-control-request-headers': headers,
});

describe('what all APIs have in common', () => {
  let parley: RunningParley;
  let open: RunningParley;

  before(async function () {
    this.timeout(60_000);
    [parley, open] = await Promise.all([runParley({ CORS_ORIGINS: APP }), runParley({ CORS_ORIGINS: '*' })]);
  });
  after(() => Promise.all([parley.stop(), open.stop()]));

  describe('pages of other origins', () => {
    it('hear before they call, without a token, that they may, by which methods and with which headers', async () => {
      for (const [path, asked] of [
        ['/v1/groups', 'authorization,content-type,idempotency-key'],
        ['/openim/group/create_group', 'token,operationID,content-type'],
      ] as const) {
        const { status, headers } = await raw(parley.url + path, 'OPTIONS', preflight(APP, 'POST', asked));
        expect(status).to.equal(204);
        expect(headers['access-control-allow-origin']).to.equal(APP);
        expect(headers['access-control-allow-credentials']).to.equal('true');
        expect(headers['access-control-allow-headers']).to.equal(asked);
        expect(headers['access-control-allow-methods']).to.include('POST').and.include('PATCH');
      }
    });

    it('may read the answers, refusals too, and the headers that matter', async () => {
      for (const path of [
        '/v1/openapi.json',
        '/v1/users/me',
        '/v1/nothing',
        '/openim/nothing/here',
        '/health/live',
        '/no',
      ]) {
        const { headers } = await raw(parley.url + path, 'GET', { origin: APP });
        expect(headers['access-control-allow-origin'], path).to.equal(APP);
        expect(headers['access-control-allow-credentials'], path).to.equal('true');
        expect(headers['access-control-expose-headers'], path).to.include('ETag').and.include('X-Correlation-ID');
        expect(headers.vary, path).to.include('Origin');
      }
    });

    it('may not when they are not named', async () => {
      for (const request of [
        raw(`${parley.url}/v1/groups`, 'OPTIONS', preflight(STRANGER, 'POST', 'authorization')),
        raw(`${parley.url}/v1/openapi.json`, 'GET', { origin: STRANGER }),
        raw(`${parley.url}/openim/group/x`, 'POST', { origin: `${APP}.evil.example` }),
      ]) {
        expect((await request).headers).to.not.have.property('access-control-allow-origin');
      }
    });

    it('may all, without credentials, where anybody may', async () => {
      for (const path of ['/v1/groups', '/openim/group/create_group']) {
        const asked = await raw(open.url + path, 'OPTIONS', preflight(STRANGER, 'POST', 'token'));
        expect(asked.headers['access-control-allow-origin'], path).to.equal('*');
        expect(asked.headers, path).to.not.have.property('access-control-allow-credentials');
        expect(asked.headers['access-control-allow-headers'], path).to.equal('token');
      }
    });
  });

  describe('gzip', () => {
    it('is for long answers to whoever takes it', async () => {
      const url = `${parley.url}/v1/openapi.json`;
      const zipped = await raw(url, 'GET', { 'accept-encoding': 'gzip' });
      const plain = await raw(url, 'GET');
      expect(zipped.headers['content-encoding']).to.equal('gzip');
      expect(plain.headers).to.not.have.property('content-encoding');
      expect(gunzipSync(zipped.body).equals(plain.body)).to.equal(true);
      expect(zipped.body.length * 5).to.be.below(plain.body.length);
    });

    it('is for what an API answers, and not for what fits as it is', async () => {
      const { token } = await new V1Client(parley.url).person('zipper');
      const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' };
      const json = { ...headers, 'content-type': 'application/json' };
      const short = await raw(`${parley.url}/v1/users/me`, 'GET', headers);
      expect(short.status).to.equal(200);
      expect(short.headers).to.not.have.property('content-encoding');
      const body = JSON.stringify({ ext: 'x'.repeat(3_000) });
      expect((await raw(`${parley.url}/v1/users/me`, 'PATCH', json, body)).status).to.equal(200);
      const long = await raw(`${parley.url}/v1/users/me`, 'GET', headers);
      expect(long.headers['content-encoding']).to.equal('gzip');
      expect(JSON.parse(gunzipSync(long.body).toString()))
        .to.have.property('ext')
        .with.lengthOf(3_000);
    });
  });

  it('the document is not sent again to whoever has it', async () => {
    const url = `${parley.url}/v1/openapi.json`;
    const first = await raw(url, 'GET');
    const etag = String(first.headers.etag);
    expect(first.headers['cache-control']).to.equal('no-cache');
    const again = await raw(url, 'GET', { 'if-none-match': etag });
    expect([again.status, again.body.length]).to.deep.equal([304, 0]);
    expect((await raw(url, 'GET', { 'if-none-match': 'W/"another"' })).status).to.equal(200);
    const head = await raw(url, 'HEAD');
    expect(head.headers.etag).to.equal(etag);
    expect(head.headers['content-length']).to.equal(first.body.length.toString());
  });

  it('every answer has a correlation id, the one that its problem names', async () => {
    for (const [method, path] of [
      ['GET', '/v1/users/me'],
      ['GET', '/nothing'],
      ['GET', '/v1/nothing'],
    ] as const) {
      const { headers, body } = await raw(parley.url + path, method);
      const named = (JSON.parse(body.toString()) as { correlationId: string }).correlationId;
      expect(headers['x-correlation-id'], path).to.equal(named);
      expect(headers['content-type'], path).to.match(/^application\/problem\+json/);
    }
    for (const path of ['/health/live', '/health/ready', '/', '/openim/group/nothing', '/v1/openapi.json']) {
      expect((await raw(parley.url + path, 'GET')).headers['x-correlation-id'], path).to.match(/^[0-9a-f-]{36}$/);
    }
  });
});
