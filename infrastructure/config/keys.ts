import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '../../application/ports/logger.js';
import { ConfigInvalid, type Config } from './config.js';
import { decodeMasterKey } from './environment.js';
import { replacePrivateFile } from './private-file.js';

export interface Keys {
  /** 32 bytes; wraps the data keys of personal fields. Without it they can never be read again. */
  readonly masterKey: Buffer;
  /** Signs the users' tokens. At least 32 bytes. */
  readonly tokenSecret: Uint8Array;
}

export interface KeyPlace {
  /** The database is one that Parley itself started, and nothing is in it yet: only then keys are made. */
  readonly embeddedAndEmpty: boolean;
  readonly dataDir: string;
  readonly log: Logger;
}

/** `keys.json` in the data directory, mode 0600. */
interface KeyFile {
  /** base64 */
  readonly masterKey: string;
  /** base64 */
  readonly tokenSecret: string;
}

/**
 * The keys to run with: as configured, else from the data directory, else new ones where nothing can depend on old ones.
 *
 * @throws ConfigInvalid when a key is missing and making one would lock the data's owner out.
 */
export async function resolveKeys(config: Config, place: KeyPlace): Promise<Keys> {
  if (config.masterKey !== undefined && config.tokenSecret !== undefined) {
    return { masterKey: config.masterKey, tokenSecret: config.tokenSecret };
  }
  const file = join(resolve(place.dataDir), 'keys.json');
  // Keys in a file are Parley's own for its own database; those of any other must be configured.
  const saved = config.databaseUrl === undefined ? await readKeys(file, place.log) : undefined;
  const found = saved ?? (place.embeddedAndEmpty ? await makeKeys(file, place.log) : undefined);
  if (found === undefined) throw new ConfigInvalid(problemsOf(config, file));
  return { masterKey: config.masterKey ?? found.masterKey, tokenSecret: config.tokenSecret ?? found.tokenSecret };
}

function problemsOf(config: Config, file: string): string[] {
  const names = [
    ...(config.masterKey === undefined ? ['PARLEY_MASTER_KEY'] : []),
    ...(config.tokenSecret === undefined ? ['PARLEY_TOKEN_SECRET'] : []),
  ];
  const why =
    config.databaseUrl === undefined
      ? `the database holds data and its key file ${file} is missing`
      : 'DATABASE_URL is set';
  return names.map(
    (name) =>
      `${name} must be set: ${why}. No new key is made, because what the old one protects could not be read with it.`,
  );
}

async function readKeys(file: string, log: Logger): Promise<Keys | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM'))
      throw new ConfigInvalid([
        `The key file ${file} belongs to another user: chown ${String(process.getuid?.())} ${file}, or start Parley as its owner.`,
      ]);
    throw error;
  }
  const keys = parseKeys(text);
  if (keys === undefined) throw new ConfigInvalid([`The key file ${file} is damaged. Bring it back from a backup.`]);
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0) {
    log.warn({ file }, 'the key file can be read by other users; it should have mode 0600');
  }
  return keys;
}

function parseKeys(text: string): Keys | undefined {
  try {
    const value = JSON.parse(text) as Partial<KeyFile>;
    const masterKey = decodeMasterKey(value.masterKey ?? '');
    const tokenSecret = Buffer.from(value.tokenSecret ?? '', 'base64');
    return masterKey === undefined || tokenSecret.length < 32 ? undefined : { masterKey, tokenSecret };
  } catch {
    return undefined;
  }
}

async function makeKeys(file: string, log: Logger): Promise<Keys> {
  const keys = { masterKey: randomBytes(32), tokenSecret: randomBytes(48) };
  const text: KeyFile = {
    masterKey: keys.masterKey.toString('base64'),
    tokenSecret: keys.tokenSecret.toString('base64'),
  };
  await mkdir(join(file, '..'), { recursive: true });
  // On disk before anything is encrypted with them.
  await replacePrivateFile(file, `${JSON.stringify(text, undefined, 2)}\n`);
  log.info({ file }, 'made new keys; keep a copy of this file: without it personal data can never be read again');
  return keys;
}
