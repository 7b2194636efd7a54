import type pg from 'pg';
import type { LostKey } from '../../application/ports/envelope.js';
import { EventStoreUnavailable, type EventStore } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { parsePosition } from '../../application/ports/positions.js';
import { Backoff } from '../../application/following/backoff.js';
import { allDone } from './apply-to-all.js';
import type { Opener } from '../../application/following/open.js';
import { fraction, replay } from '../../application/following/read.js';
import { isNoRoom, NoRoom, NothingThere } from './errors.js';
import { dropLetter, Filling, NEAR } from './filling.js';
import type { Letter, Projection } from './projection.js';
import { RebuildLock } from './rebuild-lock.js';
import { loadStandby, shareOf } from './standby.js';

export interface RebuildProgress {
  /** Events read so far, of all types. */
  readonly done: number;
  /** Events to read altogether, estimated from positions until it is complete. */
  readonly total: number;
  /** 0 … 100 */
  readonly percent: number;
  /** Events per second since the start. */
  readonly rate: number;
  readonly phase: 'filling' | 'indexing' | 'catchingUp' | 'switched' | 'held';
}

export interface RebuildResult {
  /** That was filled. */
  readonly letter: Letter;
  /** Whether readers see it now, or it waits for a promotion. */
  readonly shown: boolean;
  /** That it was filled with, before and now. */
  readonly events: number;
  readonly milliseconds: number;
  readonly position: string;
  /** Where it went on that was broken off, 0 … 100. */
  readonly wentOnFrom?: number;
}

/** What came of one of several. */
export type RebuildOutcome = { readonly name: string } & (
  { readonly result: RebuildResult } | { readonly error: unknown }
);

export interface ShowOptions {
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Stops between two batches; the readers keep the letter they have. */
  readonly signal?: AbortSignal;
}

export interface RebuildOptions extends ShowOptions {
  /** Fills and doesn't show: that is for a promotion. */
  readonly hold?: boolean;
  /** Begins from nothing, though a rebuild was broken off that could go on. */
  readonly afresh?: boolean;
  /** Told of each that goes on where it was broken off, 0 … 100. */
  readonly onGoingOn?: (name: string, percent: number) => void;
  /** Told of each as it ends. */
  readonly onOutcome?: (outcome: RebuildOutcome) => void;
  /**
   * Called for an event whose personal data can't be read because a key is gone; when it has made that readable (as
   * erased), the event is read again. Without it the rebuild stops there.
   */
  readonly onLostKey?: (key: LostKey) => Promise<void>;
}

export interface RebuildDeps {
  readonly projections: readonly Projection[];
  readonly store: EventStore;
  /** Opens what any of them handles. */
  readonly opener: Opener;
  readonly pool: pg.Pool;
  readonly lockUrl: string;
  readonly log: Logger;
  readonly release: string;
}

const ATTEMPTS = 10;

/**
 * Fills the other letter of each from history, all with one read of the log, while the live ones go on being fed and read;
 * then re-points the views. One that was broken off goes on from its checkpoint. It needs nothing of schema `read` to be
 * there: what is missing is made. One that fails stops there (PoisonedEvent, NewerSchema, NoRoom, RebuildRunning,
 * DiscardedMeanwhile), its live letter untouched, and the others go on.
 * @throws the signal's reason
 */
export async function rebuildAll(deps: RebuildDeps, options: RebuildOptions = {}): Promise<readonly RebuildOutcome[]> {
  const lock = await RebuildLock.open(deps.lockUrl, 'rebuild');
  try {
    const signal = options.signal ? AbortSignal.any([options.signal, lock.signal]) : lock.signal;
    return await new Rebuild(deps, options, signal).run(lock);
  } finally {
    await lock.close();
  }
}

/**
 * Shows the tables that a rebuild holds, or those that were shown before: brings them up to the end of the log first.
 * @throws NothingThere, RebuildRunning, PoisonedEvent, NewerSchema (readers keep what they have)
 */
export async function show(
  deps: RebuildDeps & { readonly projections: readonly [Projection] },
  wanted: 'held' | 'former',
  options: ShowOptions = {},
): Promise<RebuildResult> {
  const lock = await RebuildLock.open(deps.lockUrl, wanted === 'held' ? 'promote' : 'rollback');
  try {
    const signal = options.signal ? AbortSignal.any([options.signal, lock.signal]) : lock.signal;
    const [projection] = deps.projections;
    await lock.take(projection);
    const filling = await Filling.of({ ...deps, projection }, signal, wanted);
    return await new Rebuild(deps, options, signal).show(filling);
  } finally {
    await lock.close();
  }
}

/** Drops the tables that aren't shown, whatever they are there for. @throws NothingThere, RebuildRunning */
export async function drop(
  deps: Pick<RebuildDeps, 'pool' | 'lockUrl' | 'log'> & { readonly projection: Projection },
  signal: AbortSignal,
): Promise<Letter> {
  const { pool, projection } = deps;
  const lock = await RebuildLock.open(deps.lockUrl, 'drop');
  try {
    await lock.take(projection);
    const standby = await loadStandby(pool, projection);
    if (standby === undefined) throw new NothingThere(nothingToDrop(projection));
    await dropLetter(deps, standby.letter, AbortSignal.any([signal, lock.signal]));
    return standby.letter;
  } finally {
    await lock.close();
  }
}

export const nothingToDrop = ({ name }: Projection): string => `${name} has no tables but those that readers see`;

/** Several fillings behind one reader of the log. */
class Rebuild {
  private readonly started = performance.now();
  private readonly outcomes: RebuildOutcome[] = [];
  private readonly begun: Filling[] = [];
  private readonly failed = new Set<Filling>();
  /** Events read before this run, by the one that is furthest back, and in this run. */
  private before = 0;
  private done = 0;
  private firstOrdinal: bigint | undefined;
  private readonly from = new Map<string, number>();

