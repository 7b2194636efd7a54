import type { Request } from 'express';
import { expect } from 'chai';
import express from 'express';
import { jsonBody, MAX_STRANGERS_BODY_BYTES, requestHashWithout } from '../../../api/http/body.js';
import { listen, type RunningServer } from '../../../api/http/server.js';

describe('the hash of a body with a secret in it', () => {
  const of = (body: object, target = '/users'): string =>
    requestHashWithout('password', { body } as unknown as Request, target);

  it('says nothing of the secret', () => {
    expect(of({ login: 'a', password: 'one' })).to.equal(of({ login: 'a', password: 'two' }));
  });

  it('tells all else apart', () => {
    const hashes = [
      of({ login: 'a' }),
      of({ login: 'b' }),
      of({ login: 'a', nickname: '' }),
      of({ login: 'a' }, '/others'),
      of({ login: ['a'] }),
    ];
    expect(new Set(hashes).size).to.equal(hashes.length);
  });
});

describe('a body', () => {
  let server: RunningServer;

  before(async () => {
    const app = express();
    app.post('/', jsonBody({ limit: MAX_STRANGERS_BODY_BYTES }), (request, response) => {
      response.json(request.body);
    });
    const refused: express.ErrorRequestHandler = (error: Error & { status?: number }, _request, response, next) => {
      if (response.headersSent) next(error);
      else response.status(error.status ?? 500).json(error.name);
    };
    app.use(refused);
    server = await listen(app, { host: '127.0.0.1', port: 0 });
  });
  after(() => server.stop());

  const sent = async (body: string | Buffer, type?: string): Promise<readonly [number, unknown]> => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const response = await fetch(server.url, { method: 'POST', headers, body: Uint8Array.from(Buffer.from(body)) });
    return [response.status, await response.json()];
  };

  it('is UTF-8 under each name of it, and nothing else', async () => {
    for (const type of ['', '; charset=utf-8', ';charset=UTF8', '; charset="utf-8"', '; charset=UTF-8; x=y']) {
      expect(await sent('{"a":"ä"}', `application/json${type}`), type).to.deep.equal([200, { a: 'ä' }]);
    }
    for (const type of ['utf-16', 'utf-16le', 'iso-8859-1', 'utf-80', '""']) {
      expect((await sent('{}', `application/json; charset=${type}`))[0], type).to.equal(415);
    }
    expect((await sent(Buffer.from([0x22, 0xff, 0x22]), 'application/json'))[0]).to.equal(415);
  });

  it('is as long as its reader lets it, and holds no more than any that is right', async () => {
    expect((await sent(JSON.stringify('x'.repeat(MAX_STRANGERS_BODY_BYTES - 2))))[0]).to.equal(200);
    expect((await sent(JSON.stringify('x'.repeat(MAX_STRANGERS_BODY_BYTES - 1))))[0]).to.equal(413);
    expect((await sent(JSON.stringify(Array(2_001).fill(1))))[1]).to.equal('InputInvalid');
  });
});
