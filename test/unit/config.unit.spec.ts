import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigInvalid, loadConfig, secretVariables } from '../../infrastructure/config/config.js';
import { resolveKeys } from '../../infrastructure/config/keys.js';
import { listenWords } from '../../infrastructure/config/listeners.js';
import { silentLogger } from '../support/silent-logger.js';

const KEY = Buffer.alloc(32, 7);
const SECRET = 'x'.repeat(32);

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  it('runs on nothing at all: loopback, its own database, no keys yet', () => {
    expect(loadConfig({})).to.deep.equal({
      host: '127.0.0.1',
      port: 8080,
      ownPorts: {},
      dataDir: './data',
      eventStore: { kind: 'postgres' },
      appAdmins: [],
      auditors: [],
      defaultTenant: '1000',
      workers: 1,
      roles: new Set(['api', 'projections', 'processes']),
      logLevel: 'info',
      sealing: { everyMs: 60_000, file: 'data/seals' },
      tencentApps: [],
      tokenTtlSeconds: 604_800,
      commandDeadlineMs: 10_000,
      trustedProxies: [],
      blankVariables: [],
      corsOrigins: [],
      limits: {
        keepAliveMs: 65_000,
        connections: 10_000,
        connectionsOfAddress: 1_000,
        openRequests: 2_000,
        unsentBytes: 64 * 1024 * 1024,
        headerBytes: 16_384,
      },
      commandLimits: {
        atOnce: 200,
        perSecond: 100,
        tenantPerSecond: 0,
        requestsPerSecond: 0,
        groupsPerDay: 1_000,
        joinRequestsPerDay: 1_000,
        joinRequestsPerGroupAndDay: 20,
        invitationsPerDay: 20_000,
        friendRequestsPerDay: 1_000,
        friendRequestsPerPersonAndDay: 20,
        keysPerDay: 100_000,
      },
      friendship: {
        strangersMayWrite: true,
        requestAgainAfterMs: 0,
        answeredAgainAfterMs: 0,
        backUnasked: false,
        deletingBlocks: false,
        blockedMayAsk: true,
      },
      sealtalk: {
        cookie: { name: 'rong_im_auth', sameSite: 'lax', ttlSeconds: 2_592_000 },
        friendship: {
          strangersMayWrite: false,
          requestAgainAfterMs: 259_200_000,
          answeredAgainAfterMs: 86_400_000,
          backUnasked: true,
          deletingBlocks: true,
          blockedMayAsk: false,
        },
      },
      conversations: { revokeWithinMs: null },
      chatNotices: true,
      dtalkMock: false,
    });
  });

  for (const given of ['foo', '10.0.0.0/33', '10.0.0.0/0', '1.2.3', 'loopback, 10.0.0.0/8/8', 'fe80::/129'])
    it(`refuses TRUSTED_PROXIES=${given} with the others that are wrong`, () => {
      const wrong = given.split(', ').at(-1)!;
      expect(problemsOf({ TRUSTED_PROXIES: given, LOG_LEVEL: 'loud' })).to.have.length(2);
      expect(problemsOf({ TRUSTED_PROXIES: given })[0])
        .to.match(/^TRUSTED_PROXIES must be /)
        .and.include(`"${wrong}"`);
    });

  it('takes addresses, networks and their names as trusted proxies', () => {
    const given = '127.0.0.1, 10.0.0.0/8, ::1, fc00::/7, loopback, linklocal,uniquelocal';
    expect(loadConfig({ TRUSTED_PROXIES: given }).trustedProxies).to.deep.equal(given.split(/, ?/));
  });

  it('reads what a tenant decides about friends and strangers', () => {
    const given = {
      STRANGERS_MAY_WRITE: 'false',
      FRIEND_REQUEST_AGAIN_AFTER: '86400',
      DELETING_BLOCKS: 'true',
      BLOCKED_MAY_ASK: 'false',
    };
    expect(loadConfig(given).friendship).to.deep.equal({
      strangersMayWrite: false,
      requestAgainAfterMs: 86_400_000,
      answeredAgainAfterMs: 86_400_000,
      backUnasked: false,
      deletingBlocks: true,
      blockedMayAsk: false,
    });
    const { friendship } = loadConfig({ STRANGERS_MAY_WRITE: 'true', FRIEND_REQUEST_AGAIN_AFTER: '5' }).sealtalk;
    expect(friendship, 'what is said is said for every API').to.include({
      strangersMayWrite: true,
      requestAgainAfterMs: 5_000,
      answeredAgainAfterMs: 5_000,
      deletingBlocks: true,
    });
    expect(loadConfig({}).chatNotices).to.equal(true);
    expect(loadConfig({ CHAT_NOTICES: 'false' }).chatNotices).to.equal(false);
    expect(loadConfig({}).dtalkMock).to.equal(false);
    expect(loadConfig({ DTALK_MOCK_SIGNATURES: 'true' }).dtalkMock).to.equal(true);
    expect(() => loadConfig({ DTALK_MOCK_SIGNATURES: 'yes' })).to.throw(ConfigInvalid);
    expect(problemsOf({ DELETING_BLOCKS: 'yes', STRANGERS_MAY_WRITE: '0' })).to.have.members([
      'DELETING_BLOCKS must be true or false, not "yes".',
      'STRANGERS_MAY_WRITE must be true or false, not "0".',
    ]);
  });

  it('reads what 004’s sessions and codes go by, and keeps the webhook’s address to itself', () => {
    const { cookie, codeWebhook, testCode } = loadConfig({
      SEALTALK_COOKIE_NAME: 'chat',
      SEALTALK_COOKIE_DOMAIN: 'example.org',
      SEALTALK_COOKIE_SAME_SITE: 'none',
      SEALTALK_SESSION_SECONDS: '3600',
      SEALTALK_CODE_WEBHOOK: 'https://me:secret@sms.example.org/codes',
      SEALTALK_TEST_CODE: '9999',
    }).sealtalk;
    expect(cookie).to.deep.equal({ name: 'chat', domain: 'example.org', sameSite: 'none', ttlSeconds: 3_600 });
    expect([codeWebhook?.href, testCode]).to.deep.equal(['https://me:secret@sms.example.org/codes', '9999']);
    const wrong = {
      SEALTALK_COOKIE_NAME: 'a b',
      SEALTALK_COOKIE_DOMAIN: 'example.org; Path=/x',
      SEALTALK_COOKIE_SAME_SITE: 'strict',
      SEALTALK_SESSION_SECONDS: '1',
      SEALTALK_CODE_WEBHOOK: 'ftp://me:secret@sms.example.org',
      SEALTALK_TEST_CODE: '99',
    };
    expect(problemsOf(wrong)).to.have.length(6);
    expect(problemsOf(wrong).join()).not.to.include('secret');
  });

  it('reads the apps of 001, and keeps their secrets to itself', () => {
    const first = 'hunter2:'.repeat(2);
    const second = 's'.repeat(64);
    expect(loadConfig({ TENCENT_APPS: `1400000000:acme:${first}, 7::${second}` }).tencentApps).to.deep.equal([
      { sdkappid: 1_400_000_000, tenant: 'acme', secret: first },
      { sdkappid: 7, tenant: '1000', secret: second },
    ]);
    const wrong = [
      ...['1400000000', `0:acme:${second}`, `4294967296::${second}`, `x::${second}`, `1:a/b:${second}`],
      ...['1::hunter2', `1::${second},1:acme:${first}`, `1::${second},,2`],
    ];
    for (const apps of wrong) {
      const problems = problemsOf({ TENCENT_APPS: apps });
      expect(problems, apps).to.have.length(1);
      expect(problems.join(), apps).not.to.match(/hunter2|ssss/);
    }
    expect(problemsOf({ TENANTS: '1000', TENCENT_APPS: `1:acme:${second}` })).to.deep.equal([
      'The tenants of TENCENT_APPS must be among TENANTS.',
    ]);
  });

  it('reads how long a message of a single chat may be revoked; 0 is for ever', () => {
    expect(loadConfig({}).conversations).to.deep.equal({ revokeWithinMs: null });
    expect(loadConfig({ PRIVATE_REVOKE_WITHIN: '0' }).conversations).to.deep.equal({ revokeWithinMs: null });
    expect(loadConfig({ PRIVATE_REVOKE_WITHIN: '120' }).conversations).to.deep.equal({ revokeWithinMs: 120_000 });
  });

  it('wants two ports for two APIs', () => {
    expect(problemsOf({ PORT: '9000', OPENIM_PORT: '9000' })).to.deep.equal([
      'OPENIM_PORT must be another port than PORT.',
    ]);
    expect(problemsOf({ SEALTALK_PORT: '9000', DTALK_PORT: '9000', OPENIM_PORT: '8080' })).to.deep.equal([
      'OPENIM_PORT must be another port than PORT.',
      'DTALK_PORT must be another port than SEALTALK_PORT.',
    ]);
    expect(problemsOf({ PORT: '0', OPENIM_PORT: '0' })).to.deep.equal([]);
  });

  it('reads how many processes there are and what they do, and refuses what is no number and no role', () => {
    const { workers, roles } = loadConfig({ WORKERS: '3', PARLEY_ROLES: 'api, processes' });
    expect(workers).to.equal(3);
    expect([...roles]).to.deep.equal(['api', 'processes']);
    expect(loadConfig({ WORKERS: 'auto' }).workers).to.be.at.least(1);
    for (const wrong of ['0', '65', '1.5', 'many'])
      expect(problemsOf({ WORKERS: wrong })).to.deep.equal(['WORKERS must be a whole number from 1 to 64, or auto.']);
    for (const wrong of [',', 'api,cook'])
      expect(problemsOf({ PARLEY_ROLES: wrong })).to.deep.equal([
        'PARLEY_ROLES must be some of api, projections, processes, separated by commas.',
      ]);
  });

  it('reads origins as a browser says them, or *', () => {
    const of = (origins: string): unknown => loadConfig({ CORS_ORIGINS: origins }).corsOrigins;
    expect(of('*')).to.equal('*');
    expect(of('https://App.example.org, http://localhost:5173,http://[::1]:80')).to.deep.equal([
      'https://app.example.org',
      'http://localhost:5173',
      'http://[::1]:80',
    ]);
    for (const wrong of ['https://a.example/', 'a.example', '*,https://a.example', 'https://*.example', 'null']) {
      expect(() => loadConfig({ CORS_ORIGINS: wrong }), wrong).to.throw('CORS_ORIGINS must be');
    }
  });

  it('reads every setting', () => {
    const config = loadConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      OPENIM_PORT: '10002',
      DTALK_PORT: '0',
      OPENIM_SECRET: 'a secret of the app',
      DATA_DIR: '/srv/parley',
      DATABASE_URL: 'postgres://parley:secret@db:5432/parley',
      EVENT_STORE: 'esdb+discover://a,b,c?tls=true',
      PARLEY_MASTER_KEY: KEY.toString('base64'),
      PARLEY_TOKEN_SECRET: SECRET,
      PARLEY_APP_ADMINS: 'imAdmin, acme/root , a.b@c#d:e-f',
      PARLEY_AUDITORS: 'eva,acme/eva',
      DEFAULT_TENANT: 'main',
      LOG_LEVEL: 'debug',
      TOKEN_TTL_SECONDS: '3600',
    });
    expect(config).to.deep.include({
      host: '0.0.0.0',
      port: 0,
      ownPorts: { openim: 10_002, dtalk: 0 },
      openimSecret: 'a secret of the app',
      dataDir: '/srv/parley',
      databaseUrl: 'postgres://parley:secret@db:5432/parley',
      eventStore: { kind: 'eventstoredb', connectionString: 'esdb+discover://a,b,c?tls=true' },
      defaultTenant: 'main',
      logLevel: 'debug',
      tokenTtlSeconds: 3600,
    });
    expect(config.appAdmins).to.deep.equal([
      { tenant: 'main', userId: 'imAdmin' },
      { tenant: 'acme', userId: 'root' },
      { tenant: 'main', userId: 'a.b@c#d:e-f' },
    ]);
    expect(config.auditors).to.deep.equal([
      { tenant: 'main', userId: 'eva' },
      { tenant: 'acme', userId: 'eva' },
    ]);
    expect(config.masterKey?.equals(KEY)).to.equal(true);
    expect(Buffer.from(config.tokenSecret ?? []).toString()).to.equal(SECRET);
  });

  it('refuses a port that is none and a secret that can be guessed, without repeating it', () => {
    const problems = problemsOf({ OPENIM_PORT: '70000', OPENIM_SECRET: 'openIM123' });
    expect(problems).to.have.length(2);
    expect(problems.join())
      .to.match(/OPENIM_PORT.*70000.*OPENIM_SECRET/)
      .and.not.contain('openIM123');
  });

  it('takes an empty variable for one that is not set, and names it', () => {
    const empty = Object.fromEntries(
      ['PORT', 'HOST', 'DATABASE_URL', 'EVENT_STORE', 'PARLEY_MASTER_KEY', 'PARLEY_APP_ADMINS', 'LOG_LEVEL'].map(
        (name) => [name, ' '],
      ),
    );
    const { blankVariables, ...config } = loadConfig(empty);
    expect({ ...config, blankVariables: [] }).to.deep.equal(loadConfig({}));
    expect(blankVariables).to.have.members(Object.keys(empty));
  });

  it('lists every problem at once, in sentences, without a secret', () => {
    const problems = problemsOf({
      PORT: '70000',
      HOST: 'a b',
      DATABASE_URL: 'mysql://u:hunter2@h/d',
      EVENT_STORE: 'kafka://hunter2',
      PARLEY_MASTER_KEY: 'hunter2',
      PARLEY_TOKEN_SECRET: 'hunter2',
      PARLEY_APP_ADMINS: 'a/b/c',
      PARLEY_AUDITORS: '/eva',
      DEFAULT_TENANT: 'no/slash',
      LOG_LEVEL: 'loud',
      TOKEN_TTL_SECONDS: '1.5',
    });
    const names = problems.map((problem) => problem.split(' ')[0]);
    expect(names).to.have.members([
      'PORT',
      'HOST',
      'DATABASE_URL',
      'EVENT_STORE',
      'PARLEY_MASTER_KEY',
      'PARLEY_TOKEN_SECRET',
      'PARLEY_APP_ADMINS',
      'PARLEY_AUDITORS',
      'DEFAULT_TENANT',
      'LOG_LEVEL',
      'TOKEN_TTL_SECONDS',
    ]);
    for (const problem of problems) expect(problem).to.match(/\.$/).and.not.include('hunter2');
    expect(problems.join(' ')).to.include('not "70000"').and.include('not "1.5"');
  });

  for (const port of ['-1', '65536', '8080x', '80 80', '1e3', '٣']) {
    it(`refuses ${port} as a port`, () => {
      expect(problemsOf({ PORT: port })).to.deep.equal([
        `PORT must be a whole number from 0 (any free port) to 65535, not "${port}".`,
      ]);
    });
  }

  for (const [form, text] of [
    ['hex', KEY.toString('hex')],
    ['base64', KEY.toString('base64')],
    ['base64url', Buffer.alloc(32, 0xfb).toString('base64url')],
  ] as const) {
    it(`takes a master key in ${form}`, () => {
      expect(loadConfig({ PARLEY_MASTER_KEY: text }).masterKey).to.have.length(32);
    });
  }

  it('refuses a master key of 31 or 33 bytes', () => {
    for (const length of [31, 33]) {
      expect(problemsOf({ PARLEY_MASTER_KEY: Buffer.alloc(length).toString('hex') })).to.have.length(1);
      expect(problemsOf({ PARLEY_MASTER_KEY: Buffer.alloc(length).toString('base64') })).to.have.length(1);
    }
  });

  it('hands a KurrentDB address to the client under the scheme it knows', () => {
    const env = {
      EVENT_STORE: 'kurrentdb://admin:p@h:2113?tls=false',
      PARLEY_MASTER_KEY: KEY.toString('hex'),
      PARLEY_TOKEN_SECRET: SECRET,
    };
    expect(loadConfig(env).eventStore).to.deep.equal({
      kind: 'eventstoredb',
      connectionString: 'esdb://admin:p@h:2113?tls=false',
    });
  });

  for (const outside of [{ DATABASE_URL: 'postgres://db/parley' }, { EVENT_STORE: 'esdb://h' }]) {
    const [name = ''] = Object.keys(outside);
    it(`wants both keys configured with ${name}`, () => {
      const problems = problemsOf(outside);
      expect(problems).to.have.length(2);
      expect(problems[0]).to.match(new RegExp(`^PARLEY_MASTER_KEY must be set together with ${name}`));
      expect(problems[1]).to.match(new RegExp(`^PARLEY_TOKEN_SECRET must be set together with ${name}`));
    });
  }
});