  constructor(
    private readonly deps: RebuildDeps,
    private readonly options: RebuildOptions,
    private readonly signal: AbortSignal,
  ) {}

  async run(lock: RebuildLock): Promise<readonly RebuildOutcome[]> {
    const { projections } = this.deps;
    const head = await this.deps.store.head();
    for (const projection of projections)
      await this.outcomeOf(projection, undefined, async () => {
        await lock.take(projection);
        const filling = await Filling.begin({ ...this.deps, projection }, this.signal, this.options.afresh === true);
        this.add(filling, head);
      });
    while (this.going.length > 0 && (await this.readOn('filling')) > NEAR);
    for (const filling of this.going)
      await this.outcomeOf(filling.projection, filling, async () => {
        this.report('indexing', 1);
        await filling.makeReadable();
      });
    while (this.going.length > 0 && (await this.readOn('catchingUp')) > NEAR);
    for (const filling of this.going)
      await this.outcomeOf(filling.projection, filling, async () => {
        if (this.options.hold === true) await filling.hold();
        else await filling.switchOver(() => this.catchUp(filling));
        this.tell({ name: filling.projection.name, result: this.resultOf(filling, this.options.hold !== true) });
      });
    return this.outcomes;
  }

  async show(filling: Filling): Promise<RebuildResult> {
    this.add(filling, await this.deps.store.head());
    await filling.switchOver(() => this.catchUp(filling));
    this.report('switched', 1);
    return this.resultOf(filling, true);
  }

  private get going(): readonly Filling[] {
    return this.begun.filter((filling) => !this.failed.has(filling));
  }

  private add(filling: Filling, head: string | undefined): void {
    this.before = this.begun.length === 0 ? filling.passed : Math.min(this.before, filling.passed);
    if (filling.passed > 0) this.firstOrdinal = 0n;
    this.begun.push(filling);
    if (!filling.goesOn) return;
    const percent = percentOf(shareOf(filling.position, head));
    this.from.set(filling.key, percent);
    this.options.onGoingOn?.(filling.projection.name, percent);
  }

  /** Does one's part; where that fails, the others go on without it. */
  private async outcomeOf(
    projection: Projection,
    filling: Filling | undefined,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (failure) {
      // What was told to stop has not failed.
      this.signal.throwIfAborted();
      const noRoom = isNoRoom(failure);
      if (noRoom) await filling?.giveRoomBack();
      if (filling !== undefined) this.failed.add(filling);
      this.tell({ name: projection.name, error: noRoom ? new NoRoom(failure) : failure });
    }
  }

  private tell(outcome: RebuildOutcome): void {
    this.outcomes.push(outcome);
    if ('result' in outcome && this.outcomes.length === this.deps.projections.length)
      this.report(outcome.result.shown ? 'switched' : 'held', 1);
    this.options.onOutcome?.(outcome);
  }

  private resultOf(filling: Filling, shown: boolean): RebuildResult {
    const wentOnFrom = this.from.get(filling.key);
    return {
      letter: filling.letter,
      shown,
      events: filling.passed,
      milliseconds: Math.round(performance.now() - this.started),
      position: filling.position,
      ...(wentOnFrom === undefined ? {} : { wentOnFrom }),
    };
  }

  /** Until one is so near to the end that the rest can be applied in its switch. */
  private async catchUp(filling: Filling): Promise<void> {
    while ((await this.read([filling], 'catchingUp', (one, stretch) => one.write(stretch))) > NEAR);
  }

  private readOn(phase: 'filling' | 'catchingUp'): Promise<number> {
    return this.read(this.going, phase, (filling, stretch) =>
      this.outcomeOf(filling.projection, filling, () => filling.write(stretch)),
    );
  }

  /** Reads to where the store ends now, over interruptions of the store; gives the number of events. */
  private async read(
    fillings: readonly Filling[],
    phase: 'filling' | 'catchingUp',
    write: (filling: Filling, stretch: Parameters<Filling['write']>[0]) => Promise<void>,
  ): Promise<number> {
    const { store, opener } = this.deps;
    const before = this.done;
    const backoff = new Backoff();
    for (let attempt = 1; ; attempt++) {
      try {
        const head = await store.head();
        for await (const stretch of replay(store, lowestOf(fillings), opener, this.signal)) {
          const [first] = stretch.events;
          if (first) this.firstOrdinal ??= parsePosition(first.stored.position).ordinal;
          const still = fillings.filter((filling) => !this.failed.has(filling));
          await allDone(still.map((filling) => write(filling, stretch)));
          this.signal.throwIfAborted();
          this.done += stretch.events.length;
          this.report(phase, fraction(this.firstOrdinal, stretch.to, head));
          attempt = 1;
          if (fillings.every((filling) => this.failed.has(filling))) break;
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

  private report(phase: RebuildProgress['phase'], share: number): void {
    const seconds = Math.max((performance.now() - this.started) / 1000, 0.001);
    const done = this.before + this.done;
    const isEnd = phase === 'switched' || phase === 'held';
    this.options.onProgress?.({
      done,
      total: isEnd ? done : Math.max(done, Math.round(done / Math.max(share, 1e-6))),
      percent: percentOf(share),
      rate: Math.round(this.done / seconds),
      phase,
    });
  }
}

const percentOf = (share: number): number => Math.floor(share * 1000) / 10;

const lowestOf = (fillings: readonly Filling[]): string => fillings.map(({ position }) => position).sort()[0] ?? '';
