import type pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import type { Telemetry } from '../../application/ports/telemetry.js';
import { isPositionOf } from '../../application/ports/positions.js';
import { Backoff } from '../../application/following/backoff.js';
import {
  isSameRow,
  judgeLive,
  loadActive,
  loadParked,
  sayStopped,
  setAside,
  takeStepAlone,
  type Checkpoint,
  type CheckpointRow,
  type Step,
} from './checkpoint.js';
import { blamesEvent, Gap, messageOf, nameOf } from '../../application/following/errors.js';
import { type Discarded, loadDiscarded } from './discarded.js';
import { blamesTables, Fenced, FOREIGN_CHECKPOINT, ProjectionUnfit } from './errors.js';
import { notFed } from './pause.js';
import type { OpenedEvent } from '../../application/following/open.js';
import { projectionKey, type Projection } from './projection.js';
import { findNewer } from './plan.js';
import type { Stretch } from '../../application/following/stretch.js';

/** The checkpoint went back (the database crashed before it was on disk): what lies between must be read again. */
export class Rewound extends Error {
  override readonly name = 'Rewound';
}

/** Told to stop before a stretch was passed: whoever reads must not go on to the next. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

export interface RunnerOptions {
  readonly projection: Projection;
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Of the event store: a checkpoint of another store stops the projection. */
  readonly storeIdentity: string;
  /** Resolves when this process has led up to now (`Lead`): a checkpoint that it read before is its own to move. */
  readonly confirm: () => Promise<void>;
  readonly onPosition: (position: string) => void;
  /** Is told of each step over events that concern it. */
  readonly telemetry?: Pick<Telemetry, 'projected'> | undefined;
}

/** Feeds one projection's live letter. */
export class Runner {
  readonly key: string;
  readonly projection: Projection;
  /** Why it doesn't go on; undefined while it does. */
  stopped: string | undefined;
  /** Whether it has read where it stands. */
  loaded = false;
  private checkpoint: Checkpoint | undefined;
  /** What the database said where there is nothing to stand on. */
  private unfitAt: CheckpointRow | undefined;
  private parked = new Map<string, number>();
  private discarded: Discarded = new Set();
  private readonly backoff = new Backoff();

  constructor(private readonly options: RunnerOptions) {
    this.projection = options.projection;
    this.key = projectionKey(options.projection);
  }

  get position(): string {
    return this.checkpoint?.position ?? '';
  }

  /** Whether the database still says what this runner remembers. */
  remembers(row: CheckpointRow): boolean {
    return this.checkpoint?.is(row) ?? (this.unfitAt !== undefined && isSameRow(this.unfitAt, row));
  }

  /**
   * Reads where the projection stands; also after somebody else moved it.
   * @throws NotLeading, Fenced when it is moved meanwhile
   */
  async load(): Promise<void> {
    const { pool, storeIdentity, confirm } = this.options;
    let checkpoint: Checkpoint;
    try {
      checkpoint = await loadActive(pool, this.projection);
    } catch (error) {
      if (!(error instanceof ProjectionUnfit)) throw error;
      this.waitUntilMended(error);
      return;
    }
    const parked = await loadParked(pool, this.projection, checkpoint.letter);
    const why = await notFed(pool, this.projection);
    const discarded = await loadDiscarded(pool, this.projection);
    await confirm();
    this.parked = parked;
    this.discarded = discarded;
    this.checkpoint = checkpoint;
    // Whoever lets it go on gives the checkpoint its next epoch, so it is read again.
    this.stopped = why;
    if (why !== undefined) this.options.log.info({ projection: this.key }, `a projection is not fed: ${why}`);
    const foreign = this.position !== '' && !isPositionOf(this.position, storeIdentity);
    if (foreign) {
      await this.stop(checkpoint, FOREIGN_CHECKPOINT);
      this.options.log.error({ projection: this.key }, `a projection is stopped: ${FOREIGN_CHECKPOINT}`);
    }
    this.loaded = true;
    // Positions of two stores can't be compared: in this one's log it stands before the first event.
    this.options.onPosition(foreign ? '' : this.position);
  }

  /** Goes on when it is loaded again, after a rebuild has moved the checkpoint or another start has made one. */
  private waitUntilMended({ reason, checkpoint }: ProjectionUnfit): void {
    if (this.stopped !== reason) this.options.log.error({ projection: this.key }, `a projection is stopped: ${reason}`);
    this.checkpoint = undefined;
    this.unfitAt = checkpoint;
    this.stopped = reason;
    this.loaded = true;
    this.options.onPosition('');
  }

