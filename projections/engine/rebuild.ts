import pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { parsePosition } from '../../application/ports/positions.js';
import { EventStoreUnavailable, type EventStore } from '../../application/ports/event-store.js';
import { commitBatch, planReplay } from './apply.js';
import { Backoff } from './backoff.js';
import { lockCheckpoint, type Checkpoint } from './checkpoint.js';
import {
  blamesEvent,
  Fenced,
  isNoRoom,
  isUndone,
  messageOf,
  nameOf,
  NewerSchema,
  NoRoom,
  PoisonedEvent,
  RebuildRunning,
} from './errors.js';
import { inspect } from './inspect.js';
import { dropLetterIn, ensureEngineTables, isPastEnd, showIn } from './mend.js';
import type { OpenedEvent, Opener } from './open.js';
import {
  otherLetter,
  physicalTables,
  projectionKey,
  tablesOf,
  viewName,
  type Letter,
  type Projection,
  type Tables,
} from './projection.js';
import { fraction, replay } from './read.js';
import * as sql from './sql.js';
import { transaction } from './transaction.js';

export interface RebuildProgress {
  /** Events read so far, of all types. */
  readonly done: number;
  /** Events to read altogether, estimated from positions until it is complete. */
  readonly total: number;
  /** 0 … 100 */
  readonly percent: number;
  /** Events per second since the start. */
  readonly rate: number;
  readonly phase: 'filling' | 'catchingUp' | 'switched';
}

export interface RebuildResult {
  readonly letter: Letter;
  readonly events: number;
  readonly milliseconds: number;
  readonly position: string;
}

export interface RebuildOptions {
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Stops between two batches; the readers keep the letter they have. */
  readonly signal?: AbortSignal;
}

export interface RebuildDeps {
  readonly projection: Projection;
  readonly store: EventStore;
  readonly opener: Opener;
  readonly pool: pg.Pool;
  readonly lockUrl: string;
  readonly log: Logger;
}

/** So near to the live letter, the rest is applied inside the switch while the live writer waits. */
const NEAR = 1_000;
const SWITCH_LOCK_TIMEOUT = '150ms';
const ATTEMPTS = 10;

/**
 * Fills the other letter from history while the live one goes on being fed and read, then re-points the view. Begun again
 * from nothing after a crash: what a half-filled letter holds may come from other code. It needs nothing of schema `read`
 * to be there: what is missing is made.
 * @throws PoisonedEvent, NewerSchema, NoRoom (the rebuild stops there; the live letter is untouched), RebuildRunning
 */
export async function rebuild(deps: RebuildDeps, options: RebuildOptions = {}): Promise<RebuildResult> {
  const lock = new pg.Client({ connectionString: deps.lockUrl, application_name: 'parley projections rebuild' });
  const aborted = new AbortController();
  lock.on('error', () => {
    aborted.abort(new Error('the connection that holds the rebuild lock was lost'));
  });
  await lock.connect();
  try {
    const { rows } = await lock.query<{ held: boolean }>(sql.TRY_REBUILD, [projectionKey(deps.projection)]);
    if (rows[0]?.held !== true) throw new RebuildRunning(deps.projection.name);
    const signal = options.signal ? AbortSignal.any([options.signal, aborted.signal]) : aborted.signal;
    return await new Rebuild(deps, options.onProgress, signal).run();
  } finally {
    await lock.end().catch(() => undefined);
  }
}

class Rebuild {
  private readonly started = performance.now();
  private done = 0;
  private firstOrdinal: bigint | undefined;
  private checkpoint: Checkpoint = { letter: 'b', position: '', epoch: '0' };
  private tables: Tables;
  /** The letter that is being made and isn't shown yet. */
  private filling: Letter | undefined;

  constructor(
    private readonly deps: RebuildDeps,
    private readonly onProgress: ((progress: RebuildProgress) => void) | undefined,
    private readonly signal: AbortSignal,
  ) {
    this.tables = tablesOf(deps.projection, 'b');
  }

  async run(): Promise<RebuildResult> {
    try {
      return await this.fillAndSwitch();
    } catch (error) {
      if (!isNoRoom(error)) throw error;
      await this.giveRoomBack();
      throw new NoRoom(error);
    }
  }

  /** Commands are refused for as long as the disk is full. */
  private async giveRoomBack(): Promise<void> {
    const { filling } = this;
    if (filling === undefined) return;
    const { pool, projection, log } = this.deps;
    try {
      await this.retryOnLocks(() => dropLetter(pool, projection, filling));
    } catch (error) {
      log.warn(
        { projection: projectionKey(projection), letter: filling, error: messageOf(error) },
        'a rebuild found no room, and its half-filled tables are still there; the next rebuild drops them',
      );
    }
  }

