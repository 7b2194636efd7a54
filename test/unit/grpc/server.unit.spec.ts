import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type ChannelCredentials, Client, credentials, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { GROUP_PROTO, GROUP_SERVICE } from '../../../api/dialects/openim-v2/declaration.js';
import { type Answers, CallRefused } from '../../../api/grpc/answers.js';
import { type GrpcListenOptions, listenGrpc, type RunningGrpcServer } from '../../../api/grpc/server.js';
import { CertificateAuthority } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';

const QUIT = '/group.group/quitGroup';
/** Made at once over one connection. */
const CALLS = Number(process.env['PARLEY_RPCS_AT_ONCE'] ?? '2000');
const bytes = (value: Buffer): Buffer => value;

/** How a call ended, and with which bytes. */
interface Ended {
  readonly code: number;
  readonly details: string;
  readonly reply?: Buffer;
}

describe('the gRPC server', () => {
  const servers: RunningGrpcServer[] = [];
  const clients: Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  async function listening(options: Partial<GrpcListenOptions> = {}): Promise<RunningGrpcServer> {
    const where = { host: '127.0.0.1', port: 0, proto: GROUP_PROTO, service: GROUP_SERVICE };
    const server = await listenGrpc({ ...where, ...options });
    servers.push(server);
    return server;
  }
  function client({ port }: RunningGrpcServer, by: ChannelCredentials = credentials.createInsecure()): Client {
    const made = new Client(`localhost:${String(port)}`, by);
    clients.push(made);
    return made;
  }
  const call = (by: Client, path = QUIT, request = Buffer.alloc(0), deadline = Date.now() + 20_000): Promise<Ended> =>
    new Promise((resolve) => {
      by.makeUnaryRequest(path, bytes, bytes, request, { deadline }, (error, reply) => {
        if (error === null) resolve({ code: 0, details: '', ...(reply === undefined ? {} : { reply }) });
        else resolve({ code: error.code, details: error.details });
      });
    });
  /** 1 SERVING, 2 NOT_SERVING. */
  const healthOf = async (by: Client): Promise<string | undefined> =>
    (await call(by, '/grpc.health.v1.Health/Check')).reply?.toString('hex');

  it('before it serves and when it has stopped, calls end UNAVAILABLE', async () => {
    const server = await listening();
    const by = client(server);
    expect(await call(by)).to.deep.include({ code: status.UNAVAILABLE, details: 'the server is starting or stopping' });
    expect(await healthOf(by)).to.equal('0802');
    server.serve(() => Promise.resolve({ CommonResp: { ErrCode: 7, ErrMsg: 'x' } }));
    const { code, reply } = await call(by);
    expect([code, reply?.toString('hex')]).to.deep.equal([0, '0a05080712' + '0178']);
    expect(await healthOf(by)).to.equal('0801');
    await server.stop();
    expect((await call(by, QUIT, undefined, Date.now() + 1_000)).code).to.be.oneOf([
      status.UNAVAILABLE,
      status.DEADLINE_EXCEEDED,
    ]);
  });

  it('when it stops, calls under way end first', async () => {
    const server = await listening();
    const { answers, waiting } = held();
    server.serve(answers);
    const asked = call(client(server));
    await eventually(() => waiting.length === 1);
    const stopped = server.stop();
    waiting[0]?.();
    expect((await asked).code).to.equal(0);
    await stopped;
  });

  it('when it stops, calls that do not end are broken off in time', async () => {
    const server = await listening({ drainMs: 50 });
    const { answers, waiting } = held();
    server.serve(answers);
    const asked = call(client(server));
    await eventually(() => waiting.length === 1);
    await server.stop();
    expect((await asked).code).not.to.equal(0);
    waiting[0]?.();
  });

  it('beyond as many calls as it bears, the others are refused at once, and it goes on', async () => {
    const server = await listening({ mostAtOnce: 20 });
    const { answers, waiting } = held();
    server.serve(answers);
    const by = client(server);
    const asked = Array.from({ length: 50 }, () => call(by));
    await eventually(() => waiting.length === 20);
    const refused = Promise.all(asked).then((ends) => ends.filter(({ code }) => code === status.RESOURCE_EXHAUSTED));
    while (waiting.length > 0) waiting.pop()?.();
    expect(await refused).to.have.length(30);
    const after = call(by);
    await eventually(() => waiting.length === 1);
    waiting.pop()?.();
    expect((await after).code).to.equal(0);
  });

  it(`a connection with ${CALLS.toString()} calls has a hundred of them under way; all are answered`, async () => {
    const server = await listening();
    let underWay = 0;
    let most = 0;
    server.serve(async () => {
      most = Math.max(most, ++underWay);
      await setImmediate();
      underWay -= 1;
      return {};
    });
    const by = client(server);
    const ends = await Promise.all(Array.from({ length: CALLS }, () => call(by)));
    expect(ends.filter(({ code }) => code !== 0)).to.deep.equal([]);
    expect(most).to.be.within(2, 100);
  }).timeout(60_000);

  it('what is no message, and an rpc that is not there, end with a status and reach nobody', async () => {
    const server = await listening();
    let reached = 0;
    server.serve(() => {
      reached += 1;
      return Promise.resolve({});
    });
    const by = client(server);
    for (const broken of ['ff', '0b', '0c', '0affffffffff']) {
      const { code, details } = await call(by, QUIT, Buffer.from(broken, 'hex'));
      expect([code, /node_modules|\.js/.test(details)], broken).to.deep.equal([status.INTERNAL, false]);
    }
    expect((await call(by, '/group.group/no_such')).code).to.equal(status.UNIMPLEMENTED);
    expect((await call(by, '/constructor/toString')).code).to.equal(status.UNIMPLEMENTED);
    expect(reached).to.equal(0);
  });

  it('a refusal ends a call with its own number; what nobody foresaw says nothing internal', async () => {
    const server = await listening();
    const by = client(server);
    server.serve(() => Promise.reject(new CallRefused(802, 'db failed')));
    expect(await call(by)).to.deep.equal({ code: 802, details: 'db failed' });
    server.serve(() => Promise.reject(new Error('password of the database')));
    expect(await call(by)).to.deep.equal({ code: status.INTERNAL, details: 'something went wrong here' });
  });

  it('a call is told how long its caller waits', async () => {
    const server = await listening();
    const left: (number | undefined)[] = [];
    server.serve(({ remainingMs }) => {
      left.push(remainingMs);
      return Promise.resolve({});
    });
    const by = client(server);
    await call(by, QUIT, undefined, Date.now() + 60_000);
    await call(by, QUIT, undefined, Infinity);
    expect(left[0]).to.be.within(1, 60_000);
    expect(left[1]).to.equal(undefined);
  });

  it('given a certificate, then it is asked by TLS alone', async () => {
    const authority = new CertificateAuthority('an authority');
    const issued = authority.issue('localhost');
    const folder = await mkdtemp(join(tmpdir(), 'parley-grpc-'));
    try {
      const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
      await Promise.all([writeFile(tls.cert, issued.cert), writeFile(tls.key, issued.key)]);
      const server = await listening({ tls });
      expect(server.url).to.match(/^grpcs:/);
      server.serve(() => Promise.resolve({}));
      const trusting = credentials.createSsl(Buffer.from(authority.cert));
      expect((await call(client(server, trusting))).code).to.equal(0);
      expect((await call(client(server), QUIT, undefined, Date.now() + 1_000)).code).not.to.equal(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('given files that are no certificate, or a port that is taken, then it says so', async () => {
    const missing = join(tmpdir(), 'no-such.pem');
    const problem = (options: Partial<GrpcListenOptions>): Promise<string> =>
      listening(options).then(
        () => '',
        (error: unknown) => (error as Error).message,
      );
    expect(await problem({ tls: { cert: missing, key: missing } })).to.include(missing);
    const { port } = await listening();
    expect(await problem({ port })).to.match(/EADDRINUSE|in use|bind/i);
  });

  it('tells what it serves to whoever asks by reflection', async () => {
    const by = client(await listening());
    const reply = await new Promise<Buffer>((resolve, reject) => {
      const stream = by.makeBidiStreamRequest(
        '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
        bytes,
        bytes,
      );
      stream.on('data', resolve).on('error', reject);
      // list_services
      stream.write(Buffer.from('3a00', 'hex'));
      stream.end();
    });
    expect(reply.toString('latin1')).to.include('group.group');
  });
});

/** Answers that come when they are let. */
function held(): { answers: Answers; waiting: (() => void)[] } {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    answers: () =>
      new Promise((resolve) => {
        waiting.push(() => {
          resolve({});
        });
      }),
  };
}
