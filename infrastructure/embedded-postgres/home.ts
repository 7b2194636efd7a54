import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, realpath, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '../../application/ports/logger.js';
import { mayUse, serverAccount, type Account } from './account.js';
import { EmbeddedPostgresError, errorCode, messageOf, unlessMissing } from './errors.js';

/**
 * Where a data directory keeps its PostgreSQL: `<dataDir>/postgres`, with
 *
 * - `pgdata/` the database itself
 * - `server.json` port, password, pid (mode 0600)
 * - `postgres.log` what the server says
 * - `owner.<n>` which process owns the server
 *
 * As root, where the server's user can't enter the data directory (a clone below /root), `<dataDir>/postgres` is a
 * symbolic link to a folder of its own below `systemDir`. A link and not a rule for names, so that deleting the data
 * directory means a fresh start, and moving it keeps the database.
 */
export interface Home {
  /** Real path. */
  readonly path: string;
  readonly pgdata: string;
  /** As the operator knows it. */
  readonly shown: string;
  readonly account: Account | undefined;
}

export function linkOf(dataDir: string): string {
  return join(dataDir, 'postgres');
}

export async function openHome(dataDir: string, systemDir: string, log: Logger): Promise<Home> {
  try {
    const link = linkOf(dataDir);
    const existing = await existingHome(link);
    await refuseForeign(existing);
    const account = await serverAccount(existing === undefined ? [] : [join(existing, 'pgdata'), existing], log);
    const path = existing ?? (await makeHome(dataDir, systemDir, account, log));
    if (account !== undefined && !(await mayUse(account, '-x', path))) await letThrough(path);
    if (account !== undefined && !(await mayUse(account, '-x', path))) {
      throw new EmbeddedPostgresError(
        `PostgreSQL, which doesn't run as root, can't enter ${path} as user ${String(account.uid)}. ` +
          `Move that folder to where it can (such as ${systemDir}) and put a symbolic link in its place, or set DATABASE_URL.`,
      );
    }
    return { path, pgdata: join(path, 'pgdata'), shown: dataDir, account };
  } catch (error) {
    const code = errorCode(error);
    if (
      code === 'EACCES' ||
      code === 'EPERM' ||
      code === 'EROFS' ||
      code === 'ENOTDIR' ||
      code === 'ENOENT' ||
      code === 'EEXIST'
    ) {
      const advice = code === 'EACCES' || code === 'EPERM' ? ` ${howToOwn(dataDir)}` : '';
      throw new EmbeddedPostgresError(`The data directory ${dataDir} can't be used: ${messageOf(error)}.${advice}`);
    }
    throw error;
  }
}

/** Of root's own folder, brought back from a backup with other rights than `makeHome` gives. */
async function letThrough(path: string): Promise<void> {
  if ((await stat(path)).uid === 0) await chmod(path, 0o711);
}

/** For files that another user owns, such as those that root brought back from a backup. */
export const howToOwn = (path: string): string =>
  `Give it to this user (chown -R ${String(process.getuid?.())} ${path}), start Parley as its owner, or give it a DATA_DIR of its own.`;

/**
 * Gives the topmost folder that was made. Not `mkdir` with `recursive`: Node 20's never comes back from where nothing can be
 * made, such as below /proc.
 */
async function makeFolders(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return undefined;
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const made = await makeFolders(dirname(path));
  await mkdir(path);
  return made ?? path;
}

async function existingHome(link: string): Promise<string | undefined> {
  if ((await unlessMissing(lstat(link))) === undefined) return undefined;
  const facts = await unlessMissing(stat(link));
  if (facts === undefined) {
    throw new EmbeddedPostgresError(
      `${link} is a link to a folder that is gone, with the database in it. Bring it back, or delete the link to start with an empty database.`,
    );
  }
  if (!facts.isDirectory()) throw new EmbeddedPostgresError(`${link} is no folder.`);
  return await realpath(link);
}

/** As root everything is ours, and the server runs as whoever owns the database. */
async function refuseForeign(home: string | undefined): Promise<void> {
  if (home === undefined) return;
  try {
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    const { uid } = await stat(home);
    throw new EmbeddedPostgresError(
      `The database in ${home} belongs to user ${String(uid)}; this is user ${String(process.getuid?.())}. ` +
        howToOwn(home),
    );
  }
}

async function makeHome(
  dataDir: string,
  systemDir: string,
  account: Account | undefined,
  log: Logger,
): Promise<string> {
  // Others may pass through (the server's user must), not look around.
  const mode = account === undefined ? 0o700 : 0o711;
  const made = await makeFolders(dataDir);
  if (made !== undefined) await chmod(dataDir, mode);
  const link = linkOf(dataDir);
  if (account === undefined || (await mayUse(account, '-x', dataDir))) {
    await mkdir(link, { recursive: true });
    await chmod(link, mode);
    return await realpath(link);
  }
  const path = join(systemDir, randomUUID());
  await mkdir(systemDir, { recursive: true, mode: 0o755 });
  await mkdir(path);
  await chmod(path, mode);
  await symlink(path, link).catch((error: unknown) => {
    // Another process that starts at the same moment made it; its choice holds.
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  log.info({ path }, `the database lives outside ${dataDir}, which PostgreSQL's user can't enter`);
  return await realpath(link);
}
