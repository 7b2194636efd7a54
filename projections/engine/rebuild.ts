import pg from 'pg';
import type { LostKey } from '../../application/ports/envelope.js';
import type { Logger } from '../../application/ports/logger.js';
import { isPositionOf, parsePosition } from '../../application/ports/positions.js';
import { EventStoreUnavailable, type EventStore } from '../../application/ports/event-store.js';
import { Backoff } from '../../application/following/backoff.js';
import {
  createCheckpoint,
  judgeReplay,
  loadCheckpoint,
  lockCheckpoint,
  takeStep,
  type Checkpoint,
} from './checkpoint.js';
import { blamesEvent, Gap, messageOf, nameOf } from '../../application/following/errors.js';
import { type Discarded, isSameSet, loadDiscarded } from './discarded.js';
import {
  DiscardedMeanwhile,
  Fenced,
  isNoRoom,
  isUndone,
  NewerSchema,
  NoRoom,
  PoisonedEvent,
  RebuildRunning,
} from './errors.js';
import { inspect } from './inspect.js';
import { dropLetterIn, ensureEngineTables, isPastEnd, showIn } from './mend.js';
import type { Opener } from '../../application/following/open.js';
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
import { fraction, replay } from '../../application/following/read.js';
import * as sql from './sql.js';
import type { Stretch } from '../../application/following/stretch.js';
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
  /**
   * Called for an event whose personal data can't be read because a key is gone; when it has made that readable (as
   * erased), the event is read again. Without it the rebuild stops there.
   */
  readonly onLostKey?: (key: LostKey) => Promise<void>;
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
 * @throws PoisonedEvent, NewerSchema, NoRoom (the rebuild stops there; the live letter is untouched), RebuildRunning,
 * DiscardedMeanwhile
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
    const rebuilding = await Rebuild.begin(deps, options.onProgress, signal);
    return await rebuilding.run();
  } catch (error) {
    throw isNoRoom(error) ? new NoRoom(error) : error;
  } finally {
    await lock.end().catch(() => undefined);
  }
}

class Rebuild {
  private readonly started = performance.now();
  private done = 0;
  private firstOrdinal: bigint | undefined;
  private switched = false;

  private constructor(
    private readonly deps: RebuildDeps,
    private readonly onProgress: ((progress: RebuildProgress) => void) | undefined,
    private readonly signal: AbortSignal,
    private readonly shown: Letter,
    private readonly tables: Tables,
    private checkpoint: Checkpoint,
    private readonly discarded: Discarded,
  ) {}

  /** On empty tables of the letter that isn't shown. */
  static async begin(
    deps: RebuildDeps,
    onProgress: ((progress: RebuildProgress) => void) | undefined,
    signal: AbortSignal,
  ): Promise<Rebuild> {
    const { pool, projection } = deps;
    await ensureEngineTables(pool);
    const [live] = await inspect(pool, [projection]);
    const shown = live?.letter ?? 'a';
    const letter = otherLetter(shown);
    const tables = tablesOf(projection, letter);
    const discarded = await loadDiscarded(pool, projection);
    const checkpoint = await retryOnLocks(deps, signal, () =>
      transaction(pool, 'BEGIN', async (client) => {
        // Nobody knows any more which letter the view shows: it may be this one.
        if (live?.letter === undefined) await client.query(`DROP VIEW IF EXISTS ${viewName(projection)}`);
        await dropLetterIn(client, projection, letter);
        for (const statement of projection.ddl(tables)) await client.query(statement);
        return createCheckpoint(client, projection, letter);
      }),
    );
    return new Rebuild(deps, onProgress, signal, shown, tables, checkpoint, discarded);
  }

  async run(): Promise<RebuildResult> {
    try {
      return await this.fillAndSwitch();
    } catch (error) {
      if (isNoRoom(error) && !this.switched) await this.giveRoomBack();
      throw error;
    }
  }

  /** Commands are refused for as long as the disk is full. */
  private async giveRoomBack(): Promise<void> {
    const { pool, projection, log } = this.deps;
    const { letter } = this.checkpoint;
    try {
      await retryOnLocks(this.deps, this.signal, () => dropLetter(pool, projection, letter));
    } catch (error) {
      log.warn(
        { projection: projectionKey(projection), letter, error: messageOf(error) },
        'a rebuild found no room, and its half-filled tables are still there; the next rebuild drops them',
      );
    }
  }

  private async fillAndSwitch(): Promise<RebuildResult> {
    const { pool, projection } = this.deps;

    while ((await this.readOn('filling')) > NEAR);
    for (const statement of projection.indexes(this.tables)) await pool.query(statement);
    for (const table of physicalTables(projection, this.tables)) await pool.query(`ANALYZE ${table}`);
    await this.switchOver(this.shown);
    this.switched = true;
    await this.dropOld(this.shown);
    this.report('switched', 1);
    return {
      letter: this.checkpoint.letter,
      events: this.done,
      milliseconds: Math.round(performance.now() - this.started),
      position: this.checkpoint.position,
    };
  }

  /** They are in nobody's way: where a reader holds them too long, the next rebuild drops them. */
  private async dropOld(letter: Letter): Promise<void> {
    const { pool, projection, log } = this.deps;
    try {
      await retryOnLocks(this.deps, this.signal, () => dropLetter(pool, projection, letter), 30);
    } catch (error) {
      log.warn(
        { projection: projectionKey(projection), letter, error: messageOf(error) },
        'a rebuild is done, but the old tables are still there; the next rebuild drops them',
      );
    }
  }

