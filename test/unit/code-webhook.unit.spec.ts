import { expect } from 'chai';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { CodeWebhook } from '../../infrastructure/code-webhook.js';

const message = { phone: '+8613800000000', code: '123456', expiresInSeconds: 120 };

describe('the webhook that codes for phones go to', () => {
  let server: Server;
  let answer: RequestListener;
  const asked: { request: IncomingMessage; body: string }[] = [];

  before((done) => {
    server = createServer((request, response) => {
      void text(request).then((body) => {
        asked.push({ request, body });
        answer(request, response);
      });
    }).listen(0, '127.0.0.1', done);
  });
  after((done) => {
    server.closeAllConnections();
    server.close(done);
  });

  const webhook = (known = '', withinMs?: number): CodeWebhook => {
    const { port } = server.address() as AddressInfo;
    return new CodeWebhook(new URL(`http://${known}127.0.0.1:${port.toString()}/codes?app=1`), withinMs);
  };
  const refusal = (sent: Promise<void>): Promise<string> =>
    sent.then(
      () => 'nothing was refused',
      (error: unknown) => (error as Error).message,
    );

  it('is sent phone and code as JSON, with what its address knows it by', async () => {
    answer = (_request, response) => response.writeHead(202).end();
    await webhook('me:p%40ss@').send(message);
    const [{ request, body }] = asked as [(typeof asked)[0]];
    expect([request.method, request.url]).to.deep.equal(['POST', '/codes?app=1']);
    expect(request.headers).to.include({
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    });
    expect(JSON.parse(body)).to.deep.equal(message);
    await webhook().send(message);
    expect(asked[1]?.request.headers.authorization).to.equal(undefined);
  });

  it('has taken it over only when it says so in time; what it is sent goes nowhere else', async () => {
    answer = (_request, response) => response.writeHead(500).end('no credit');
    expect(await refusal(webhook().send(message))).to.equal('the webhook for codes answered 500');
    answer = (_request, response) => response.writeHead(302, { Location: '/elsewhere' }).end();
    const before = asked.length;
    expect(await refusal(webhook().send(message))).to.match(/fetch failed|redirect/);
    expect(asked.length).to.equal(before + 1);
    answer = () => undefined;
    expect(await refusal(webhook('', 50).send(message))).to.match(/timeout/);
  });
});
