import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replacePrivateFile } from '../config/private-file.js';
import { EmbeddedPostgresError, unlessMissing } from './errors.js';

/** `server.json`, mode 0600: how to reach a directory's server. Password and port outlive a stop. */
export interface RuntimeFile {
  readonly port: number;
  readonly password: string;
  /** Absent when it was stopped in good order. */
  readonly pid?: number;
  /** Seconds since 1970, as the server wrote it to `postmaster.pid`. */
  readonly startedAt?: number;
}

export async function readRuntimeFile(home: string): Promise<RuntimeFile | undefined> {
  const path = join(home, 'server.json');
  const text = await unlessMissing(readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as RuntimeFile;
    if (typeof value.port === 'number' && typeof value.password === 'string') return value;
  } catch {
    // Answered below, like a text that is JSON of something else.
  }
  throw new EmbeddedPostgresError(`${path} is damaged. It holds the database's password; bring it back from a backup.`);
}

/** On disk when it resolves: losing it means losing the password. */
export async function writeRuntimeFile(home: string, value: RuntimeFile): Promise<void> {
  await replacePrivateFile(join(home, 'server.json'), `${JSON.stringify(value, undefined, 2)}\n`);
}