describe('an address that can not be listened at', () => {
  const failing = (facts: object): Error => Object.assign(new Error('listen'), facts);
  const taken = failing({ code: 'EADDRINUSE', syscall: 'listen', port: 9464, address: '10.0.0.1' });
  const away = failing({ code: 'EADDRNOTAVAIL', syscall: 'listen', port: 9464, address: '10.0.0.1' });

  it('is told with the variables that name it', () => {
    expect(listenWords(taken, { PORT: '9000', METRICS_PORT: '9464' })).to.include('Set METRICS_PORT to another');
    expect(listenWords(taken, { DTALK_PORT: '9464', METRICS_PORT: '9464' })).to.include('DTALK_PORT or METRICS_PORT');
    expect(listenWords(taken, {})).to.include('Set PORT to another');
    expect(listenWords(away, { METRICS_HOST: '10.0.0.1' })).to.match(/^METRICS_HOST is no address/);
    const lost = failing({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'nowhere.example' });
    expect(listenWords(lost, { OPENIM_GRPC_HOST: 'nowhere.example' })).to.match(/^OPENIM_GRPC_HOST is no address/);
    const denied = failing({ code: 'EACCES', syscall: 'listen', port: 80 });
    expect(listenWords(denied, { SEALTALK_PORT: '80' })).to.include('Set SEALTALK_PORT to one above 1023');
    expect(listenWords(failing({ code: 'EACCES', syscall: 'open' }), {})).to.equal(undefined);
    expect(listenWords(new Error('else'), {})).to.equal(undefined);
  });
});

