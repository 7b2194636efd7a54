import { Socket } from 'node:net';
import pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { Backoff, pause } from '../../application/following/backoff.js';
import { messageOf } from '../../application/following/errors.js';
import { type Lead, NotLeading } from '../../application/following/lead.js';
import { sessionName } from './session-name.js';
import { inTurn } from './in-turn.js';
import * as sql from './sql.js';

/** Who leads whom: the projections' leaders and those of others don't keep each other out. */
export interface Contest {
  /** First half of the locks' numbers; the other is the key's hash. */
  readonly lock: number;
  /** What a new leader of key $1 does first, in the session that holds the lock. */
  readonly claim: string;
  /** The session's name, and what the log says is led. */
  readonly name: string;
}

export const PROJECTIONS: Contest = { lock: 727254, claim: sql.CLAIM, name: 'projections' };

export interface LeadershipOptions {
  readonly contest: Contest;
  /** A direct connection: a pooler between would lend the session, and with it the lock, to others. */
  readonly lockUrl: string;
  readonly keys: readonly string[];
  readonly log: Logger;
  /** How often a follower tries, milliseconds; default 500. */
  readonly retryMs?: number;
  /**
   * Told again and again whether this process is the only one that contests, as far as anybody knows: for a moment after
   * another has come it isn't known yet. Not told where it isn't asked for.
   */
  readonly onCompany?: (alone: boolean) => void;
  /** Called with the leads that are held, whenever that changes; the next change waits for it. */
  readonly onChange: (lead: Lead) => Promise<void>;
}

const RETRY_MS = 500;

const NOTHING_HELD: Lead = { held: new Set(), confirm: () => Promise.reject(new NotLeading()) };

/** PostgreSQL before 14 doesn't know the setting. */
const isUnknownSetting = (error: unknown): boolean =>
  error instanceof Error && (error as { code?: unknown }).code === '42704';

/**
 * Among the processes on one database, who leads what: an advisory lock per key, held by a connection of its own, so that it
 * ends with its process. A projection's versions are locked apart: in a rolling deploy each process leads what only it
 * knows.
 *
 * The connection asks for something every moment: that is the leader's heartbeat. PostgreSQL ends a session that it hasn't
 * heard for six seconds, so a process that is frozen, or whose host is gone without a goodbye, is relieved without
 * anybody's clock being compared with another's. The lock saves work; what keeps rows right when two believe they lead is
 * the checkpoint's compare-and-set: who begins to lead gives each checkpoint its next epoch, in the session that holds the
 * lock, and who finds an epoch that he doesn't remember confirms that he still leads before he believes it. So one who
 * wakes and was relieved meanwhile writes nothing.
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
        application_name: sessionName(`${this.options.contest.name} lead`),
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
        await this.beHeard(client);
        backoff.reset();
        await this.hold(askingInTurn(client), AbortSignal.any([signal, lost.signal]));
      } catch (error) {
        if (!signal.aborted) this.options.log.warn({ error: messageOf(error) }, 'the leadership connection failed');
      }
      this.options.onCompany?.(false);
      await this.options.onChange(NOTHING_HELD);
      // Destroyed, never ended: a server that hangs doesn't hear an end, and the locks go with the connection either way.
      socket.destroy();
      if (!signal.aborted) await backoff.wait(signal);
    }
  }

  private async beHeard(client: pg.Client): Promise<void> {
    try {
      await client.query(sql.BE_HEARD);
    } catch (error) {
      if (!isUnknownSetting(error)) throw error;
      this.options.log.warn({}, 'PostgreSQL before 14 does not relieve a leader that is frozen');
    }
  }

  /** Also finds out, by asking, when a connection is dead that looks alive. */
  private async hold(ask: Ask, signal: AbortSignal): Promise<void> {
    const { lock, claim, name } = this.options.contest;
    const held = new Set<string>();
    const confirm = async (): Promise<void> => {
      if (signal.aborted) throw new NotLeading();
      await ask('SELECT 1');
    };
    if (this.options.onCompany !== undefined) await ask(sql.BE_PRESENT);
    while (!signal.aborted) {
      await this.lookForCompany(ask);
      const before = held.size;
      for (const key of this.options.keys) {
        if (held.has(key)) continue;
        const { rows } = await ask<{ held: boolean }>(sql.TRY_LEAD, [lock, key]);
        if (rows[0]?.held !== true) continue;
        await ask(claim, [key]);
        held.add(key);
      }
      if (held.size > before) {
        this.options.log.info({ [name]: [...held] }, `this process leads ${name}`);
        await this.beatingUntil(this.options.onChange({ held: new Set(held), confirm }), confirm, signal);
      } else if (held.size === this.options.keys.length) {
        await confirm();
      }
      await this.rest(signal);
    }
  }

  private async lookForCompany(ask: Ask): Promise<void> {
    const { onCompany } = this.options;
    if (onCompany === undefined) return;
    const { rows } = await ask<{ present: number }>(sql.COUNT_PRESENT);
    onCompany(rows[0]?.present === 1);
  }

  /** What a change does may take long, as a batch in hand does. */
  private async beatingUntil(change: Promise<void>, beat: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const done = change.then(() => true);
    while (!(await Promise.race([done, this.rest(signal).then(() => signal.aborted)]))) await beat();
    await done;
  }

  private rest(signal: AbortSignal): Promise<void> {
    return pause((this.options.retryMs ?? RETRY_MS) * (0.75 + Math.random() / 2), signal);
  }
}

type Ask = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<pg.QueryResult<Row>>;

/** Who beats and who confirms may ask at once. */
function askingInTurn(client: pg.Client): Ask {
  const turn = inTurn();
  return (text, values) => turn(() => client.query(text, values && [...values]));
}