  /**
   * Applies what of a stretch lies behind its checkpoint. Returns when that is committed, or the runner has stopped.
   * @throws Rewound, Gap, GivenUp when the signal fired first
   */
  async apply(stretch: Stretch, signal: AbortSignal): Promise<void> {
    while (this.needs(stretch)) {
      if (signal.aborted) throw new GivenUp(`${this.key} was told to stop`);
      try {
        await this.applyUpToNewerSchema(stretch);
        this.backoff.reset();
      } catch (error) {
        if (error instanceof Gap) throw error;
        await this.recover(error, signal);
      }
    }
  }

  /** Whether it goes on, and some of the events lie behind its checkpoint. @throws Gap */
  needs(stretch: Stretch): boolean {
    return this.stopped === undefined && stretch.behind(this.position).events.length > 0;
  }

  /** The step over a stretch of which it handles nothing; undefined where it handles something. @throws Gap */
  stepPast(stretch: Stretch): Step | undefined {
    if (stretch.events.some(({ stored }) => this.projection.handles[stored.type] !== undefined)) return undefined;
    return judgeLive(this.standing(), stretch, () => false, this.discarded);
  }

  /** It stands there now, as the database said when it took a step. */
  stands(at: Checkpoint): void {
    if (at.projection !== this.projection) throw new TypeError(`not where ${this.key} stands`);
    this.checkpoint = at;
    this.options.onPosition(at.position);
  }

  private standing(): Checkpoint {
    if (this.checkpoint === undefined) throw new Error(`${this.key} doesn't know where it stands`);
    return this.checkpoint;
  }

  private async applyUpToNewerSchema(stretch: Stretch): Promise<void> {
    const due = stretch.behind(this.position);
    const newer = findNewer(this.projection, due.events);
    if (newer === undefined) return this.applySome(due);
    if (newer.index > 0) await this.applySome(due.first(newer.index));
    await this.stop(this.standing(), newer.error.message);
    this.options.log.error(
      { projection: this.key, event: newer.error.event, schemaVersion: newer.error.schemaVersion },
      'a projection stopped at an event of a newer schema',
    );
  }

  /** Halves a stretch that fails until the event to blame stands alone; what is before it is committed. */
  private async applySome(stretch: Stretch): Promise<void> {
    try {
      await this.commit(judgeLive(this.standing(), stretch, (stream) => this.parked.has(stream), this.discarded));
    } catch (error) {
      if (error instanceof Fenced || error instanceof Gap || !blamesEvent(error)) throw error;
      if (stretch.events.length === 1) return this.commit(setAside(this.standing(), stretch, error), error);
      for (const half of stretch.halves()) await this.applySome(half);
    }
  }

  /** @param reason of what the step sets aside, where reading it wasn't the trouble */
  private async commit(step: Step, reason?: unknown): Promise<void> {
    const begun = performance.now();
    this.stands(await takeStepAlone(this.options.pool, step));
    const { telemetry } = this.options;
    if (telemetry !== undefined && step.events.length > 0) {
      const traced = step.events.map(({ envelope }) => envelope);
      telemetry.projected(this.projection.name, traced, (performance.now() - begun) / 1_000);
    }
    for (const { opened, error } of step.parked) {
      if (error !== null) this.logParked(opened, reason ?? opened.failure);
      if (!this.parked.has(opened.stored.stream)) this.parked.set(opened.stored.stream, opened.stored.revision);
    }
  }

  /** The reason's text may quote the payload, so it goes into the table only. */
  private logParked(opened: OpenedEvent, error: unknown): void {
    const reason = error instanceof Error ? error.name : typeof error;
    this.options.log.error(
      { projection: this.key, event: nameOf(opened.stored), reason },
      'an event can not be applied: its stream is parked for this projection',
    );
  }

  /** Reads where the projection stands until that works. @throws Rewound, GivenUp */
  private async recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (blamesTables(error)) return this.stopBroken(error);
    const before = this.position;
    let trouble = error;
    for (;;) {
      if (!(trouble instanceof Fenced)) {
        this.options.log.warn({ projection: this.key, error: messageOf(trouble) }, 'a projection tries again');
        await this.backoff.wait(signal);
      }
      if (signal.aborted) throw new GivenUp(`${this.key} was told to stop`);
      try {
        await this.load();
        break;
      } catch (failure) {
        trouble = failure;
      }
    }
    if (this.position < before) throw new Rewound(`${this.key} went back`);
    if (error instanceof Fenced)
      this.options.log.info(
        { projection: this.key, position: this.position },
        'a checkpoint was moved by somebody else',
      );
  }

  private async stopBroken(error: unknown): Promise<void> {
    const reason = messageOf(error);
    this.options.log.error({ projection: this.key, error: reason }, 'a projection is broken and stopped');
    this.stopped = reason;
    // Where even this fails, the process at least knows; the next leader finds out for itself.
    if (this.checkpoint) await this.stop(this.checkpoint, reason).catch(() => undefined);
  }

  private async stop(at: Checkpoint, reason: string): Promise<void> {
    await sayStopped(this.options.pool, at, reason);
    this.stopped = reason;
  }
}
