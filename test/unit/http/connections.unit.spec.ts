import { expect } from 'chai';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ConnectionLimits } from '../../../api/http/connection-limits.js';
import { networkOf } from '../../../api/http/connections.js';
import { edgeAt, mounts } from '../../../api/dialects/mounts.js';
import { edgeRefusals } from '../../../api/http/edge.js';
import { listen, type ListenOptions, type RunningServer } from '../../../api/http/server.js';
import { Standstill } from '../../../api/http/standstill.js';
import { eventually } from '../../support/eventually.js';
import { RawHttp } from '../../support/raw-http.js';
import { V1Contract } from '../../support/v1-contract.js';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const MEGABYTE = Buffer.alloc(1024 * 1024, 'x');

describe('a server’s connections', () => {
  let server: RunningServer;
  const connections: RawHttp[] = [];
  let asked: IncomingMessage[];

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.end();
    await server.stop();
  });

  async function serving(
    app: RequestListener,
    limits: Partial<ConnectionLimits> = {},
    options: Partial<ListenOptions> = {},
  ): Promise<void> {
    asked = [];
    await (server as RunningServer | undefined)?.stop();
    server = await listen(
      (request, response) => {
        asked.push(request);
        app(request, response);
      },
      { host: '127.0.0.1', port: 0, limits, drainMs: 100, edgeAt, ...options },
    );
  }

  async function connected(text = ''): Promise<RawHttp> {
    const connection = await RawHttp.open(server.url);
    connections.push(connection);
    if (text !== '') connection.send(text);
    return connection;
  }

  const done = (_request: IncomingMessage, response: ServerResponse): void => {
    response.end('done');
  };
  const large = (_request: IncomingMessage, response: ServerResponse): void => {
    response.end(MEGABYTE);
  };
  /** Never. */
  const silent = (): void => undefined;
  const statuses = (text: string): string[] => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = '']) => status);

  it('handle a request when the answer before it has been read, in order', async () => {
    await serving(large);
    const connection = await connected();
    connection.pause();
    connection.send(GET.repeat(20));
    // The kernel takes some megabytes of them at most.
    await eventually(() => expect(asked.length).to.be.above(0));
    const other = await connected(GET);
    await eventually(() => expect(statuses(other.received)).to.deep.equal(['200']));
    expect(asked.length).to.be.below(20);
    connection.resume();
    await eventually(() => expect(statuses(connection.received)).to.have.lengthOf(20));
  });

  it('answer many requests that were sent together, each once', async () => {
    let n = 0;
    await serving((_request, response) => {
      response.end(`<${(n++).toString()}>`);
    });
    const connection = await connected(GET.repeat(300));
    await eventually(() => expect(connection.received).to.include('<299>'));
    expect([...connection.received.matchAll(/<(\d+)>/g)].map(([, m]) => Number(m))).to.deep.equal([
      ...Array(300).keys(),
    ]);
  });

  it('end when more requests were sent together than may wait', async () => {
    await serving(silent, { pipelined: 10 });
    await (await connected(GET.repeat(12))).closed();
    expect(asked).to.have.lengthOf(1);
    await serving(silent, { pipelinedOfAll: 3 });
    const patient = await connected(GET.repeat(4));
    await eventually(() => expect(asked).to.have.lengthOf(1));
    await (await connected(GET.repeat(2))).closed();
    expect(patient.socket.closed).to.equal(false);
  });

  it('end with a word when a body or a head doesn’t arrive in time', async () => {
    await serving((request) => request.resume(), { headMs: 100, requestMs: 300 });
    const slow = await connected('POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
    expect(await slow.closed()).to.match(/^HTTP\/1\.1 408 .*application\/problem\+json.*"code":"RequestTimeout"/s);
    const openim = await connected('POST /openim/user/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
    expect(await openim.closed()).to.match(/^HTTP\/1\.1 408 .*application\/json.*"errCode":1001/s);
    const head = await connected('POST / HTTP/1.1\r\nHost: x\r\n');
    expect(statuses(await head.closed())).to.deep.equal(['408']);
    await (await connected()).closed();
  });

  it('end when nobody reads the answer, and not while the answer takes its time', async () => {
    let answerSlowly: () => void = silent;
    await serving(
      (request, response) => {
        if (request.url === '/slow') answerSlowly = () => response.end('slow but sure');
        else large(request, response);
      },
      { stalledMs: 1_000 },
    );
    const slow = await connected(GET.replace('/', '/slow'));
    await eventually(() => expect(asked).to.have.lengthOf(1));
    const unread = await connected();
    unread.pause();
    unread.send(GET.repeat(30));
    await eventually(() => expect(asked.at(-1)?.socket.destroyed).to.equal(true), 30_000);
    answerSlowly();
    await eventually(() => expect(slow.received).to.include('slow but sure'));
    unread.resume();
    // Some of them are in the kernel; the rest was given up.
    expect(statuses(await unread.closed()).length).to.be.below(30);
  });

  it('are kept for as long as is set', async () => {
    await serving(done, { keepAliveMs: 100 });
    expect(await (await connected(GET)).closed()).to.include('done');
    await serving(done, { keepAliveMs: 65_000 });
    const connection = await connected(GET);
    await eventually(() => expect(connection.received).to.include('Keep-Alive: timeout=65'));
  });

  it('are bounded by address and in all, but for those of a proxy', async () => {
    await serving(silent, { connectionsOfAddress: 2 });
    await connected(GET);
    await connected(GET);
    expect(await (await connected()).closed()).to.match(/^HTTP\/1\.1 503 .*Retry-After: 1.*"TooManyConnections"/s);
    connections[0]?.end();
    await eventually(async () => {
      const again = await connected(GET);
      await eventually(() => expect(asked).to.have.lengthOf(3), 500);
      expect(again.received).to.equal('');
    });
    await serving(silent, { connectionsOfAddress: 2, connections: 3 }, { trusted: () => true });
    for (let n = 0; n < 3; n++) await connected(GET);
    expect(statuses(await (await connected()).closed())).to.deep.equal(['503']);
  });

  it('answer no more requests at once than are set', async () => {
    await serving(silent, { openRequests: 2 });
    await connected(GET);
    await connected(GET);
    await eventually(() => expect(asked).to.have.lengthOf(2));
    expect(await (await connected(GET)).closed()).to.match(/^HTTP\/1\.1 503 .*"TooManyOpenRequests"/s);
  });

  it('let no more wait to be read than is set: the oldest loses its answer', async () => {
    const huge = Buffer.alloc(16 * 1024 * 1024, 'x');
    /** Answers that ended although nobody had read them, by their place. */
    const lost: number[] = [];
    let answers = 0;
    const answer: RequestListener = (_request, response) => {
      const place = answers++;
      response.once('close', () => lost.push(place));
      response.end(huge);
    };
    await serving(answer, { unsentBytes: 40 * 1024 * 1024 });
    const unread: RawHttp[] = [];
    for (let n = 0; n < 4; n++) {
      const connection = await connected();
      connection.pause();
      connection.send(GET);
      unread.push(connection);
      await eventually(() => expect(asked).to.have.lengthOf(n + 1));
    }
    // Whoever is let read before the server has looked has nothing waiting any more.
    await eventually(() => expect(lost).to.include(0));
    for (const connection of unread) connection.resume();
    const lengths = await Promise.all(
      unread.map(async (connection) => {
        await eventually(() =>
          expect(connection.socket.closed || connection.received.length > huge.length).to.equal(true),
        );
        return connection.received.length > huge.length;
      }),
    );
    expect(lengths.at(-1)).to.equal(true);
    expect(lengths[0]).to.equal(false);
  });

  it('refuse in a word what is no request, has no host, or too large a head', async () => {
    await serving(done, { headerBytes: 4_096, headers: 5 });
    for (const [sent, status, code] of [
      ['nonsense\r\n\r\n', '400', 'MalformedRequest'],
      ['GET / HTTP/1.1\r\n\r\n', '400', 'HostMissing'],
      [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(5_000)}\r\n\r\n`, '431', 'HeadersTooLarge'],
      [`GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(6)}\r\n`, '431', 'HeadersTooLarge'],
      ['GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n', '417', 'ExpectationFailed'],
    ] as const) {
      const answer = await (await connected(sent)).closed();
      expect(statuses(answer), answer).to.deep.equal([status]);
      expect(answer)
        .to.match(/Content-Type: application\/problem\+json/i)
        .and.include(`"code":"${code}"`);
      expect(/X-Correlation-ID: (\S+)/.exec(answer)?.[1]).to.equal(/"correlationId":"([^"]+)"/.exec(answer)?.[1]);
    }
    expect(asked).to.deep.equal([]);
    await server.stop();
    await serving(done, {}, { edgeAt: () => mounts.openim.edge });
    expect(await (await connected('nonsense\r\n\r\n')).closed()).to.match(/^HTTP\/1\.1 400 .*"errCode":1001/s);
  });

  it('refuse nothing in a way that the document of /v1 doesn’t have', async function () {
    this.timeout(30_000);
    const contract = new V1Contract();
    const seen = new Set<string>();
    const GROUPS = 'GET /v1/groups HTTP/1.1\r\nHost: x\r\n';
    const refused = async (sent: string): Promise<void> => {
      const answer = await (await connected(sent)).closed();
      const [head = '', text = ''] = answer.split('\r\n\r\n');
      const [status = '', ...lines] = head.split('\r\n');
      const headers = new Headers(lines.map((line) => line.split(': ', 2) as [string, string]));
      const of = { status: Number(status.split(' ')[1]), headers, text };
      const request = { headers: {}, body: undefined };
      expect(contract.wrongsOf({ method: 'GET', path: '/groups', request, answer: of }), answer).to.deep.equal([]);
      seen.add((JSON.parse(text) as { code: string }).code);
    };
    await serving(done, { headMs: 100, headers: 5 });
    await refused('nonsense\r\n\r\n');
    await refused('GET /v1/groups HTTP/1.1\r\n\r\n');
    await refused(GROUPS);
    await refused(`${GROUPS}Expect: miracles\r\n\r\n`);
    await refused(`${GROUPS}${'A: b\r\n'.repeat(6)}\r\n`);
    await serving(silent, { connectionsOfAddress: 0 });
    await refused('');
    await serving(silent, { openRequests: 0 });
    await refused(`${GROUPS}\r\n`);
    expect([...seen]).to.have.members(Object.keys(edgeRefusals));
  });

  it('have an answer with a correlation id, however it is written', async () => {
    await serving((request, response) => {
      if (request.url === '/head') response.writeHead(200, { 'X-Other': '1' }).end();
      else if (request.url === '/list') response.writeHead(200, ['X-Other', '1']).end();
      else if (request.url === '/reason') response.writeHead(200, 'Fine', { 'X-Other': '1' }).end();
      else response.setHeader('X-Other', '1').end();
    });
    const ids = new Set<string | null>();
    for (const path of ['/head', '/list', '/reason', '/']) {
      const { headers } = await fetch(server.url + path);
      expect(headers.get('x-other'), path).to.equal('1');
      expect(headers.get('x-correlation-id'), path).to.match(/^[0-9a-f-]{36}$/);
      ids.add(headers.get('x-correlation-id'));
    }
    expect(ids.size).to.equal(4);
  });
});

describe('a standstill', () => {
  /** After how many ms it was over, told at these moments that nothing has moved. */
  const over = (moments: readonly number[]): number | undefined => {
    const standstill = new Standstill(5, 60);
    return moments.find((moment) => standstill.said(moment));
  };
  const each = (from: number, to: number): number[] =>
    Array.from({ length: (to - from) / 5 + 1 }, (_, n) => from + 5 * n);

  it('is over when nothing has moved for as long as it may, and not before', () => {
    expect(over(each(5, 100))).to.equal(60);
    expect(over(each(1_005, 1_100))).to.equal(1_060);
  });

  it('begins anew with whatever moved in between, of which nothing is said', () => {
    expect(over([...each(5, 55), ...each(65, 115), ...each(125, 200)])).to.equal(180);
  });
});

describe('the network of an address', () => {
  it('is an IPv4 address, however it is written, and the /64 of an IPv6 one', () => {
    expect(networkOf('10.0.0.1')).to.equal('10.0.0.1');
    expect(networkOf('::ffff:10.0.0.1')).to.equal('10.0.0.1');
    expect(networkOf('2001:db8:0:1::7')).to.equal('2001:db8:0:1');
    expect(networkOf('2001:db8:0:1:ffff:1:2:3')).to.equal('2001:db8:0:1');
    expect(networkOf('2001:0db8::1')).to.equal(networkOf('2001:db8:0:0:9::'));
    expect(networkOf('::1')).to.equal('0:0:0:0');
  });
});