  private async fillAndSwitch(): Promise<RebuildResult> {
    const { pool, projection } = this.deps;
    await ensureEngineTables(pool);
    const [live] = await inspect(pool, [projection]);
    const shown = live?.letter ?? 'a';
    const letter = otherLetter(shown);
    this.tables = tablesOf(projection, letter);
    await this.retryOnLocks(() => this.startOver(letter, live?.letter === undefined));

    while ((await this.readOn('filling')) > NEAR);
    for (const statement of projection.indexes(this.tables)) await pool.query(statement);
    for (const table of physicalTables(projection, this.tables)) await pool.query(`ANALYZE ${table}`);
    await this.switchOver(shown);
    this.filling = undefined;
    await this.dropOld(shown);
    this.report('switched', 1);
    return {
      letter,
      events: this.done,
      milliseconds: Math.round(performance.now() - this.started),
      position: this.checkpoint.position,
    };
  }

  /** They are in nobody's way: where a reader holds them too long, the next rebuild drops them. */
  private async dropOld(letter: Letter): Promise<void> {
    const { pool, projection, log } = this.deps;
    try {
      await this.retryOnLocks(() => dropLetter(pool, projection, letter), 30);
    } catch (error) {
      log.warn(
        { projection: projectionKey(projection), letter, error: messageOf(error) },
        'a rebuild is done, but the old tables are still there; the next rebuild drops them',
      );
    }
  }

  /** @param unknown nobody knows any more which letter the view shows: it may be this one */
  private async startOver(letter: Letter, unknown: boolean): Promise<void> {
    const { pool, projection } = this.deps;
    await transaction(pool, 'BEGIN', async (client) => {
      if (unknown) await client.query(`DROP VIEW IF EXISTS ${viewName(projection)}`);
      await dropLetterIn(client, projection, letter);
      for (const statement of projection.ddl(this.tables)) await client.query(statement);
      await client.query(sql.CREATE_CHECKPOINT, [projection.name, projection.version, letter, '', 0]);
    });
    this.checkpoint = { letter, position: '', epoch: '0' };
    this.filling = letter;
  }

  /** Reads to where the store ends now, over interruptions of the store; gives the number of events. */
  private async readOn(phase: 'filling' | 'catchingUp'): Promise<number> {
    const before = this.done;
    const backoff = new Backoff();
    for (let attempt = 1; ; attempt++) {
      try {
        const head = await this.deps.store.head();
        for await (const events of this.openedAfter(this.checkpoint.position)) {
          await this.write(events);
          this.report(phase, fraction(this.firstOrdinal, this.checkpoint.position, head));
          attempt = 1;
        }
        this.signal.throwIfAborted();
        return this.done - before;
      } catch (error) {
        if (!(error instanceof EventStoreUnavailable) || attempt === ATTEMPTS) throw error;
        await backoff.wait(this.signal);
        this.signal.throwIfAborted();
      }
    }
  }

  private async *openedAfter(position: string): AsyncGenerator<OpenedEvent[], void, undefined> {
    for await (const batch of replay(this.deps.store, position, this.deps.opener, this.signal)) {
      const [first] = batch;
      if (first) this.firstOrdinal ??= parsePosition(first.stored.position).ordinal;
      yield batch;
      this.signal.throwIfAborted();
    }
  }

  private async write(events: readonly OpenedEvent[]): Promise<void> {
    const { projection, pool } = this.deps;
    const to = events.at(-1)?.stored.position ?? this.checkpoint.position;
    const backoff = new Backoff();
    for (let attempt = 1; ; attempt++) {
      try {
        const plan = { events: planReplay(projection, events), parked: [] };
        await transaction(pool, sql.BEGIN_APPLY, (client) =>
          commitBatch(client, projection, this.checkpoint, to, plan),
        );
        break;
      } catch (error) {
        if (error instanceof Fenced || error instanceof NewerSchema || error instanceof PoisonedEvent) throw error;
        if (blamesEvent(error)) return this.writeHalves(events, error);
        if (attempt === ATTEMPTS || isNoRoom(error)) throw error;
        this.deps.log.warn({ projection: projectionKey(projection), error: messageOf(error) }, 'a rebuild tries again');
        await backoff.wait(this.signal);
        this.signal.throwIfAborted();
      }
    }
    this.checkpoint = { ...this.checkpoint, position: to };
    this.done += events.length;
  }

