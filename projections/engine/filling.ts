import type pg from 'pg';
import type { EventStore } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { isPositionOf } from '../../application/ports/positions.js';
import { Backoff } from '../../application/following/backoff.js';
import { blamesEvent, Gap, messageOf, nameOf } from '../../application/following/errors.js';
import type { Opener } from '../../application/following/open.js';
import { replay } from '../../application/following/read.js';
import type { Stretch } from '../../application/following/stretch.js';
import {
  claimCheckpoint,
  createCheckpoint,
  judgeLive,
  judgeReplay,
  loadCheckpoint,
  loadParked,
  lockCheckpoint,
  takeStep,
  type Checkpoint,
  type Step,
} from './checkpoint.js';
import { type Discarded, isSameSet, loadDiscarded } from './discarded.js';
import { DiscardedMeanwhile, Fenced, isNoRoom, isUndone, NewerSchema, NothingThere, PoisonedEvent } from './errors.js';
import { inspect, isFilling, type Inspected } from './inspect.js';
import { dropLetterIn, ensureEngineTables, isPastEnd, showIn } from './mend.js';
import {
  otherLetter,
  physicalTables,
  projectionKey,
  tablesOf,
  viewName,
  type Letter,
  type Projection,
} from './projection.js';
import * as sql from './sql.js';
import { filledBy, isOfLog, leavesOut, loadStandby, setStandby, type Standby, type StandbyState } from './standby.js';
import { transaction } from './transaction.js';

export interface FillingDeps {
  readonly projection: Projection;
  readonly store: EventStore;
  readonly opener: Opener;
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Of the code: what another release has half filled is begun anew. */
  readonly release: string;
}

/** So near to the live letter, the rest is applied inside the switch while the live writer waits. */
export const NEAR = 1_000;
const SWITCH_LOCK_TIMEOUT = '150ms';
const ATTEMPTS = 10;

/**
 * The set of tables that a projection doesn't show, while this process fills it, or brings it up to date. To be used by
 * whoever holds the rebuild lock.
 */
export class Filling {
  readonly key: string;
  private switched = false;

  private constructor(
    private readonly deps: FillingDeps,
    private readonly signal: AbortSignal,
    private readonly live: Inspected | undefined,
    private checkpoint: Checkpoint,
    /** Events that it was filled with before, and now. */
    public passed: number,
    /** Streams that were set aside while it was shown. */
    private readonly parked: ReadonlyMap<string, number>,
    private readonly discarded: Discarded,
    /** Whether it goes on where something was broken off. */
    readonly goesOn: boolean,
  ) {
    this.key = projectionKey(deps.projection);
  }

  /** Goes on with what a rebuild has half filled, unless that was other code or `afresh` is asked for; else on empty tables. */
  static async begin(deps: FillingDeps, signal: AbortSignal, afresh: boolean): Promise<Filling> {
    const { pool, projection } = deps;
    await ensureEngineTables(pool);
    const [live] = await inspect(pool, [projection]);
    const discarded = await loadDiscarded(pool, projection);
    const half = afresh ? undefined : await goesOnWith(deps, live);
    if (half !== undefined) return Filling.claim(deps, signal, live, half, true);
    const letter = otherLetter(live?.letter ?? 'a');
    const checkpoint = await retryOnLocks(deps, signal, () =>
      transaction(pool, 'BEGIN', async (client) => {
        // Nobody knows any more which letter the view shows: it may be this one.
        if (live?.letter === undefined) await client.query(`DROP VIEW IF EXISTS ${viewName(projection)}`);
        await dropLetterIn(client, projection, letter);
        return makeEmpty(client, projection, letter, filledBy(projection, deps.release, discarded));
      }),
    );
    return new Filling(deps, signal, live, checkpoint, 0, new Map(), discarded, false);
  }

  /** With the tables that are there for it. @throws NothingThere */
  static async of(deps: FillingDeps, signal: AbortSignal, wanted: 'held' | 'former'): Promise<Filling> {
    const { pool, projection } = deps;
    const standby = await expectStandby(deps, wanted);
    const [live] = await inspect(pool, [projection]);
    return Filling.claim(deps, signal, live, standby, false);
  }

