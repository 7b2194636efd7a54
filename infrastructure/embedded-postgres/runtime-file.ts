import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
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

export async function writeRuntimeFile(home: string, value: RuntimeFile): Promise<void> {
  const path = join(home, 'server.json');
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
    // On disk before it is renamed: losing it means losing the password.
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
