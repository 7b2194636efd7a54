import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Logger } from '../../application/ports/logger.js';
import { EmbeddedPostgresError, messageOf, unlessMissing } from './errors.js';

const run = promisify(execFile);

/** The user that the server runs as, where that isn't the user we are. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** `_postgres` is what macOS calls it. */
const USUAL_NAMES = ['postgres', '_postgres', 'parley'];

/**
 * PostgreSQL refuses to run as root. So as root it runs as whoever owns the first of `places` (the database, its folder)
 * that isn't root's, else as the system's postgres user, else as a user made for it, else as nobody. Undefined: it runs
 * as we do.
 */
export async function serverAccount(places: readonly string[], log: Logger): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const place of places) {
    const facts = await unlessMissing(stat(place));
    if (facts !== undefined && facts.uid !== 0) return { uid: facts.uid, gid: facts.gid };
  }
  for (const name of USUAL_NAMES) {
    const account = await lookUp(name);
    if (account !== undefined) return account;
  }
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'parley']);
    log.info({ user: 'parley' }, 'made a system user for PostgreSQL, which refuses to run as root');
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'no system user could be made for PostgreSQL; it runs as nobody');
  }
  const account = (await lookUp('parley')) ?? (await lookUp('nobody'));
  if (account === undefined) {
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root, and there is no other user to run it as: ' +
        'start Parley as an ordinary user, create a user "postgres", or set DATABASE_URL.',
    );
  }
  return account;
}

async function lookUp(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    const account = { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    return account.uid > 0 ? account : undefined;
  } catch {
    // `id` fails when there is no such user.
    return undefined;
  }
}

/** Asks the system itself (`test` run as that user), which knows about access lists and mounts, not only mode bits. */
export async function mayUse(account: Account, test: '-r' | '-x', path: string): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', `test ${test} "$1"`, 'sh', path], { ...account, cwd: '/' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return false;
    throw new EmbeddedPostgresError(
      `Can't start a process as user ${String(account.uid)} (${messageOf(error)}): ` +
        'start Parley as an ordinary user instead of root, or set DATABASE_URL.',
    );
  }
}
