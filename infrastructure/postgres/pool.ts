import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';

export interface PoolOptions {
  readonly url: string;
  readonly max: number;
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly log: Logger;
  /** `-c` settings of the session, such as `synchronous_commit=off`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly statementTimeoutMs?: number;
  /**
   * How long a statement's answer is waited for before its connection is thrown away: a stopped server, or a network that
   * swallows packets, never answers, and then nobody who asked gets away. Default: for ever.
   */
  readonly answerWithinMs?: number;
  /**
   * Statements are sent without waiting for the answers to those before; no cursors then, and no COPY. Nobody has seen then that
   * the transaction is open which they are meant for, so outside of one that is opened READ WRITE they may only read.
   */
  readonly pipeline?: true;
}

/** For a new connection, or for one of those that others use. */
const CONNECT_WITHIN_MS = 5_000;

/** PostgreSQL's too_many_connections, and how soon after it is asked again, ms. */
const TOO_MANY = '53300';
const ASK_AGAIN_MS = 50;

export interface PoolNow {
  readonly name: string;
  readonly idle: number;
  readonly busy: number;
  /** Who waits for a connection. */
  readonly waiting: number;
}

/** The pools of this process, for whoever looks after it. */
class Pools {
  readonly #open = new Map<pg.Pool, string>();
  /** Is told how long somebody waited for a connection who found none idle. */
  onWaited: ((pool: string, seconds: number) => void) | undefined;

  add(pool: pg.Pool, name: string): void {
    this.#open.set(pool, name);
  }

  /** By name, those of one name together. */
  now(): PoolNow[] {
    const byName = new Map<string, PoolNow>();
    for (const [{ idleCount, totalCount, waitingCount }, name] of this.#open) {
      const { idle, busy, waiting } = byName.get(name) ?? { idle: 0, busy: 0, waiting: 0 };
      byName.set(name, {
        name,
        idle: idle + idleCount,
        busy: busy + totalCount - idleCount,
        waiting: waiting + waitingCount,
      });
    }
    return [...byName.values()];
  }

  forget(pool: pg.Pool): void {
    this.#open.delete(pool);
  }

  waited<T>(pool: pg.Pool, connecting: Promise<T>): Promise<T> {
    const { onWaited } = this;
    if (onWaited === undefined) return connecting;
    const begun = performance.now();
    return connecting.finally(() => {
      onWaited(this.#open.get(pool) ?? 'unnamed', (performance.now() - begun) / 1_000);
    });
  }
}

export const pools = new Pools();

/**
 * A pool that keeps the connections it has made, and where the server gives it no more, waits for one of its own to come
 * back, or for the server to have one: others who use up all connections take none of ours, and nobody is refused for it at
 * once.
 */
export class KeepingPool extends pg.Pool {
  constructor(config: pg.PoolConfig) {
    super({ ...config, idleTimeoutMillis: 0 });
    pools.add(this, config.application_name ?? 'unnamed');
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): void;
  override connect(
    callback?: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): Promise<pg.PoolClient> | undefined {
    const connecting = this.idleCount > 0 ? this.#connect() : pools.waited(this, this.#connect());
    if (callback === undefined) return connecting;
    connecting.then(
      (client) => {
        callback(undefined, client, (release) => {
          client.release(release instanceof Error || release === true ? release : undefined);
        });
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), undefined, () => undefined);
      },
    );
    return undefined;
  }

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | undefined {
    pools.forget(this);
    if (callback === undefined) return super.end();
    super.end(callback);
    return undefined;
  }

  async #connect(): Promise<pg.PoolClient> {
    const until = performance.now() + CONNECT_WITHIN_MS;
    for (;;) {
      try {
        return await super.connect();
      } catch (error) {
        const isShort = error instanceof pg.DatabaseError && error.code === TOO_MANY;
        if (!isShort || this.ending || performance.now() >= until) throw error;
      }
      await sleep(ASK_AGAIN_MS);
    }
  }
}

/**
 * A pool that survives its server: an idle connection's error is logged, not thrown (without a listener it ends the process).
 * So is that of a connection in somebody's hands, whose query tells him; `pg` takes its own listener away meanwhile.
 */
export function makePool(options: PoolOptions): pg.Pool {
  const all = { ...options.settings, ...(options.pipeline && { default_transaction_read_only: 'on' }) };
  const settings = Object.entries(all).map(([name, value]) => `-c ${name}=${value}`);
  const pool = new KeepingPool({
    connectionString: options.url,
    max: options.max,
    application_name: options.name,
    connectionTimeoutMillis: Math.min(CONNECT_WITHIN_MS, options.answerWithinMs ?? CONNECT_WITHIN_MS),
    keepAlive: true,
    ...(options.pipeline === undefined ? {} : { pipeline: options.pipeline }),
    ...(settings.length > 0 ? { options: settings.join(' ') } : {}),
    ...(options.statementTimeoutMs === undefined ? {} : { statement_timeout: options.statementTimeoutMs }),
    ...(options.answerWithinMs === undefined ? {} : { query_timeout: options.answerWithinMs }),
  });
  pool.on('error', (error) => {
    // `end` doesn't wait until the server has heard of it: one that is stopped right after ends the connection first.
    if (pool.ending) return;
    options.log.warn({ pool: options.name, error: error.message }, 'an idle database connection was lost');
  });
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      options.log.debug({ pool: options.name, error: error.message }, 'a database connection was lost');
    });
  });
  return pool;
}