  /** Finds the event to blame. */
  private async writeHalves(events: readonly OpenedEvent[], error: unknown): Promise<void> {
    const [only] = events;
    if (events.length === 1 && only)
      throw new PoisonedEvent(projectionKey(this.deps.projection), nameOf(only.stored), error);
    const half = events.length >> 1;
    await this.write(events.slice(0, half));
    await this.write(events.slice(half));
  }

  /**
   * One transaction: the live checkpoint is locked, so the live writer waits at its compare-and-set; the few events that
   * this letter lacks are applied; the view shows this letter; the live letter's checkpoint goes, so the writer finds the
   * new one. Waiting for readers of the view is short, and begun again, so that no queue of readers forms behind it.
   */
  private async switchOver(from: Letter): Promise<void> {
    const { projection, pool } = this.deps;
    await this.retryOnLocks(async () => {
      while ((await this.readOn('catchingUp')) > NEAR);
      const position = await transaction(
        pool,
        `BEGIN; SET LOCAL lock_timeout = '${SWITCH_LOCK_TIMEOUT}'; SET LOCAL enable_seqscan = off`,
        async (client) => {
          const live = await lockCheckpoint(client, projection, from);
          const own = await lockCheckpoint(client, projection, this.checkpoint.letter);
          if (own?.position !== this.checkpoint.position) throw new Fenced(projectionKey(projection));
          const reached = await this.levelWith(client, live?.position ?? '');
          await showIn(client, projection, own.letter);
          await client.query(sql.DROP_CHECKPOINT, [projection.name, projection.version, from]);
          await client.query(sql.FORGET_PARKED, [projection.name, projection.version, from]);
          return reached;
        },
      );
      this.checkpoint = { ...this.checkpoint, position };
    });
  }

  /**
   * Readers must never see less than they did: this letter goes at least as far as the live one. A live one of another
   * store, or behind the end of this log (an older one was restored), shows what isn't in it: that is what is mended.
   */
  private async levelWith(client: pg.PoolClient, live: string): Promise<string> {
    const { projection, store } = this.deps;
    let position = this.checkpoint.position;
    const foreign = !live.startsWith(`${store.identity}:`);
    if (foreign || live <= position || isPastEnd(live, await store.head(), store.identity)) return position;
    let applied = 0;
    for await (const events of this.openedAfter(position)) {
      const due = events.filter((event) => event.stored.position <= live);
      const last = due.at(-1);
      if (last) {
        await commitBatch(client, projection, { ...this.checkpoint, position }, last.stored.position, {
          events: planReplay(projection, due),
          parked: [],
        });
        position = last.stored.position;
        applied += due.length;
      }
      if (due.length < events.length || position >= live) break;
      if (applied > 10 * NEAR) throw new FellBehind('the live projection ran ahead');
    }
    if (position < live) throw new FellBehind('the store gave less than the live projection has');
    return position;
  }

  /** Also when the live projection ran ahead; ends with the signal, or when it was tried often enough. */
  private async retryOnLocks(work: () => Promise<unknown>, attempts = 200): Promise<void> {
    const backoff = new Backoff(20, 1_000);
    for (let attempt = 1; ; attempt++) {
      try {
        await work();
        return;
      } catch (error) {
        const again = isUndone(error) || error instanceof FellBehind;
        if (!again || attempt >= attempts) throw error;
        this.deps.log.debug({ projection: projectionKey(this.deps.projection), attempt }, 'a switch waits for readers');
        await backoff.wait(this.signal);
        this.signal.throwIfAborted();
      }
    }
  }

  private report(phase: RebuildProgress['phase'], share: number): void {
    const seconds = Math.max((performance.now() - this.started) / 1000, 0.001);
    this.onProgress?.({
      done: this.done,
      total: phase === 'switched' ? this.done : Math.max(this.done, Math.round(this.done / Math.max(share, 1e-6))),
      percent: Math.floor(share * 1000) / 10,
      rate: Math.round(this.done / seconds),
      phase,
    });
  }
}

class FellBehind extends Error {
  override readonly name = 'FellBehind';
}

async function dropLetter(pool: pg.Pool, projection: Projection, letter: Letter): Promise<void> {
  await transaction(pool, `BEGIN; SET LOCAL lock_timeout = '${SWITCH_LOCK_TIMEOUT}'`, (client) =>
    dropLetterIn(client, projection, letter),
  );
}
