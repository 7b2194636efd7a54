import { Socket } from 'node:net';
import pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { Backoff, pause } from './backoff.js';
import { messageOf } from './errors.js';
import * as sql from './sql.js';

export interface LeadershipOptions {
  /** A direct connection: a pooler between would lend the session, and with it the lock, to others. */
  readonly lockUrl: string;
  readonly keys: readonly string[];
  readonly log: Logger;
  /** How often a follower tries, milliseconds. */
  readonly retryMs: number;
  /** Called with the keys held, whenever that changes; the next change waits for it. */
  readonly onChange: (held: ReadonlySet<string>) => Promise<void>;
}

/**
 * Among the processes on one database, who feeds which projection: an advisory lock per projection and version, held by a
 * connection of its own, so that it ends with its process. Versions are locked apart: in a rolling deploy each process
 * leads what only it knows. The lock saves work; what keeps rows right when two believe they lead is the checkpoint's
 * compare-and-set.
 */
export class Leadership {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(private readonly options: LeadershipOptions) {
    this.running = this.run();
  }

  /** Gives the locks up, after `onChange` was told. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff(100, 2_000);
    while (!signal.aborted) {
      const socket = new Socket();
      const client = new pg.Client({
        stream: () => socket,
        connectionString: this.options.lockUrl,
        application_name: 'parley projections lead',
        keepAlive: true,
        connectionTimeoutMillis: 5_000,
        query_timeout: 5_000,
      });
      const lost = new AbortController();
      client.on('error', () => {
        lost.abort();
      });
      client.on('end', () => {
        lost.abort();
      });
      try {
        await client.connect();
        backoff.reset();
        await this.hold(client, AbortSignal.any([signal, lost.signal]));
      } catch (error) {
        if (!signal.aborted) this.options.log.warn({ error: messageOf(error) }, 'the leadership connection failed');
      }
      await this.options.onChange(new Set());
      // Destroyed, never ended: a server that hangs doesn't hear an end, and the locks go with the connection either way.
      socket.destroy();
      if (!signal.aborted) await backoff.wait(signal);
    }
  }

  /** Also finds out, by asking, when a connection is dead that looks alive. */
  private async hold(client: pg.Client, signal: AbortSignal): Promise<void> {
    const held = new Set<string>();
    while (!signal.aborted) {
      const before = held.size;
      for (const key of this.options.keys) {
        if (held.has(key)) continue;
        const { rows } = await client.query<{ held: boolean }>(sql.TRY_LEAD, [key]);
        if (rows[0]?.held === true) held.add(key);
      }
      if (held.size > before) {
        this.options.log.info({ projections: [...held] }, 'this process feeds projections');
        await this.options.onChange(new Set(held));
      } else if (held.size === this.options.keys.length) {
        await client.query('SELECT 1');
      }
      await pause(this.options.retryMs * (0.75 + Math.random() / 2), signal);
    }
  }
}
