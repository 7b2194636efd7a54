import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EventStoreUnavailable } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { ConfigInvalid } from '../../infrastructure/config/config.js';
import { CertificateAuthority } from '../support/certificates.js';
import type { EsdbDouble } from '../support/esdb-double/index.js';
import { appendTo, EsdbStores, newStream, rejection } from '../support/esdb-stores.js';

const PASSWORD = 'change:it@once%';
const SECRETS = [PASSWORD, encodeURIComponent(PASSWORD), 's3cret', 'c2VjcmV0', 's3'];

describe('EventStoreDB’s address: TLS, credentials, and what is said when they are wrong', function () {
  this.timeout(60_000);
  const stores = new EsdbStores();
  const authority = new CertificateAuthority('Test CA');
  let folder: string;
  let caFile: string;
  let double: EsdbDouble;
  /** Everything that was logged or printed, with what errors carry. */
  let said: string[];
  const { warn } = console;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-ca-'));
    caFile = join(folder, 'ca.pem');
    await writeFile(caFile, authority.cert);
    await writeFile(join(folder, 'other.pem'), new CertificateAuthority('Another CA').cert);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    said = [];
    console.warn = (...words: unknown[]) => said.push(words.join(' '));
    double = await stores.double({
      tls: authority.issue('localhost'),
      credentials: { user: 'parley', password: PASSWORD },
    });
  });
  afterEach(async () => {
    console.warn = warn;
    await stores.close();
  });

  const note = (facts: object, message: string): void => {
    const err = 'err' in facts ? facts.err : undefined;
    said.push(`${message} ${JSON.stringify(facts)} ${err instanceof Error ? textOf(err) : ''}`);
  };
  const log: Logger = { debug: note, info: note, warn: note, error: note };
  const textOf = (error: Error): string =>
    `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)} ${error.cause instanceof Error ? textOf(error.cause) : ''}`;

  const address = (user: string, host: string, ca = caFile): string =>
    `esdb://${user}@${host}?tlsCAFile=${encodeURIComponent(ca)}`;
  const right = `parley:${encodeURIComponent(PASSWORD)}`;
  const here = (): string => `localhost:${double.port}`;

  /** What opening says, which must name the host and hold no secret. */
  const failure = async (connectionString: string, host?: string): Promise<Error> => {
    const error = (await rejection(stores.open(connectionString, { deadlineMs: 400, log }))) as Error;
    if (host !== undefined) expect(error.message).to.include(host);
    for (const secret of SECRETS) expect(`${textOf(error)} ${said.join(' ')}`).to.not.include(secret);
    return error;
  };

  it('works with the CA that signed the server’s certificate, and the right credentials on every call', async () => {
    const store = await stores.open(address(right, here()), { log });
    const stream = newStream();
    expect((await store.append([appendTo(stream, -1)]))[0]).to.include({ kind: 'appended', revision: 0 });
    for await (const { events, caughtUp } of store.subscribe()) {
      expect(events.length).to.be.lessThan(2);
      if (caughtUp) break;
    }
    expect(await store.head()).to.not.equal(undefined);
    expect(said.join(' ')).to.not.include(PASSWORD);
  });

  for (const [what, ca] of [
    ['another CA', 'other.pem'],
    ['a file that holds no certificate', 'nothing.pem'],
  ] as const) {
    it(`with ${what} says that the certificate is not trusted`, async () => {
      await writeFile(join(folder, 'nothing.pem'), 'nothing');
      const error = await failure(address(right, here(), join(folder, ca)), here());
      expect(error).to.be.instanceOf(ConfigInvalid);
      expect(error.message).to.match(/certificate that is not trusted: unable to .*tlsCAFile/);
    });
  }

  it('without the CA says that the certificate is not trusted', async () => {
    expect((await failure(`esdb://${right}@${here()}`, here())).message).to.include('certificate that is not trusted');
  });

  it('with a CA for a cluster whose nodes another one signed says so', async () => {
    const nodes = `${address(right, `${here()},${here()}`, join(folder, 'other.pem'))}&maxDiscoverAttempts=2`;
    const error = await failure(nodes, here());
    expect(error).to.be.instanceOf(ConfigInvalid);
    expect(error.message).to.include('certificate that is not trusted');
  });

  it('at a host that the certificate is not for says so', async () => {
    const elsewhere = await stores.double({ tls: authority.issue('elsewhere.test') });
    const error = await failure(address(right, `localhost:${elsewhere.port}`), `localhost:${elsewhere.port}`);
    expect(error).to.be.instanceOf(ConfigInvalid);
    expect(error.message).to.match(/does not match certificate's altnames/);
  });

  it('with a CA file that is not there says so', async () => {
    const error = await failure(address(right, here(), join(folder, 'none.pem')));
    expect(error).to.be.instanceOf(ConfigInvalid);
    expect(error.message).to.include('File was not found');
  });

  for (const [what, credentials] of [
    ['a wrong password', 'parley:s3cret@'],
    ['a wrong user', `somebody:${encodeURIComponent(PASSWORD)}@`],
    ['none', ''],
  ] as const) {
    it(`with ${what} says that the credentials are refused`, async () => {
      const error = await failure(`esdb://${credentials}${here()}?tlsCAFile=${encodeURIComponent(caFile)}`, here());
      expect(error).to.be.instanceOf(ConfigInvalid);
      expect(error.message).to.include('refuses the user name and password in EVENT_STORE');
    });
  }

  it('of a user who may not read $all says so: commands would work, and no list would ever show what they wrote', async () => {
    const guarded = await stores.double({ mayReadAll: false });
    const error = await failure(guarded.url, `127.0.0.1:${guarded.port}`);
    expect(error).to.be.instanceOf(ConfigInvalid);
    expect(error.message).to.include('may not read $all');
  });

  it('with TLS where none is spoken, or without where it is, says so', async () => {
    const plain = await stores.double();
    const wrongly = await failure(`esdb://parley:s3cret@localhost:${plain.port}`, `${plain.port}`);
    expect(wrongly.message).to.include('does not speak TLS');
    const missing = await failure(`esdb://parley:s3cret@${here()}?tls=false`, here());
    expect(missing.message).to.include('speaks TLS, and EVENT_STORE says tls=false');
    expect(wrongly).to.be.instanceOf(ConfigInvalid);
    expect(missing).to.be.instanceOf(ConfigInvalid);
  });

  it('at a port where nobody listens names the host, and is worth waiting for', async () => {
    await double.faults.goDown();
    const error = await failure(address('parley:s3cret', here()), here());
    expect(error).to.be.instanceOf(EventStoreUnavailable);
    expect(error.message).to.include('ECONNREFUSED');
  });

  it('at a name that nobody knows says so, and is worth waiting for', async () => {
    const error = await failure('esdb://parley:s3cret@nowhere.invalid?tls=false', 'nowhere.invalid:2113');
    expect(error).to.be.instanceOf(EventStoreUnavailable);
    expect(error.message).to.include('Name resolution failed');
  });

  it('is in no line of the log while the server comes and goes', async () => {
    const store = await stores.open(address(right, here()), { log, deadlineMs: 1_000 });
    const stream = newStream();
    await double.faults.goDown();
    const pending = store.append([appendTo(stream, -1)]);
    expect(await rejection(store.head())).to.be.instanceOf(EventStoreUnavailable);
    await double.faults.comeUp();
    expect((await pending)[0]).to.include({ kind: 'appended' });
    expect(said.join(' ')).to.include('outcome');
    for (const secret of SECRETS) expect(said.join(' ')).to.not.include(secret);
  });
});
