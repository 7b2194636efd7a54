import pg from 'pg';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../application/ports/logger.js';
import { delayMs } from '../settle.js';

const CHANNEL = 'parley_events';

/** Without any word from anybody, waiting subscribers read again after so long: a wake-up is only a wake-up. */
const REREAD_MS = 1_000;
/** Between two wake-ups of this process's subscribers, and between two notifications to the other processes. */
const WAKE_EVERY_MS = 5;
const NOTIFY_EVERY_MS = 10;

export interface TailOptions {
  readonly url: string;
  readonly log: Logger;
  readonly deadlineMs: number;
}

/**
 * Wakes whoever waits at the end of the log: at once for what this process wrote, by LISTEN for what others wrote, and every
 * second whatever happens. One direct connection per store serves LISTEN and NOTIFY; NOTIFY is a statement of its own, never
 * part of an append (its commit takes a lock that is global to the server's database), and coalesced.
 */
export class Tail {
  /** Counts wake-ups; read it before reading the log, and hand it to `after`. */
  wakes = 0;
  private readonly waiters = new Set<() => void>();
  private readonly closing = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly wakeSoon: Coalesced;
  private readonly notifySoon: Coalesced;
  private connection: { readonly client: pg.Client; readonly hangUp: () => void } | undefined;
  private readonly running: Promise<void>;

  constructor(private readonly options: TailOptions) {
    this.wakeSoon = new Coalesced(WAKE_EVERY_MS, () => {
      this.wake();
    });
    this.notifySoon = new Coalesced(NOTIFY_EVERY_MS, () => this.notify());
    this.timer = setInterval(() => {
      this.wake();
    }, REREAD_MS);
    this.running = this.listen();
  }

  /** This process has written something. */
  written(): void {
    this.wakeSoon.ask();
    this.notifySoon.ask();
  }

  /** Resolves at the first wake-up since `wakes` was read, or when the signal aborts. */
  after(wakes: number, cancelled: AbortSignal): Promise<void> {
    if (this.wakes !== wakes || cancelled.aborted || this.closing.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiters.delete(done);
        cancelled.removeEventListener('abort', done);
        resolve();
      };
      this.waiters.add(done);
      cancelled.addEventListener('abort', done, { once: true });
    });
  }

  /** Wakes everybody a last time. */
  async close(): Promise<void> {
    this.closing.abort();
    clearInterval(this.timer);
    this.wakeSoon.stop();
    this.notifySoon.stop();
    this.wake();
    await this.running;
  }

  private wake(): void {
    this.wakes += 1;
    for (const waiter of [...this.waiters]) waiter();
  }

  private async notify(): Promise<void> {
    if (!this.connection) return;
    const { client, hangUp } = this.connection;
    const late = setTimeout(hangUp, this.options.deadlineMs);
    try {
      await client.query(`NOTIFY ${CHANNEL}`);
    } catch (error) {
      this.options.log.debug(
        { err: error },
        'other processes were not notified of new events, they read within a second',
      );
    } finally {
      clearTimeout(late);
    }
  }

  private async listen(): Promise<void> {
    const { log, deadlineMs } = this.options;
    const closing = this.closing.signal;
    for (let attempt = 1; !closing.aborted; attempt += 1) {
      // Destroyed, never ended: a server that hangs doesn't hear an end, and `connect` waits for ever when it is ended.
      const socket = new Socket();
      const hangUp = (): void => void socket.destroy();
      const client = this.makeClient(socket);
      const ended = new Promise<void>((resolve) => client.once('end', resolve));
      const late = setTimeout(hangUp, deadlineMs);
      closing.addEventListener('abort', hangUp, { once: true });
      try {
        await Promise.race([client.connect(), ended.then(() => Promise.reject(new Error('connection ended')))]);
        await client.query(`LISTEN ${CHANNEL}`);
        clearTimeout(late);
        this.connection = { client, hangUp };
        attempt = 0;
        this.wake();
        await ended;
      } catch (error) {
        if (!closing.aborted) log.warn({ err: error }, 'no connection to listen for new events');
      } finally {
        clearTimeout(late);
        closing.removeEventListener('abort', hangUp);
        hangUp();
      }
      this.connection = undefined;
      this.wake();
      await this.pause(delayMs(Math.max(1, attempt), { firstMs: 25, maxMs: 1_000 }));
    }
  }

  private makeClient(socket: Socket): pg.Client {
    const client = new pg.Client({
      connectionString: this.options.url,
      application_name: 'parley events listen',
      keepAlive: true,
      stream: () => socket,
    });
    client.on('error', (error) => {
      if (!this.closing.signal.aborted) this.options.log.warn({ err: error }, 'the connection that listens was lost');
    });
    client.on('notification', ({ processId }) => {
      // What this process wrote has woken its subscribers already.
      if (processId !== (client as { processID?: number | null }).processID) this.wakeSoon.ask();
    });
    return client;
  }

  private pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }
}

/** Runs a task at once when asked, but never sooner than `everyMs` after its last end; what is asked meanwhile is one run. */
class Coalesced {
  private timer: NodeJS.Timeout | undefined;
  private asked = false;
  private resting = false;
  private stopped = false;

  constructor(
    private readonly everyMs: number,
    private readonly task: () => void | Promise<void>,
  ) {}

  ask(): void {
    this.asked = true;
    if (!this.resting) void this.run();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    if (this.stopped) return;
    this.asked = false;
    this.resting = true;
    await this.task();
    this.timer = setTimeout(() => {
      this.resting = false;
      if (this.asked) void this.run();
    }, this.everyMs);
    if (this.stopped) clearTimeout(this.timer);
  }
}
