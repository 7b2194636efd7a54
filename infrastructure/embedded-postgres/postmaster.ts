import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { constants } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { roomAt } from '../disk-full.js';
import { giveToFolderOwner, replacePrivateFile } from '../config/private-file.js';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError, messageOf, unlessMissing } from './errors.js';
import type { Home } from './home.js';
import { cleanEnvironment, refusal } from './initialise.js';
import { processStart } from './processes.js';
import { parleyConf } from './settings.js';

const run = promisify(execFile);

const POLL_MS = 20;
/** A fast stop writes a checkpoint; one that takes longer than this hangs on something else. */
const FAST_STOP_MS = 60_000;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
/** Less than PostgreSQL needs to start. */
const NO_ROOM_BYTES = 64 * 1024;

/** A running server process. */
export interface Postmaster {
  readonly pid: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly port: number;
  /** Resolves when the process is gone, however that came. */
  readonly gone: Promise<void>;
}

/** What the server writes to `postmaster.pid`. */
export interface PidFile {
  readonly pid: number;
  readonly startedAt: number;
  readonly port: number;
  readonly status: 'starting' | 'ready' | 'stopping' | 'unknown';
}

/** @see https://www.postgresql.org/docs/18/storage-file-layout.html and src/include/utils/pidfile.h for the lines. */
export async function readPidFile(pgdata: string): Promise<PidFile | undefined> {
  const text = await unlessMissing(readFile(join(pgdata, 'postmaster.pid'), 'utf8'));
  if (text === undefined) return undefined;
  const lines = text.split('\n').map((line) => line.trim());
  const status = lines[7] ?? '';
  return {
    pid: Number(lines[0]),
    startedAt: Number(lines[2] ?? 0),
    port: Number(lines[3] ?? 0),
    status: status === 'starting' || status === 'ready' || status === 'stopping' ? status : 'unknown',
  };
}

export interface Launch {
  readonly home: Home;
  readonly binaries: Binaries;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Gives up waiting and stops the process again. */
  readonly signal: AbortSignal;
}

/**
 * Starts the server and waits until it takes connections, however long its recovery takes. It is a session of its own, so
 * Ctrl-C on our terminal doesn't reach it, and it outlives us if we are killed.
 *
 * @throws EmbeddedPostgresError with the server's own words when it ends instead.
 */
export async function launch({ home, binaries, port, settings, signal }: Launch): Promise<Postmaster> {
  await writeConf(home);
  const logFile = join(home.path, 'postgres.log');
  await rotate(logFile);
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  // Windows knows no O_NOFOLLOW.
  const log = await open(logFile, O_WRONLY | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0), 0o600);
  const options = { ...settings, port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const args = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  try {
    await giveToFolderOwner(log, logFile);
    const before = (await log.stat()).size;
    const child = spawn(binaries.postgres, ['-D', home.pgdata, ...args], {
      ...home.account,
      cwd: home.pgdata,
      env: cleanEnvironment(),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    let ended = false;
    let failure: string | undefined;
    const gone = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        failure = error.message;
        ended = true;
        resolve();
      });
      child.once('exit', () => {
        ended = true;
        resolve();
      });
    });
    child.unref();
    const hasEnded = (): boolean => ended;
    for (;;) {
      // Checked in this order: a server that ended leaves no file, or somebody else's.
      const file = await readPidFile(home.pgdata);
      if (hasEnded())
        throw new EmbeddedPostgresError(
          refusal('PostgreSQL did not start', failure ?? (await logSince(logFile, before))),
        );
      if (file?.pid === child.pid && file?.status === 'ready')
        return { pid: file.pid, startedAt: file.startedAt, port, gone };
      if (signal.aborted) {
        child.kill('SIGINT');
        // Not `await gone`: the child is no reason for Node to stay, and this must be finished.
        while (!hasEnded()) await delay(POLL_MS);
        throw new EmbeddedPostgresError('PostgreSQL was stopped while it started.');
      }
      await delay(POLL_MS);
    }
  } finally {
    await log.close();
  }
}

/** Where it says so already nothing is written: a server whose disk is full may start all the same, and be read. */
async function writeConf({ pgdata, account }: Home): Promise<void> {
  const path = join(pgdata, 'parley.conf');
  const text = parleyConf();
  if ((await unlessMissing(readFile(path, 'utf8'))) !== text) await replacePrivateFile(path, text, account);
}

/** A server that another process started, seen from here. */
export function existing(file: PidFile): Postmaster {
  return { pid: file.pid, startedAt: file.startedAt, port: file.port, gone: whenGone(file.pid) };
}

async function whenGone(pid: number): Promise<void> {
  const start = await processStart(pid);
  while (start !== undefined && (await processStart(pid)) === start) await delay(200, undefined, { ref: false });
}

/** A "fast" stop: sessions are ended, everything is on disk, the process is gone when this resolves. */
export async function stopPostmaster(postmaster: Postmaster, home: Home, binaries: Binaries): Promise<void> {
  if (process.platform === 'win32') {
    // Windows has no SIGINT to send; pg_ctl knows the pipe that the server listens on.
    await run(binaries.pgCtl, ['stop', '-D', home.pgdata, '-m', 'fast', '-w'], { env: cleanEnvironment() });
    return;
  }
  await signalAndWait(postmaster, 'SIGINT', FAST_STOP_MS);
  // Immediate: as after a crash, nothing acknowledged is lost, and the next start recovers.
  await signalAndWait(postmaster, 'SIGQUIT', FAST_STOP_MS);
}

async function signalAndWait({ pid }: Postmaster, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  const start = await processStart(pid);
  if (start === undefined) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((await processStart(pid)) === start)
      throw new EmbeddedPostgresError(`PostgreSQL (process ${String(pid)}) can't be stopped: ${messageOf(error)}`);
    return;
  }
  const deadline = Date.now() + patienceMs;
  while ((await processStart(pid)) === start && Date.now() < deadline) await delay(POLL_MS);
}

/**
 * A port that nobody listens on, from below the range that systems hand out for outgoing connections. While the server
 * restarts, a client's own outgoing connection could otherwise be given its port, and keep it from coming back (even by
 * connecting to itself).
 */
export async function freePort(wanted?: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = attempt === 0 && wanted !== undefined ? wanted : randomInt(15_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new EmbeddedPostgresError('No free port was found on 127.0.0.1 for PostgreSQL.');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

async function rotate(logFile: string): Promise<void> {
  const facts = await unlessMissing(stat(logFile));
  if (facts !== undefined && facts.size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.1`);
}

async function logSince(logFile: string, offset: number): Promise<string> {
  const file = await open(logFile, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, offset);
    const said = buffer.toString('utf8', 0, bytesRead).trim();
    if (said !== '') return said;
    // Its words had no room either.
    if (((await roomAt(logFile)) ?? Infinity) < NO_ROOM_BYTES) return 'No space left on device';
    return `it ended without a word (see ${logFile})`;
  } finally {
    await file.close();
  }
}
