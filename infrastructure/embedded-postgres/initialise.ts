import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, lchown, lstat, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '../../application/ports/logger.js';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { saysDiskFull } from '../disk-full.js';
import { EmbeddedPostgresError, messageOf, unlessMissing } from './errors.js';
import { howToOwn, type Home } from './home.js';
import { replacePrivateFile } from '../config/private-file.js';
import { writeRuntimeFile } from './runtime-file.js';
import { POSTGRESQL_CONF } from './settings.js';

const run = promisify(execFile);

/** The environment of every PostgreSQL program: nothing of ours (LANG, PGDATA, LD_LIBRARY_PATH …) may steer it. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C', LANG: 'C' };
}

/**
 * Makes sure that there is a database that this server can run. It is made in a folder beside and renamed when complete,
 * so a kill in the middle leaves a folder that the next start sweeps away, never half a database.
 *
 * @returns whether it was made now. The caller owns the directory.
 */
export async function ensureDatabase(home: Home, binaries: Binaries, port: number, log: Logger): Promise<boolean> {
  await sweep(home.path);
  if ((await unlessMissing(stat(home.pgdata))) !== undefined) {
    await takeOver(home, log);
    await checkDatabase(home, binaries.major);
    return false;
  }
  const folder = await mkdtemp(join(home.path, 'init-'));
  try {
    await makeIn(folder, home, binaries, port);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  log.info({ path: home.pgdata }, 'made a new database');
  return true;
}

async function makeIn(folder: string, home: Home, binaries: Binaries, port: number): Promise<void> {
  const pgdata = join(folder, 'pgdata');
  const password = randomBytes(24).toString('hex');
  const pwfile = join(folder, 'password');
  await replacePrivateFile(pwfile, password, home.account);
  if (home.account !== undefined) await chown(folder, home.account.uid, home.account.gid);
  try {
    // initdb reads the environment where it isn't told: LANG=C would give SQL_ASCII, and orders differ by system.
    await run(
      binaries.initdb,
      [
        ['-D', pgdata, '--username=postgres', `--pwfile=${pwfile}`, '--auth=scram-sha-256'],
        ['--encoding=UTF8', '--locale=C', '--locale-provider=libc', '--data-checksums', '--no-instructions'],
        // As durable: one call for the file system instead of one for each of a thousand files, which takes seconds.
        process.platform === 'linux' ? ['--sync-method=syncfs'] : [],
      ].flat(),
      { ...home.account, cwd: folder, env: cleanEnvironment() },
    );
  } catch (error) {
    throw new EmbeddedPostgresError(refusal('A database could not be made', messageOf(error)));
  }
  await replacePrivateFile(join(pgdata, 'postgresql.conf'), POSTGRESQL_CONF, home.account);
  // Before the rename: a complete database never stands there without its password.
  await writeRuntimeFile(home.path, { port, password });
  await rename(pgdata, home.pgdata);
  await sync(home.path);
}

/** Says what to do about the refusals that a person can't be expected to make sense of. */
export function refusal(what: string, said: string): string {
  if (said.includes('administrative permissions')) {
    return `${what}: on Windows, PostgreSQL refuses to run for administrators. Start Parley as an ordinary user, or set DATABASE_URL.`;
  }
  if (saysDiskFull(said)) return `${what}: the disk is full. Make room and start Parley again.`;
  return `${what}: ${said.trim()}`;
}

/**
 * A database that root brought back from a backup is root's, or can be read by others, and PostgreSQL refuses both. As root
 * it is given to the user that PostgreSQL runs as; what is ours already gets the rights that PostgreSQL asks for.
 */
async function takeOver({ pgdata, account }: Home, log: Logger): Promise<void> {
  if ((await unlessMissing(lstat(join(pgdata, 'PG_VERSION')))) === undefined) return;
  if (account !== undefined && (await isRoots(pgdata))) {
    await giveAll(pgdata, account);
    log.warn(
      { path: pgdata, uid: account.uid },
      'the database was root’s; it was given to the user that PostgreSQL runs as',
    );
  }
  const { uid, mode } = await stat(pgdata);
  const isOurs = process.getuid?.() === 0 || uid === process.getuid?.();
  if (process.platform !== 'win32' && isOurs && (mode & 0o027) !== 0) await chmod(pgdata, 0o700);
}

/** The folder or anything right in it, where a restore of a part would show. */
async function isRoots(pgdata: string): Promise<boolean> {
  const paths = [pgdata, ...(await readdir(pgdata)).map((name) => join(pgdata, name))];
  for (const path of paths) if ((await lstat(path)).uid === 0) return true;
  return false;
}

/** Links themselves, never what they point to. */
async function giveAll(path: string, account: Account): Promise<void> {
  await lchown(path, account.uid, account.gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveAll(join(path, name), account);
}

async function checkDatabase(home: Home, major: string): Promise<void> {
  const facts = await stat(home.pgdata);
  const self = process.getuid?.();
  if (self !== undefined && facts.uid !== (home.account?.uid ?? self)) {
    throw new EmbeddedPostgresError(
      `The database in ${home.pgdata} belongs to user ${String(facts.uid)}; this is user ${String(self)}. ` +
        howToOwn(home.pgdata),
    );
  }
  const version = await unlessMissing(readFile(join(home.pgdata, 'PG_VERSION'), 'utf8'));
  if (version === undefined)
    throw new EmbeddedPostgresError(`${home.pgdata} holds no PostgreSQL database. Move it out of the way.`);
  if (version.trim() !== major) {
    throw new EmbeddedPostgresError(
      `The database in ${home.pgdata} was made by PostgreSQL ${version.trim()}; this Parley brings PostgreSQL ${major}. ` +
        'Use the Parley that made it to dump it, or run that PostgreSQL yourself and set DATABASE_URL.',
    );
  }
}

/** Leftovers of a start that was killed. We own the directory, so nobody is working in them. */
async function sweep(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    // An initdb that outlived its killed parent may still be writing for a moment: that one is left for the next start.
    if (name.startsWith('init-'))
      await rm(join(home, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
    if (/^postgresql-.*\.[0-9a-f]{12}$/.test(name)) await rm(join(home, name), { recursive: true, force: true });
    if (name.endsWith('.tmp') && name.startsWith('server.json.')) await rm(join(home, name), { force: true });
  }
}

async function sync(directory: string): Promise<void> {
  // Windows can't open a folder.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
