import type pg from 'pg';
import type { EventStore } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Telemetry } from '../../application/ports/telemetry.js';
import { GivenUp, Rewound, Runner } from './apply.js';
import { applyToAll, type Patience } from './apply-to-all.js';
import { type Busyness, threadBusyness } from './busyness.js';
import { Backoff, pause } from '../../application/following/backoff.js';
import { Lane } from './lane.js';
import { NotLeading } from '../../application/following/lead.js';
import { messageOf } from '../../application/following/errors.js';
import { Fenced } from './errors.js';
import type { PositionRow } from './inspect.js';
import { stopPastEnd } from './mend.js';
import type { Opener } from '../../application/following/open.js';
import { projectionKey, type Projection } from './projection.js';
import { follow } from '../../application/following/read.js';
import * as sql from './sql.js';
import { restAfter, type Rest, type Waits } from './wait.js';
import { LOOK_MS } from './watch.js';

const isUnawaited = ({ projection }: Runner): boolean => projection.unawaited === true;

export interface FeedOptions {
  readonly store: EventStore;
  readonly pool: pg.Pool;
  readonly projections: readonly Projection[];
  readonly log: Logger;
  /** Of the lead that the feed was begun with (`Lead`). */
  readonly confirm: () => Promise<void>;
  /** How often a stopped projection is looked at, milliseconds; default 1000. */
  readonly lookMs?: number;
  readonly telemetry?: Pick<Telemetry, 'projected'> | undefined;
  /** Of what it shares with commands and queries; default: of this process. */
  readonly busyness?: Busyness | undefined;
  /** How long the others wait for one whose step takes long, milliseconds; default 3000. */
  readonly patienceMs?: number | undefined;
}

/** More than a step takes on a machine under load, by far. */
const PATIENCE_MS = 3_000;

/** One reader for all projections that this process leads. */
export class Feed {
  private readonly stopping = new AbortController();
  private readonly runners: readonly Runner[];
  /** At work on a step that takes long, with what ends when it is done. */
  private readonly slow = new Map<Runner, Promise<void>>();
  private round: AbortController | undefined;
  private readonly running: Promise<void>;

  constructor(
    private readonly options: FeedOptions,
    private readonly opener: Opener,
    private readonly waits: Waits,
  ) {
    const { pool, log, store, confirm, telemetry } = options;
    this.runners = options.projections.map((projection) => {
      const key = projectionKey(projection);
      return new Runner({
        projection,
        pool,
        log,
        storeIdentity: store.identity,
        confirm,
        telemetry,
        onPosition: (position) => {
          waits.reached(key, position);
        },
      });
    });
    this.running = this.run();
  }

  isFeeding(key: string): boolean {
    return this.runners.some((runner) => runner.key === key && runner.loaded);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await Promise.all(this.slow.values());
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff(50, 2_000);
    while (!signal.aborted) {
      try {
        await stopPastEnd(this.options, this.options.projections, signal);
        for (const runner of this.runners) if (!this.slow.has(runner)) await runner.load();
        await this.read(signal, backoff);
      } catch (error) {
        if (signal.aborted) return;
        // The checkpoints say where to go on.
        if (error instanceof Rewound || error instanceof GivenUp || error instanceof Fenced) continue;
        if (!(error instanceof NotLeading))
          this.options.log.warn(
            { error: messageOf(error) },
            'the projections lost the event store and subscribe again',
          );
        await backoff.wait(signal);
      }
    }
  }

  /**
   * Reads from the lowest checkpoint until the source ends, the signal fires, a stopped projection may go on, or one whose step
   * took long has done it: from where that stands all is read again.
   */
  private async read(signal: AbortSignal, backoff: Backoff): Promise<void> {
    const round = new AbortController();
    this.round = round;
    const ended = AbortSignal.any([signal, round.signal]);
    const rechecking = this.recheck(ended, round);
    const going = this.runners.filter((runner) => runner.stopped === undefined && !this.slow.has(runner));
    const lane = new Lane(going.filter(isUnawaited), this.options.pool, ended, () => {
      round.abort();
    });
    try {
      const awaited = going.filter((runner) => !isUnawaited(runner));
      const [lowest] = going.map((runner) => runner.position).sort();
      if (lowest === undefined) {
        await rechecking;
        return;
      }
      const patience: Patience = {
        ms: this.options.patienceMs ?? PATIENCE_MS,
        leave: (runner, work) => {
          this.leave(runner, work);
        },
      };
      let workMs = 0;
      const { busyness = threadBusyness() } = this.options;
      const rest = (): Rest => restAfter(workMs, busyness());
      for await (const stretch of follow(this.options.store, lowest, this.opener, ended, (until) =>
        this.waits.rest(rest(), until),
      )) {
        const begun = performance.now();
        const keepingUp = awaited.filter((runner) => !this.slow.has(runner));
        await applyToAll(keepingUp, this.options.pool, stretch, ended, patience);
        await lane.take(stretch);
        workMs = performance.now() - begun;
        backoff.reset();
        if (going.every((runner) => runner.stopped !== undefined)) break;
      }
      if (!ended.aborted) await backoff.wait(ended);
    } finally {
      round.abort();
      await rechecking;
      await lane.ended();
    }
  }

  /** The others go on without it, until it is done. */
  private leave(runner: Runner, work: Promise<void>): void {
    this.options.log.warn({ projection: runner.key }, 'a projection takes long over a step: the others go on');
    const done = work
      // It says what troubles it by itself, and meets that again in the next round.
      .catch(() => undefined)
      .then(() => {
        this.slow.delete(runner);
        this.round?.abort();
      });
    this.slow.set(runner, done);
  }

  /** Whether a stopped projection may go on: a rebuild may have helped it. */
  private async recheck(ended: AbortSignal, round: AbortController): Promise<void> {
    while (!ended.aborted) {
      await pause(this.options.lookMs ?? LOOK_MS, ended);
      const stopped = this.runners.filter((runner) => runner.stopped !== undefined);
      if (stopped.length === 0 || ended.aborted) continue;
      try {
        const { rows } = await this.options.pool.query<PositionRow>(sql.ACTIVE_CHECKPOINTS);
        const moved = stopped.some((runner) => {
          const row = rows.find((each) => projectionKey(each) === runner.key);
          return row !== undefined && !runner.remembers(row);
        });
        if (moved) round.abort();
      } catch {
        // The database is away: asked again in a moment.
      }
    }
  }
}