describe('a secret in a file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-secrets-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function file(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  it('is read for each variable that holds one, without the line end', async () => {
    const values: Record<string, string> = {
      DATABASE_URL: 'postgres://parley:hunter2@db/parley',
      EVENT_STORE: 'esdb://admin:hunter2@a,b,c?tls=true',
      PARLEY_MASTER_KEY: KEY.toString('base64'),
      PARLEY_TOKEN_SECRET: SECRET,
      PARLEY_SEAL_KEY: KEY.toString('hex'),
      PARLEY_ADMIN_SECRET: 'y'.repeat(16),
      OPENIM_SECRET: 'z'.repeat(16),
      SEALTALK_CODE_WEBHOOK: 'https://me:hunter2@sms.example.org/',
      TENCENT_APPS: `1400000000::${'t'.repeat(64)}`,
    };
    expect(secretVariables).to.have.members(Object.keys(values));
    const files: Record<string, string> = {};
    for (const [name, value] of Object.entries(values)) files[`${name}_FILE`] = await file(name, `${value}\n`);
    expect(loadConfig(files)).to.deep.equal(loadConfig(values));
  });

  it('counts as not set when no file is named', () => {
    const blankVariables = ['PARLEY_ADMIN_SECRET_FILE'];
    expect(loadConfig({ PARLEY_ADMIN_SECRET_FILE: ' ' })).to.deep.equal({ ...loadConfig({}), blankVariables });
  });

  it('may not be given twice', async () => {
    const env = { OPENIM_SECRET: SECRET, OPENIM_SECRET_FILE: await file('secret', SECRET) };
    expect(problemsOf(env)).to.deep.equal(['OPENIM_SECRET and OPENIM_SECRET_FILE are both set; leave one out.']);
  });

  it('is missed once, by the name of its file, when that is missing, empty or no file', async () => {
    const empty = await file('empty', '\n');
    const problems = problemsOf({
      DATABASE_URL: 'postgres://db/parley',
      PARLEY_MASTER_KEY_FILE: join(folder, 'nowhere'),
      PARLEY_TOKEN_SECRET_FILE: empty,
      OPENIM_SECRET_FILE: folder,
      PARLEY_ADMIN_SECRET_FILE: await file('log', 'x'.repeat(65_537)),
    });
    expect(problems).to.have.members([
      `PARLEY_MASTER_KEY_FILE names ${join(folder, 'nowhere')}, which can't be read (ENOENT).`,
      `PARLEY_TOKEN_SECRET_FILE names ${empty}, which is empty.`,
      `OPENIM_SECRET_FILE names ${folder}, which can't be read (EISDIR).`,
      `PARLEY_ADMIN_SECRET_FILE names ${join(folder, 'log')}, which has more than 65536 bytes.`,
    ]);
  });

  it('is checked like one in a variable, and not repeated', async () => {
    const problems = problemsOf({ PARLEY_TOKEN_SECRET_FILE: await file('short', 'hunter2') });
    expect(problems).to.have.length(1);
    expect(problems[0])
      .to.match(/^PARLEY_TOKEN_SECRET must have/)
      .and.not.include('hunter2');
  });
});