  private static async claim(
    deps: FillingDeps,
    signal: AbortSignal,
    live: Inspected | undefined,
    { letter, passed }: Standby,
    goesOn: boolean,
  ): Promise<Filling> {
    const { pool, projection } = deps;
    const checkpoint = await claimCheckpoint(pool, projection, letter);
    if (checkpoint === undefined) throw new Fenced(projectionKey(projection));
    const parked = await loadParked(pool, projection, letter);
    const discarded = await loadDiscarded(pool, projection);
    return new Filling(deps, signal, live, checkpoint, passed, parked, discarded, goesOn);
  }

  get projection(): Projection {
    return this.deps.projection;
  }

  get letter(): Letter {
    return this.checkpoint.letter;
  }

  get position(): string {
    return this.checkpoint.position;
  }

  /** Applies what of a stretch lies behind its checkpoint. @throws PoisonedEvent, NewerSchema, Fenced */
  async write(stretch: Stretch): Promise<void> {
    const backoff = new Backoff();
    for (let attempt = 1; ; attempt++) {
      try {
        // After a commit whose answer was lost, the step begins behind it or is empty.
        if (attempt > 1) this.checkpoint = await this.ownCheckpoint();
        const due = stretch.behind(this.checkpoint.position);
        if (due.events.length === 0) return;
        const step = this.judge(this.checkpoint, due);
        const { pool } = this.deps;
        const [reached, passed] = await transaction(
          pool,
          sql.BEGIN_APPLY,
          async (client) =>
            [await takeStep(client, step), await addPassed(client, this.checkpoint, due.events.length)] as const,
        );
        this.checkpoint = reached;
        this.passed = passed;
        return;
      } catch (error) {
        if (error instanceof Fenced || error instanceof Gap) throw error;
        if (error instanceof NewerSchema || error instanceof PoisonedEvent) throw error;
        if (blamesEvent(error)) return this.writeHalves(stretch, error);
        if (attempt === ATTEMPTS || isNoRoom(error)) throw error;
        this.deps.log.warn({ projection: this.key, error: messageOf(error) }, 'a rebuild tries again');
        await backoff.wait(this.signal);
        this.signal.throwIfAborted();
      }
    }
  }

  /** What was set aside while it was shown stays so. */
  private judge(from: Checkpoint, stretch: Stretch): Step {
    if (this.parked.size === 0) return judgeReplay(from, stretch, this.discarded);
    return judgeLive(from, stretch, (stream) => this.parked.has(stream), this.discarded);
  }

  /** Where this letter stands. @throws Fenced when another rebuild has begun it anew */
  private async ownCheckpoint(): Promise<Checkpoint> {
    const own = await loadCheckpoint(this.deps.pool, this.projection, this.letter);
    if (own?.epoch !== this.checkpoint.epoch) throw new Fenced(this.key);
    return own;
  }

  /** Finds the event to blame. */
  private async writeHalves(stretch: Stretch, error: unknown): Promise<void> {
    const [only] = stretch.events;
    if (stretch.events.length === 1 && only) throw new PoisonedEvent(this.key, nameOf(only.stored), error);
    for (const half of stretch.halves()) await this.write(half);
  }

  /** What readers need besides the rows. */
  async makeReadable(): Promise<void> {
    const { pool, projection } = this.deps;
    const tables = tablesOf(projection, this.letter);
    for (const statement of projection.indexes(tables)) {
      this.signal.throwIfAborted();
      // One that was broken off may have made some of them.
      await pool.query(statement.replace(/^\s*CREATE (UNIQUE )?INDEX (?!IF)/i, 'CREATE $1INDEX IF NOT EXISTS '));
    }
    for (const table of physicalTables(projection, tables)) await pool.query(`ANALYZE ${table}`);
  }

  /** Leaves it for a promotion. */
  async hold(): Promise<void> {
    await setStandby(this.deps.pool, this.projection, this.letter, 'held');
  }