  /** Reads to where the store ends now, over interruptions of the store; gives the number of events. */
  private async readOn(phase: 'filling' | 'catchingUp'): Promise<number> {
    const before = this.done;
    const backoff = new Backoff();
    for (let attempt = 1; ; attempt++) {
      try {
        const head = await this.deps.store.head();
        for await (const stretch of this.readAfter(this.checkpoint.position)) {
          await this.write(stretch);
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

  private async *readAfter(position: string): AsyncGenerator<Stretch, void, undefined> {
    for await (const stretch of replay(this.deps.store, position, this.deps.opener, this.signal)) {
      const [first] = stretch.events;
      if (first) this.firstOrdinal ??= parsePosition(first.stored.position).ordinal;
      yield stretch;
      this.signal.throwIfAborted();
    }
  }

  private async write(stretch: Stretch): Promise<void> {
    const { projection, pool } = this.deps;
    const backoff = new Backoff();
    for (let attempt = 1; ; attempt++) {
      try {
        // After a commit whose answer was lost, the step begins behind it or is empty.
        if (attempt > 1) this.checkpoint = await this.ownCheckpoint();
        if (stretch.behind(this.checkpoint.position).events.length === 0) break;
        const step = judgeReplay(this.checkpoint, stretch, this.discarded);
        this.checkpoint = await transaction(pool, sql.BEGIN_APPLY, (client) => takeStep(client, step));
        break;
      } catch (error) {
        if (error instanceof Fenced || error instanceof Gap) throw error;
        if (error instanceof NewerSchema || error instanceof PoisonedEvent) throw error;
        if (blamesEvent(error)) return this.writeHalves(stretch, error);
        if (attempt === ATTEMPTS || isNoRoom(error)) throw error;
        this.deps.log.warn({ projection: projectionKey(projection), error: messageOf(error) }, 'a rebuild tries again');
        await backoff.wait(this.signal);
        this.signal.throwIfAborted();
      }
    }
    this.done += stretch.events.length;
  }

  /** Where this letter stands. @throws Fenced when another rebuild has begun it anew */
  private async ownCheckpoint(): Promise<Checkpoint> {
    const { projection, pool } = this.deps;
    const own = await loadCheckpoint(pool, projection, this.checkpoint.letter);
    if (own?.epoch !== this.checkpoint.epoch) throw new Fenced(projectionKey(projection));
    return own;
  }

  /** Finds the event to blame. */
  private async writeHalves(stretch: Stretch, error: unknown): Promise<void> {
    const [only] = stretch.events;
    if (stretch.events.length === 1 && only)
      throw new PoisonedEvent(projectionKey(this.deps.projection), nameOf(only.stored), error);
    for (const half of stretch.halves()) await this.write(half);
  }

  /**
   * One transaction: the live checkpoint is locked, so the live writer waits at its compare-and-set; the few events that
   * this letter lacks are applied; the view shows this letter; the live letter's checkpoint goes, so the writer finds the
   * new one. Waiting for readers of the view is short, and begun again, so that no queue of readers forms behind it.
   */
  private async switchOver(from: Letter): Promise<void> {
    const { projection, pool } = this.deps;
    await retryOnLocks(this.deps, this.signal, async () => {
      while ((await this.readOn('catchingUp')) > NEAR);
      this.checkpoint = await transaction(
        pool,
        `BEGIN; SET LOCAL lock_timeout = '${SWITCH_LOCK_TIMEOUT}'; SET LOCAL idle_in_transaction_session_timeout = '10s'; SET LOCAL enable_seqscan = off`,
        async (client) => {
          const live = await lockCheckpoint(client, projection, from);
          // Whoever discards holds that lock, too.
          if (!isSameSet(this.discarded, await loadDiscarded(client, projection)))
            throw new DiscardedMeanwhile(projection.name);
          const own = await lockCheckpoint(client, projection, this.checkpoint.letter);
          if (own === undefined || !this.checkpoint.is(own)) throw new Fenced(projectionKey(projection));
          const reached = await this.levelWith(client, live?.position ?? '');
          await showIn(client, projection, own.letter);
          await client.query(sql.DROP_CHECKPOINT, [projection.name, projection.version, from]);
          await client.query(sql.FORGET_PARKED, [projection.name, projection.version, from]);
          return reached;
        },
      );
    });
  }

  /**
   * Readers must never see less than they did: this letter goes at least as far as the live one. A live one of another
   * store, or behind the end of this log (an older one was restored), shows what isn't in it: that is what is mended.
   */
  private async levelWith(client: pg.PoolClient, live: string): Promise<Checkpoint> {
    const { store } = this.deps;
    let reached = this.checkpoint;
    if (!isPositionOf(live, store.identity) || live <= reached.position) return reached;
    if (isPastEnd(live, await store.head(), store.identity)) return reached;
    let applied = 0;
    for await (const stretch of this.readAfter(reached.position)) {
      const due = stretch.upTo(live);
      if (due.events.length > 0) reached = await takeStep(client, judgeReplay(reached, due, this.discarded));
      applied += due.events.length;
      if (due.events.length < stretch.events.length || reached.position >= live) break;
      if (applied > 10 * NEAR) throw new FellBehind('the live projection ran ahead');
    }
    if (reached.position < live) throw new FellBehind('the store gave less than the live projection has');
    return reached;
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

/** Also when the live projection ran ahead; ends with the signal, or when it was tried often enough. */
async function retryOnLocks<Result>(
  { log, projection }: Pick<RebuildDeps, 'log' | 'projection'>,
  signal: AbortSignal,
  work: () => Promise<Result>,
  attempts = 200,
): Promise<Result> {
  const backoff = new Backoff(20, 1_000);
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const again = isUndone(error) || error instanceof FellBehind;
      if (!again || attempt >= attempts) throw error;
      log.debug({ projection: projectionKey(projection), attempt }, 'a switch waits for readers');
      await backoff.wait(signal);
      signal.throwIfAborted();
    }
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
