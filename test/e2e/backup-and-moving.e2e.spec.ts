import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type EsdbDouble, startEsdbDouble } from '../support/esdb-double/index.js';
import { eventually } from '../support/eventually.js';
import { runCliHere } from '../support/in-process-cli.js';
import { type ParleyProcess, startParley } from '../support/parley-process.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import { V1Client } from '../support/v1-client.js';

/**
 * docs/backup.md and docs/eventstoredb.md "Moving in", step by step with real processes: a beginner's server is backed up,
 * destroyed and restored elsewhere, then its log moves to EventStoreDB, then all of it to a PostgreSQL of its own.
 */
describe('backup, restore and moving in', function () {
  this.timeout(180_000);
  let folder: string;
  let env: Record<string, string>;
  let parley: ParleyProcess | undefined;
  let double: EsdbDouble;
  let database: TestDatabase;
  let v1: V1Client;
  let ada: string;
  /** From before the moves. */
  let position: string;
  let cursor: string;
  const monday = { headers: { 'idempotency-key': 'monday-1' }, body: { groupId: 'club', name: 'Club' } };

  const start = async (): Promise<void> => {
    parley = await startParley(env);
    v1 = new V1Client(parley.url);
  };
  const stop = async (): Promise<void> => {
    await parley?.end();
    parley = undefined;
  };
  const done = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCliHere(words, env);
    expect(code, `${words.join(' ')}: ${stdout}${stderr}`).to.equal(0);
    return stdout;
  };
  const login = async (): Promise<void> => {
    const answer = await v1.call<{ token: string }>('POST', '/sessions', {
      body: { login: 'ada@example.org', password: 'password of ada' },
    });
    expect(answer.status).to.equal(201);
    ada = answer.body.token;
  };
  const expectNames = (): Promise<void> =>
    eventually(async () => {
      const { body } = await v1.call<{ items: { nickname: string }[] }>('GET', '/users?userIds=ada,bob', {
        token: ada,
      });
      expect(body.items.map(({ nickname }) => nickname)).to.deep.equal(['ada', 'bob']);
    }, 20_000);
  const ready = async (): Promise<number> => (await fetch(`${v1.url}/health/ready`)).status;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-moving-'));
    await chmod(folder, 0o711);
    double = await startEsdbDouble();
    database = await freshDatabase('moved');
    env = { DATA_DIR: join(folder, 'data') };
    await start();
    ada = (await v1.person('ada')).token;
    await v1.person('bob');
    const made = await v1.call('POST', '/groups', { ...monday, token: ada });
    expect(made.status).to.equal(201);
    const joined = await v1.call<{ position: string }>('PATCH', '/groups/club', {
      token: ada,
      body: { name: 'Club!' },
    });
    const bob = await v1.call<{ token: string }>('POST', '/sessions', {
      body: { login: 'bob@example.org', password: 'password of bob' },
    });
    const last = await v1.call<{ position: string }>('PUT', '/groups/club/members/me', { token: bob.body.token });
    expect([joined.status, last.status]).to.deep.equal([200, 200]);
    position = last.body.position;
    const page = await v1.call<{ next: string }>('GET', `/groups/club/members?limit=1&minPosition=${position}`, {
      token: ada,
    });
    cursor = page.body.next;
    await stop();
  });
  after(async () => {
    await stop();
    await double.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  describe('restored', () => {
    it('given a copy of the data directory, when the directory is destroyed, then the copy runs in another place', async () => {
      const copy = promisify(execFile);
      await copy('cp', ['-RpL', join(folder, 'data'), join(folder, 'backup')]);
      await rm(await realpath(join(folder, 'data', 'postgres')), { recursive: true });
      await rm(join(folder, 'data'), { recursive: true });
      await mkdir(join(folder, 'elsewhere'), { mode: 0o711 });
      await copy('cp', ['-RpL', join(folder, 'backup'), join(folder, 'elsewhere', 'data')]);

      env = { DATA_DIR: join(folder, 'elsewhere', 'data') };
      await start();
      await login();
      await expectNames();
      expect(await done('projections', 'verify', '--all')).to.include('users: the same as a replay');
      expect(await done('audit', 'history', 'group', 'club')).to.match(/The hash chain holds over \d+ events/);
      await stop();
    });
  });

  describe('then moved to EventStoreDB', () => {
    before(async () => {
      const keys = JSON.parse(await readFile(join(env['DATA_DIR'] ?? '', 'keys.json'), 'utf8')) as Record<
        string,
        string
      >;
      env = { ...env, TARGET: double.url };
      const said = await done('store', 'copy', '--to', 'env:TARGET');
      expect(said).to.match(/\d+ events copied\.\nBoth hold the same \d+ events .*\nNext: /);
      env = {
        ...env,
        EVENT_STORE: double.url,
        PARLEY_MASTER_KEY: keys['masterKey'] ?? '',
        PARLEY_TOKEN_SECRET: 'a secret of at least thirty-two bytes',
      };
      await start();
    });

    it('the server is not ready and names the command, until its projections are rebuilt', async () => {
      await eventually(async () => expect(await ready()).to.equal(503), 20_000);
      await eventually(
        () =>
          expect(parley?.output()).to.match(
            /checkpoint belongs to another event store; run `npm run parley -- projections rebuild --all`/,
          ),
        20_000,
      );
      const unverified = await runCliHere(['projections', 'verify', 'users'], env);
      expect([unverified.code, unverified.stderr]).to.satisfy(
        ([code, text]: [number, string]) => code === 1 && text.includes('rebuild --all'),
      );
      await done('projections', 'rebuild', '--all');
      await eventually(async () => expect(await ready()).to.equal(200), 30_000);
      await login();
      await expectNames();
    });

    it('a position of before is 410 with what to do, nonsense 400, a page’s cursor goes on', async () => {
      for (const path of ['/groups', '/groups/club', '/groups/club/members', '/users/me', '/users/me/notices']) {
        const answer = await v1.call('GET', `${path}?minPosition=${position}`, { token: ada });
        expect(answer.body, path).to.include({ status: 410, code: 'CursorGone' });
        expect(answer.body['detail'], path).to.include('moved to another store');
      }
      const nonsense = await v1.call('GET', '/groups?minPosition=nonsense', { token: ada });
      expect(nonsense.body).to.include({ status: 400, code: 'InvalidRequest' });
      const page = await v1.call<{ items: { userId: string }[] }>(
        'GET',
        `/groups/club/members?limit=1&cursor=${cursor}`,
        {
          token: ada,
        },
      );
      expect(page.body.items.map(({ userId }) => userId)).to.deep.equal(['bob']);
    });

    it('a command repeated over the move gets its first outcome, a new one is written', async () => {
      const again = await v1.call('POST', '/groups', { ...monday, token: ada });
      expect(again.status, JSON.stringify(again.body)).to.equal(201);
      expect(again.body).to.include({ id: 'club', revision: 1 }).and.not.have.property('position');
      const next = await v1.call<{ position: string }>('PATCH', '/groups/club', {
        token: ada,
        body: { name: 'Moved' },
      });
      expect(next.status).to.equal(200);
      const read = await v1.call('GET', `/groups/club?minPosition=${next.body.position}`, { token: ada });
      expect(read.body).to.include({ name: 'Moved' });
      await stop();
    });
  });

  describe('then moved to another PostgreSQL', () => {
    it('given log and schema "system" copied to another PostgreSQL, then a server there is the same', async () => {
      env = { ...env, TARGET: database.url };
      await done('store', 'copy', '--to', 'env:TARGET');
      const planned = await done(
        'system',
        'copy',
        '--dry-run',
        '--from',
        `embedded:${env['DATA_DIR'] ?? ''}`,
        '--to',
        'env:TARGET',
      );
      expect(planned).to.match(/would be copied: system\.credential: [1-9]/);
      const said = await done('system', 'copy', '--from', `embedded:${env['DATA_DIR'] ?? ''}`, '--to', 'env:TARGET');
      expect(said)
        .to.match(/^system\.credential: 2 rows$/m)
        .and.match(/^system\.data_key: 2 rows$/m);
      const unplanned = await runCliHere(['system', 'copy', '--to', 'env:TARGET', '--dry-run'], env);
      const refused = await runCliHere(['system', 'copy', '--to', 'env:TARGET'], env);
      expect(unplanned).to.deep.include({ code: refused.code, stderr: refused.stderr });
      expect([refused.code, refused.stderr]).to.satisfy(
        ([code, text]: [number, string]) => code === 1 && text.includes('it must be empty'),
      );
      env = { ...env, EVENT_STORE: '', DATABASE_URL: database.url };
      await start();
      await login();
      await expectNames();
      expect(await done('store', 'verify', '--from', double.url, '--to', database.url)).to.include(
        'Both hold the same',
      );
      expect(await done('projections', 'verify', '--all')).to.include('groups: the same as');
      await stop();
    });
  });
});
