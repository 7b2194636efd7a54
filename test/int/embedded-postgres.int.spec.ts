import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { locatePackage } from '../../infrastructure/embedded-postgres/binaries.js';
import {
  attachTo,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../infrastructure/embedded-postgres/embedded-postgres.js';
import { takeOwnership } from '../../infrastructure/embedded-postgres/owner-lock.js';
import { processStart } from '../../infrastructure/embedded-postgres/processes.js';
import { eventually } from '../support/eventually.js';
import { silentLogger } from '../support/silent-logger.js';

const OWNER = join(dirname(fileURLToPath(import.meta.url)), '..', 'support', 'embedded-owner.js');
const asRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

describe('embedded PostgreSQL', function () {
  this.timeout(30_000);
  /** A data directory with a database, stopped: copying it is much cheaper than making one. */
  let template: string;
  let folder: string;
  let dataDir: string;
  const servers: EmbeddedPostgres[] = [];
  const owners: ChildProcess[] = [];

  before(async () => {
    template = await mkdtemp(join(tmpdir(), 'parley-pg-template-'));
    await chmod(template, 0o711);
    const server = await startEmbeddedPostgres({ dataDir: join(template, 'data'), log: silentLogger });
    await query(server.url(), 'CREATE TABLE kept AS SELECT 42 AS answer');
    await server.stop();
  });

  after(() => rm(template, { recursive: true, force: true }));

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'parley-pg-')));
    await chmod(folder, 0o711);
    dataDir = join(folder, 'data');
  });

  afterEach(async () => {
    for (const owner of owners.splice(0)) await end(owner, 'SIGKILL');
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await endLeftServer(dataDir);
    await rm(folder, { recursive: true, force: true });
  });

  /** `dataDir` holds a database with a table `kept`. */
  function givenDatabase(): void {
    execFileSync('cp', ['-a', join(template, 'data'), dataDir]);
  }

  async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({
      dataDir,
      log: silentLogger,
      systemDir: join(folder, 'system'),
      ...options,
    });
    servers.push(server);
    return server;
  }

  async function startOwner(
    env: NodeJS.ProcessEnv = {},
    uid?: number,
  ): Promise<{ child: ChildProcess; said: OwnerSaid }> {
    const child = spawn(process.execPath, [OWNER, dataDir, ...(uid === undefined ? [] : [String(uid)])], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    owners.push(child);
    const lines = createInterface({ input: child.stdout! });
    const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close')])) as [string?];
    return { child, said: JSON.parse(line ?? '{"error":"it ended without a word"}') as OwnerSaid };
  }

  describe('start and stop', () => {
    it('makes a database in UTF-8 and C order whatever the environment says, durable, behind a random password', async () => {
      // The owner is a process of its own because the environment is read at its start.
      const { said } = await startOwner({
        LANG: 'de_DE.ISO-8859-1',
        LC_ALL: 'C',
        PGDATA: '/nowhere',
        PGPORT: '1',
        PGOPTIONS: '-c fsync=off',
      });
      const url = said.url!;
      const [facts] = await query(
        url,
        `SELECT current_setting('server_encoding') AS encoding, datcollate, datctype, datlocprovider,
                current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
                current_setting('full_page_writes') AS full_page_writes, current_setting('data_checksums') AS data_checksums,
                current_setting('shared_buffers') AS shared_buffers, current_setting('max_connections') AS max_connections,
                current_setting('listen_addresses') AS listen, current_setting('unix_socket_directories') AS sockets
         FROM pg_database WHERE datname = 'postgres'`,
      );
      expect(facts).to.deep.equal({
        encoding: 'UTF8',
        datcollate: 'C',
        datctype: 'C',
        datlocprovider: 'c',
        fsync: 'on',
        synchronous_commit: 'on',
        full_page_writes: 'on',
        data_checksums: 'on',
        shared_buffers: '256MB',
        max_connections: '200',
        listen: '127.0.0.1',
        sockets: '',
      });
      const wrong = new URL(url);
      wrong.password = 'password';
      expect(await failureOf(query(wrong.href, 'SELECT 1'))).to.match(/password authentication failed/);
    });

    it('keeps data, password and port over a stop, and leaves no process behind', async () => {
      givenDatabase();
      const first = await start();
      await query(first.url(), 'UPDATE kept SET answer = 43');
      const { pid } = first;
      const url = first.url();
      await first.stop();
      expect(await processStart(pid)).to.equal(undefined);

      const second = await start();
      expect(second.url()).to.equal(url);
      expect(second.adopted).to.equal(false);
      expect(await query(second.url(), 'SELECT answer FROM kept')).to.deep.equal([{ answer: 43 }]);
      // Nothing to recover: the stop was a clean one.
      expect(await readFile(join(dataDir, 'postgres', 'postgres.log'), 'utf8')).not.to.include(
        'not properly shut down',
      );
      const runtime = await stat(join(dataDir, 'postgres', 'server.json'));
      expect(runtime.mode & 0o777).to.equal(0o600);
    });

    it('starts at once after a stale pid file that names a living stranger', async () => {
      givenDatabase();
      const pgdata = join(dataDir, 'postgres', 'pgdata');
      await writeFile(
        join(pgdata, 'postmaster.pid'),
        `${String(process.pid)}\n${pgdata}\n1\n5432\n\n127.0.0.1\n0 0\nready   \n`,
      );
      const server = await start();
      expect(server.adopted).to.equal(false);
      expect(server.pid).not.to.equal(process.pid);
    });

    it('takes the settings of its caller, and is out of reach of a Ctrl-C on his terminal', async () => {
      givenDatabase();
      const server = await start({ settings: { max_connections: '31' } });
      expect(await query(server.url(), 'SHOW max_connections')).to.deep.equal([{ max_connections: '31' }]);
      const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(server.pid)]);
      expect(Number(group)).to.equal(server.pid);
    });

    it('knows whether there is anything in a database yet', async () => {
      givenDatabase();
      const server = await start();
      expect(await server.isEmpty()).to.equal(false);
      await query(server.url(), 'DROP TABLE kept');
      expect(await server.isEmpty()).to.equal(true);
      await query(server.url(), 'CREATE SCHEMA system CREATE TABLE key (id int)');
      expect(await server.isEmpty()).to.equal(false);
    });
  });

  describe('one directory, several processes', () => {
    it('refuses a second owner by name, lets it attach, and is free again after the stop', async () => {
      givenDatabase();
      const server = await start();
      const { said } = await startOwner();
      expect(said.error)
        .to.include(dataDir)
        .and.include(`process ${String(process.pid)}`);
      const attached = await attachTo(dataDir);
      expect(attached.url('x')).to.equal(server.url('x'));
      expect(await query(attached.url(), 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
      await server.stop();
      const { said: after } = await startOwner();
      expect(after.error).to.equal(undefined);
    });

    it('has nothing to attach to without a database, or without a server', async () => {
      expect(await failureOf(attachTo(dataDir, 0))).to.match(/no Parley database/);
      givenDatabase();
      expect(await failureOf(attachTo(dataDir, 0))).to.match(/doesn't answer .* Is Parley running\?/);
    });

    it('gives the directory to exactly one of many who want it at the same moment', async () => {
      for (let round = 0; round < 20; round++) {
        const results = await Promise.allSettled(
          Array.from({ length: 8 }, () => takeOwnership(folder, folder, silentLogger)),
        );
        const won = results.filter((result) => result.status === 'fulfilled');
        expect(won, `round ${String(round)}`).to.have.length(1);
        await won[0]?.value.release();
      }
    });

    it('takes over from a holder that is dead, whose pid somebody else has now, or whose file is damaged', async () => {
      const [scope] = [JSON.parse(await lockText(folder)) as { scope: string }];
      const dead = [
        { pid: 2 ** 22 + 1, start: '1', scope: scope.scope },
        { pid: process.pid, start: 'earlier', scope: scope.scope },
      ].map((holder) => JSON.stringify(holder));
      for (const [index, text] of [...dead, '', '{', '{}', 'null'].entries()) {
        await writeFile(join(folder, `owner.${String(100 + index * 10)}`), text);
        await (await takeOwnership(folder, folder, silentLogger)).release();
      }
    });

    it('refuses while a holder in another container shows signs of life', async () => {
      const file = join(folder, 'owner.1');
      await writeFile(file, JSON.stringify({ pid: 1, start: '1', scope: 'another container' }));
      const beat = setInterval(() => {
        void writeFile(file, JSON.stringify({ pid: 1, start: '1', scope: 'another container' }));
      }, 200);
      try {
        expect(await failureOf(takeOwnership(folder, folder, silentLogger))).to.include('in use by another Parley');
      } finally {
        clearInterval(beat);
      }
    });
  });

  describe('signals', () => {
    it('leaves its server running when it is killed, and the next owner adopts it', async () => {
      givenDatabase();
      const { child, said } = await startOwner();
      await end(child, 'SIGKILL');
      expect(await processStart(said.pid!)).not.to.equal(undefined);
      const heir = await start();
      expect(heir.adopted).to.equal(true);
      expect(heir.pid).to.equal(said.pid);
      expect(await query(heir.url(), 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
      await heir.stop();
      expect(await processStart(said.pid!)).to.equal(undefined);
    });

    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`ends well on ${signal}, the server with it`, async () => {
        givenDatabase();
        const { child, said } = await startOwner();
        expect(await end(child, signal)).to.equal(0);
        expect(await processStart(said.pid!)).to.equal(undefined);
        expect(await readdir(join(dataDir, 'postgres', 'pgdata'))).not.to.include('postmaster.pid');
      });
    }
  });

  describe('a server that dies', () => {
    it('is back on the same port with its data, also with sessions open and also when adopted', async () => {
      givenDatabase();
      const { child, said } = await startOwner();
      await end(child, 'SIGKILL');
      const server = await start();
      const url = server.url();
      let { pid } = server;
      expect(pid).to.equal(said.pid);
      // Once adopted, once our own child.
      for (let round = 0; round < 2; round++) {
        const sleeper = query(url, 'SELECT pg_sleep(60)').catch(() => undefined);
        await eventually(
          async () =>
            (
              await query(
                url,
                `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()`,
              )
            ).length === 1,
        );
        process.kill(pid, 'SIGKILL');
        await eventually(async () => server.pid !== pid && (await answers(url)));
        await sleeper;
        expect(server.url()).to.equal(url);
        expect(await query(url, 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
        expect(await attachTo(dataDir, 0)).to.be.an('object');
        ({ pid } = server);
      }
    });

    it('stays down when it was stopped meanwhile', async () => {
      givenDatabase();
      const server = await start();
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
      expect(await answers(server.url())).to.equal(false);
      const next = await start();
      expect(next.adopted).to.equal(false);
    });
  });

  describe('a start that was cut short', () => {
    it('is recovered after a kill in the middle of making the database', async () => {
      const child = spawn(process.execPath, [OWNER, dataDir], { stdio: 'ignore' });
      owners.push(child);
      const home = join(dataDir, 'postgres');
      await eventually(async () => {
        const names = await readdir(home).catch(() => []);
        const init = names.find((name) => name.startsWith('init-'));
        return init !== undefined && (await readdir(join(home, init, 'pgdata', 'base')).catch(() => [])).length > 0;
      });
      await end(child, 'SIGKILL');
      expect(await readdir(home)).not.to.include('pgdata');
      const server = await start();
      expect(await answers(server.url())).to.equal(true);
    });

    it('sweeps away what such starts left', async () => {
      givenDatabase();
      const left = join(dataDir, 'postgres', 'init-left');
      await mkdir(join(left, 'pgdata'), { recursive: true });
      await mkdir(join(dataDir, 'postgres', 'postgresql-18-linux.0123456789ab'));
      await start();
      expect(await readdir(join(dataDir, 'postgres'))).not.to.include('postgresql-18-linux.0123456789ab');
      expect(await readdir(join(dataDir, 'postgres'))).not.to.include('init-left');
    });
  });

  describe('a directory that is not for us', () => {
    it('is refused when another version of PostgreSQL made it', async () => {
      givenDatabase();
      await writeFile(join(dataDir, 'postgres', 'pgdata', 'PG_VERSION'), '17\n');
      expect(await failureOf(start())).to.match(
        /was made by PostgreSQL 17; this Parley brings PostgreSQL 18\..*DATABASE_URL/s,
      );
    });

    it('is refused when it holds something else', async () => {
      await mkdir(join(dataDir, 'postgres', 'pgdata'), { recursive: true });
      await chown(join(dataDir, 'postgres', 'pgdata'), ...someUser());
      await writeFile(join(dataDir, 'postgres', 'pgdata', 'photo.jpg'), '');
      expect(await failureOf(start())).to.match(/holds no PostgreSQL database/);
    });

    it('is refused when a server that we have no password for runs on it', async () => {
      givenDatabase();
      const server = await start();
      const { pid } = server;
      const home = join(dataDir, 'postgres');
      const password = new URL(server.url()).password;
      await query(server.url(), `ALTER ROLE postgres PASSWORD 'another'`);
      // As if its owner were gone: the number of the lock file moves on.
      await writeFile(join(home, 'owner.999'), JSON.stringify({ pid: 1, start: '1', scope: '', released: true }));
      expect(await failureOf(start())).to.match(
        new RegExp(`can't use \\(process ${String(pid)}: password authentication failed`),
      );
      const url = new URL(server.url());
      url.password = 'another';
      await query(url.href, `ALTER ROLE postgres PASSWORD '${password}'`);
    });

    it('is refused when the link to it leads nowhere', async () => {
      await mkdir(dataDir);
      await symlink(join(folder, 'gone'), join(dataDir, 'postgres'));
      expect(await failureOf(start())).to.match(/is a link to a folder that is gone/);
    });
  });

  describe('a directory that root brought back from a backup', () => {
    it('is given to the user that PostgreSQL runs as, with the rights that it asks for', async function () {
      if (!asRoot) return this.skip();
      givenDatabase();
      execFileSync('chown', ['-R', '0:0', dataDir]);
      await chmod(join(dataDir, 'postgres', 'pgdata'), 0o755);
      await chmod(join(dataDir, 'postgres'), 0o700);
      const server = await start();
      expect(await query(server.url(), 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
    });

    it('in part, too', async function () {
      if (!asRoot) return this.skip();
      givenDatabase();
      execFileSync('chown', ['-R', '0:0', join(dataDir, 'postgres', 'pgdata', 'base')]);
      const server = await start();
      expect(await query(server.url(), 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
    });

    it('is refused to another user, who is told to whom it must be given', async function () {
      if (!asRoot) return this.skip();
      givenDatabase();
      execFileSync('chown', ['-R', '0:0', dataDir]);
      const { said } = await startOwner({}, NOBODY);
      expect(said.error).to.match(/chown -R 65534 \S*data/);
    });
  });

  describe('the programs', () => {
    it('get the links back that an install without scripts leaves out', async () => {
      givenDatabase();
      const packageDir = join(folder, 'package');
      await cp(locatePackage(), packageDir, { recursive: true, verbatimSymlinks: true });
      const links = JSON.parse(await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8')) as {
        target: string;
      }[];
      for (const { target } of links) await unlink(join(packageDir, target));
      const server = await start({ packageDir });
      expect(await answers(server.url())).to.equal(true);
      for (const { target } of links) expect(await readlink(join(packageDir, target))).to.be.a('string');
    });

    it('run as root from below a 0700 home, database and all, from where their user can reach them', async function () {
      if (!asRoot) this.skip();
      const home = join(folder, 'root');
      const packageDir = join(home, 'package');
      await mkdir(home, { mode: 0o700 });
      await cp(locatePackage(), packageDir, { recursive: true, verbatimSymlinks: true });
      dataDir = join(home, 'data');
      const first = await start({ packageDir });
      await query(first.url(), 'CREATE TABLE kept AS SELECT 42 AS answer');
      const link = join(dataDir, 'postgres');
      expect(await readlink(link)).to.include(join(folder, 'system'));
      expect((await attachTo(dataDir)).url()).to.equal(first.url());
      await first.stop();

      // The data directory may move; the database is found through its link.
      dataDir = join(home, 'moved');
      await rename(join(home, 'data'), dataDir);
      const second = await start({ packageDir });
      expect(await query(second.url(), 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
      await second.stop();
      const copies = (await readdir(join(folder, 'system'))).filter((name) => name.startsWith('postgresql-'));
      expect(copies).to.have.length(1);

      // Programs that somebody else could have changed are not run.
      await chmod(join(folder, 'system', copies[0]!), 0o777);
      expect(await failureOf(start({ packageDir }))).to.match(/can be written by others/);
    });
  });
});

interface OwnerSaid {
  readonly url?: string;
  readonly pid?: number;
  readonly adopted?: boolean;
  readonly error?: string;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  return child.exitCode;
}

/** A test that failed half-way may leave a server without an owner. */
async function endLeftServer(dataDir: string): Promise<void> {
  const text = await readFile(join(dataDir, 'postgres', 'pgdata', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  if (pid > 0 && pid !== process.pid && (await processStart(pid)) !== undefined) process.kill(pid, 'SIGQUIT');
}

/** What the lock file says about a holder like us. */
async function lockText(folder: string): Promise<string> {
  const lock = await takeOwnership(folder, folder, silentLogger);
  const text = await readFile(join(folder, 'owner.1'), 'utf8');
  await lock.release();
  return text;
}

function someUser(): [number, number] {
  return asRoot ? [65534, 65534] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function answers(url: string): Promise<boolean> {
  return await query(url, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'it did not fail',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