  /**
   * One transaction: the live checkpoint is locked, so the live writer waits at its compare-and-set; the few events that
   * this letter lacks are applied; the view shows this letter; the live letter's checkpoint gets its next epoch, so the
   * writer finds the new one. Waiting for readers of the view is short, and begun again, so that no queue of readers forms
   * behind it. The former letter stays as it is where it is good for going back.
   * @param readOn reads on until it is near
   */
  async switchOver(readOn: () => Promise<void>): Promise<void> {
    const { projection, pool, store } = this.deps;
    const from = otherLetter(this.letter);
    const kept = await retryOnLocks(this.deps, this.signal, async () => {
      await readOn();
      const head = await store.head();
      const done = await transaction(
        pool,
        `BEGIN; SET LOCAL lock_timeout = '${SWITCH_LOCK_TIMEOUT}'; SET LOCAL idle_in_transaction_session_timeout = '10s'; SET LOCAL enable_seqscan = off`,
        async (client) => {
          const live = await lockCheckpoint(client, projection, from);
          const own = await lockCheckpoint(client, projection, this.letter);
          if (own === undefined || !this.checkpoint.is(own)) throw new Fenced(this.key);
          // Whoever discards holds that lock, too.
          if (!isSameSet(this.discarded, await loadDiscarded(client, projection)))
            throw new DiscardedMeanwhile(projection.name);
          const reached = await this.levelWith(client, live?.position ?? '');
          await showIn(client, projection, own.letter);
          await setStandby(client, projection, own.letter, null);
          const key = [projection.name, projection.version, from];
          const keeps =
            live !== undefined && this.isGood(live, live.position > (head ?? '') ? await store.head() : head);
          if (keeps)
            await client.query(sql.BECOME_FORMER, [...key, filledBy(projection, this.deps.release, this.discarded)]);
          else {
            await client.query(sql.DROP_CHECKPOINT, key);
            await client.query(sql.FORGET_PARKED, key);
          }
          return { reached, keeps };
        },
      );
      this.checkpoint = done.reached;
      return done.keeps;
    });
    this.switched = true;
    if (!kept) await this.dropOld(from);
  }

  /** Whether somebody could go back to the letter that is shown now. */
  private isGood({ position }: Checkpoint, head: string | undefined): boolean {
    const { live } = this;
    const isWhole =
      live?.row !== undefined && (live.missing.length === 0 || live.lacksOnlyView) && !isFilling(live.row);
    return isWhole && isOfLog(position, head, this.deps.store.identity);
  }

  /**
   * Readers must never see less than they did: this letter goes at least as far as the live one. A live one of another
   * store, or behind the end of this log (an older one was restored), shows what isn't in it: that is what is mended.
   */
  private async levelWith(client: pg.PoolClient, live: string): Promise<Checkpoint> {
    const { store, opener } = this.deps;
    let reached = this.checkpoint;
    if (!isPositionOf(live, store.identity) || live <= reached.position) return reached;
    if (isPastEnd(live, await store.head(), store.identity)) return reached;
    let applied = 0;
    for await (const stretch of replay(store, reached.position, opener, this.signal)) {
      const due = stretch.upTo(live);
      if (due.events.length > 0) reached = await takeStep(client, this.judge(reached, due));
      applied += due.events.length;
      if (due.events.length < stretch.events.length || reached.position >= live) break;
      if (applied > 10 * NEAR) throw new FellBehind('the live projection ran ahead');
    }
    if (reached.position < live) throw new FellBehind('the store gave less than the live projection has');
    await addPassed(client, reached, applied);
    return reached;
  }

  /** They are in nobody's way: where a reader holds them too long, the next rebuild drops them. */
  private async dropOld(letter: Letter): Promise<void> {
    try {
      await dropLetter(this.deps, letter, this.signal, 30);
    } catch (error) {
      this.deps.log.warn(
        { projection: this.key, letter, error: messageOf(error) },
        'a rebuild is done, but the old tables are still there; the next rebuild drops them',
      );
    }
  }

  /** Commands are refused for as long as the disk is full. */
  async giveRoomBack(): Promise<void> {
    if (this.switched) return;
    try {
      await dropLetter(this.deps, this.letter, this.signal);
    } catch (error) {
      this.deps.log.warn(
        { projection: this.key, letter: this.letter, error: messageOf(error) },
        'a rebuild found no room, and its half-filled tables are still there; the next rebuild drops them',
      );
    }
  }
}