describe('keys', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-keys-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const resolve = (env: Record<string, string>, embeddedAndEmpty: boolean): ReturnType<typeof resolveKeys> =>
    resolveKeys(loadConfig(env), { embeddedAndEmpty, dataDir, log: silentLogger });

  async function refusalOf(promise: Promise<unknown>): Promise<readonly string[]> {
    try {
      await promise;
    } catch (error) {
      if (error instanceof ConfigInvalid) return error.problems;
      throw error;
    }
    return [];
  }

  it('are made for an empty database of our own, once, in a file for us alone', async () => {
    const first = await resolve({}, true);
    expect(first.masterKey).to.have.length(32);
    expect(first.tokenSecret.length).to.be.at.least(32);
    expect((await stat(join(dataDir, 'keys.json'))).mode & 0o777).to.equal(0o600);
    expect(await resolve({}, true)).to.deep.equal(first);
    expect(await resolve({}, false)).to.deep.equal(first);
  });

  it('differ from one data directory to the next', async () => {
    const first = await resolve({}, true);
    await rm(join(dataDir, 'keys.json'));
    const second = await resolve({}, true);
    expect(second.masterKey.equals(first.masterKey)).to.equal(false);
  });

  it('are never made where there is data: a lost key file is a refusal that names it', async () => {
    const problems = await refusalOf(resolve({}, false));
    expect(problems).to.have.length(2);
    expect(problems[0]).to.include('PARLEY_MASTER_KEY').and.include(join(dataDir, 'keys.json'));
    const half = await refusalOf(resolve({ PARLEY_TOKEN_SECRET: SECRET }, false));
    expect(half).to.have.length(1);
  });

  it('as configured win over the file, and need none', async () => {
    const env = { PARLEY_MASTER_KEY: KEY.toString('hex'), PARLEY_TOKEN_SECRET: SECRET };
    const keys = await resolve(env, false);
    expect(keys.masterKey.equals(KEY)).to.equal(true);
    const made = await resolve({}, true);
    const mixed = await resolve({ PARLEY_MASTER_KEY: KEY.toString('hex') }, false);
    expect(mixed.masterKey.equals(KEY)).to.equal(true);
    expect(mixed.tokenSecret).to.deep.equal(made.tokenSecret);
  });

  for (const text of ['', '{', 'null', '{"masterKey":"AAAA","tokenSecret":"AAAA"}']) {
    it(`in a damaged file (${JSON.stringify(text)}) are a refusal, and the file is left as it is`, async () => {
      const file = join(dataDir, 'keys.json');
      await writeFile(file, text);
      expect(await refusalOf(resolve({}, true))).to.have.length(1);
      expect(await readFile(file, 'utf8')).to.equal(text);
    });
  }
});
