import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../application/ports/logger.js';
import { createPrivateFile, replacePrivateFile } from '../config/private-file.js';
import { DataDirectoryInUse, errorCode, unlessMissing } from './errors.js';
import { pidScope, processStart } from './processes.js';

/**
 * Which process owns a directory's server and will stop it. A file names the holder by pid and start time, so a holder
 * that was killed never blocks: its file is simply outlived.
 *
 * Taking over a dead holder's file by deleting and creating would let two contenders in (the second deletes the first
 * one's fresh file). So the files are numbered and only ever grow: the holder is the newest, and the next owner is who
 * manages to create number n+1, which the file system gives to one of them.
 *
 * A holder in another pid namespace (a container on the same volume) can't be looked up by pid; it touches its file
 * every few seconds, and is dead when it has not for `SILENCE_MS`.
 */
export interface OwnerLock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly start: string;
  readonly scope: string;
  readonly released?: true;
}

interface Entry {
  readonly generation: number;
  readonly holder: Holder;
  readonly touched: number;
}

const HEARTBEAT_MS = 3_000;
const SILENCE_MS = 15_000;

/** @throws DataDirectoryInUse while another live process holds it. `shown` names the directory in that message. */
export async function takeOwnership(directory: string, shown: string, log: Logger): Promise<OwnerLock> {
  const self: Holder = { pid: process.pid, start: (await processStart(process.pid)) ?? '', scope: await pidScope() };
  for (;;) {
    const newest = await newestEntry(directory);
    if (newest !== undefined && (await isHeld(directory, newest, self, log)))
      throw new DataDirectoryInUse(shown, newest.holder.pid);
    const generation = (newest?.generation ?? 0) + 1;
    if (!(await createEntry(directory, generation, self))) continue;
    // A contender that slept since it looked may have created a number below the newest one: it has nothing.
    const now = await newestEntry(directory);
    if (now?.generation !== generation) {
      await unlessMissing(unlink(fileOf(directory, generation)));
      continue;
    }
    await forgetOlder(directory, generation);
    return hold(directory, generation, self);
  }
}

function hold(directory: string, generation: number, self: Holder): OwnerLock {
  const file = fileOf(directory, generation);
  const heartbeat = setInterval(() => {
    const now = new Date();
    // The directory may have been deleted under us; whoever needs it finds out.
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      // Never deleted: the numbering must not start again while a contender still remembers an old one.
      try {
        await replacePrivateFile(file, JSON.stringify({ ...self, released: true } satisfies Holder));
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
      }
    },
  };
}

async function isHeld(directory: string, entry: Entry, self: Holder, log: Logger): Promise<boolean> {
  const { holder } = entry;
  if (holder.released === true) return false;
  if (holder.scope === self.scope) return (await processStart(holder.pid)) === holder.start;
  if (Date.now() - entry.touched > SILENCE_MS) return false;
  // Its clock may differ from ours: what counts is whether it moves.
  log.info({ directory, seconds: SILENCE_MS / 1000 }, 'waiting to see whether an owner in another container is alive');
  const deadline = Date.now() + SILENCE_MS;
  while (Date.now() < deadline) {
    await delay(250);
    const now = await newestEntry(directory);
    if (now?.generation !== entry.generation || now.touched !== entry.touched) return now?.holder.released !== true;
  }
  return false;
}

async function newestEntry(directory: string): Promise<Entry | undefined> {
  for (;;) {
    const generation = Math.max(0, ...(await generations(directory)));
    if (generation === 0) return undefined;
    const file = fileOf(directory, generation);
    const [text, facts] = [await unlessMissing(readFile(file, 'utf8')), await unlessMissing(stat(file))];
    // Missing: a newer one has come and tidied up.
    if (text === undefined || facts === undefined) continue;
    return { generation, holder: parseHolder(text), touched: facts.mtimeMs };
  }
}

/** A damaged file (disk full, a crash of the machine) names nobody who could be alive. */
function parseHolder(text: string): Holder {
  try {
    const { pid, start, scope, released } = JSON.parse(text) as Partial<Holder>;
    if (pid !== undefined && start !== undefined && scope !== undefined && released !== true)
      return { pid, start, scope };
  } catch {
    // As below.
  }
  return { pid: 0, start: '', scope: '', released: true };
}

async function createEntry(directory: string, generation: number, self: Holder): Promise<boolean> {
  // Written first and then linked, so that nobody ever reads a half-written one.
  const temporary = join(directory, `owner-${randomBytes(6).toString('hex')}.tmp`);
  await createPrivateFile(temporary, JSON.stringify(self));
  try {
    await link(temporary, fileOf(directory, generation));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
}

async function forgetOlder(directory: string, generation: number): Promise<void> {
  for (const older of await generations(directory)) {
    if (older < generation) await unlessMissing(unlink(fileOf(directory, older)));
  }
}

async function generations(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => {
    const match = /^owner\.(\d+)$/.exec(name);
    return match?.[1] === undefined ? [] : [Number(match[1])];
  });
}

function fileOf(directory: string, generation: number): string {
  return join(directory, `owner.${String(generation)}`);
}