async function makeEmpty(
  client: pg.ClientBase,
  projection: Projection,
  letter: Letter,
  filledWith: string,
): Promise<Checkpoint> {
  for (const statement of projection.ddl(tablesOf(projection, letter))) await client.query(statement);
  const created = await createCheckpoint(client, projection, letter);
  await setStandby(client, projection, letter, 'filling', filledWith);
  return created;
}

/** Empty tables of a projection that is new here, for a rebuild to go on with; until that is done, the feed leaves it alone. */
export async function makeApart(
  client: pg.ClientBase,
  projection: Projection,
  letter: Letter,
  release: string,
): Promise<void> {
  const discarded = await loadDiscarded(client, projection);
  await makeEmpty(client, projection, letter, filledBy(projection, release, discarded));
  await client.query(sql.SET_APART, [projection.name, projection.version, letter]);
}

const addPassed = async (
  client: pg.ClientBase,
  { projection, letter }: Checkpoint,
  events: number,
): Promise<number> => {
  const { rows } = await client.query<{ passed: string }>({
    name: 'projection.passed',
    text: sql.ADD_PASSED,
    values: [projection.name, projection.version, letter, events],
  });
  return Number(rows[0]?.passed ?? 0);
};

/** What a rebuild would go on with; undefined when it begins anew. */
export async function goesOnWith(
  { pool, projection, store, release }: Pick<FillingDeps, 'pool' | 'projection' | 'store' | 'release'>,
  live: Inspected | undefined,
): Promise<Standby | undefined> {
  const found = await loadStandby(pool, projection);
  if (found?.state !== 'filling') return undefined;
  if (found.filledWith !== filledBy(projection, release, await loadDiscarded(pool, projection))) return undefined;
  // Where nobody knows which letter is shown, a view may show this one.
  if (live?.letter === undefined && live?.missing.some((what) => what.includes(viewName(projection))) !== true)
    return undefined;
  return isOfLog(found.position, await store.head(), store.identity) ? found : undefined;
}

const WANTED: Readonly<Record<Exclude<StandbyState, 'filling'>, (name: string) => string>> = {
  held: (name) => `nothing is held of ${name}; \`projections rebuild ${name} --hold\` fills what can be promoted`,
  former: (name) =>
    `there is nothing of ${name} to roll back to: it wasn't rebuilt since, or its former tables are dropped`,
};

/** @throws NothingThere */
export async function expectStandby(
  { pool, projection, store }: Pick<FillingDeps, 'pool' | 'projection' | 'store'>,
  wanted: 'held' | 'former',
): Promise<Standby> {
  const found = await loadStandby(pool, projection);
  if (found?.state !== wanted) throw new NothingThere(WANTED[wanted](projection.name));
  if (!isOfLog(found.position, await store.head(), store.identity))
    throw new NothingThere(`the ${wanted} tables of ${projection.name} are of another log; rebuild it`);
  if (!leavesOut(found, await loadDiscarded(pool, projection)))
    throw new NothingThere(`an event of ${projection.name} was discarded that is in its ${wanted} tables; rebuild it`);
  return found;
}

/** A letter with its checkpoint and its parked events, without keeping readers waiting. */
export async function dropLetter(
  { pool, projection, log }: Pick<FillingDeps, 'pool' | 'projection' | 'log'>,
  letter: Letter,
  signal: AbortSignal,
  attempts?: number,
): Promise<void> {
  await retryOnLocks(
    { projection, log },
    signal,
    () =>
      transaction(pool, `BEGIN; SET LOCAL lock_timeout = '${SWITCH_LOCK_TIMEOUT}'`, (client) =>
        dropLetterIn(client, projection, letter),
      ),
    attempts,
  );
}

/** Also when the live projection ran ahead; ends with the signal, or when it was tried often enough. */
async function retryOnLocks<Result>(
  { log, projection }: Pick<FillingDeps, 'log' | 'projection'>,
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
