import type pg from 'pg';
import { pause } from '../../application/following/backoff.js';
import type { Stretch } from '../../application/following/stretch.js';
import type { Runner } from './apply.js';
import { applyToAll } from './apply-to-all.js';

/** So many events are a step; of fewer, more may gather first. */
const FULL_EVENTS = 4_000;
/** More than this at once mean load: then it rests, so that its steps are few and large. */
const BUSY_EVENTS = 8;
const REST_MS = 100;

/**
 * Feeds projections that nobody waits for, behind those that somebody does, with what has gathered meanwhile. Who reads is held
 * up only when it is a whole step behind.
 */
export class Lane {
  private gathered: Stretch | undefined;
  private working: Promise<void> | undefined;
  /** Tells who waits for it that what had gathered is being worked on, or won't be. */
  private begun: (() => void) | undefined;
  private failure: { readonly error: unknown } | undefined;

  /** @param onFailure is told at once; nothing is taken over any more */
  constructor(
    private readonly runners: readonly Runner[],
    private readonly pool: pg.Pool,
    private readonly signal: AbortSignal,
    private readonly onFailure: () => void,
  ) {}

  /** @throws what the lane has failed with: Rewound, Gap, GivenUp, Fenced */
  async take(stretch: Stretch): Promise<void> {
    if (this.runners.length === 0) return;
    if ((this.gathered?.events.length ?? 0) >= FULL_EVENTS)
      await new Promise<void>((resolve) => (this.begun = resolve));
    this.check();
    this.gathered = this.gathered?.with(stretch) ?? stretch;
    this.working ??= this.work();
  }

  /** When nothing is at work any more: to be called when the signal has fired. @throws what the lane has failed with */
  async ended(): Promise<void> {
    await this.working;
    this.check();
  }

  private check(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }

  private async work(): Promise<void> {
    try {
      for (;;) {
        const stretch = this.gathered;
        this.gathered = undefined;
        this.begun?.();
        this.begun = undefined;
        if (stretch === undefined || this.signal.aborted) break;
        await applyToAll(this.runners, this.pool, stretch, this.signal);
        if (stretch.events.length >= BUSY_EVENTS && stretch.events.length < FULL_EVENTS)
          await pause(REST_MS, this.signal);
      }
    } catch (error) {
      this.failure = { error };
      this.onFailure();
    } finally {
      this.working = undefined;
      this.gathered = undefined;
      this.begun?.();
    }
  }
}
