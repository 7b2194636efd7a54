import type pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { pause } from '../../application/following/backoff.js';
import { messageOf } from '../../application/following/errors.js';
import { inspect, unreadable, type Inspected } from './inspect.js';
import { projectionKey, type Projection } from './projection.js';
import { retried } from './retried.js';

/** Milliseconds; a fifth of it while something may become readable. */
export const LOOK_MS = 1_000;

/**
 * Knows, in every process, which projections may not be read now, so that each query needn't ask the database. While that
 * doesn't answer, what was known last goes on.
 */
export class Watch {
  private reasons: ReadonlyMap<string, string> = new Map();
  private watching: Promise<void> | undefined;
  private looks = 0;
  /** The look that `reasons` is of: a slower one that was begun earlier doesn't count. */
  private newest = 0;

  constructor(
    private readonly options: {
      readonly pool: pg.Pool;
      readonly projections: readonly Projection[];
      readonly log: Logger;
      readonly lookMs?: number;
    },
    private readonly signal: AbortSignal,
  ) {}

  unreadable(view: string): string | undefined {
    return this.reasons.get(view);
  }

  /** Resolves when it has looked once. */
  async begin(): Promise<void> {
    await this.look();
    this.watching ??= this.goOn();
  }

  async ended(): Promise<void> {
    await this.watching;
  }

  /** Gives what it found. Whoever was told of it is told the same by `unreadable`. */
  async look(): Promise<readonly Inspected[]> {
    const look = ++this.looks;
    const found = await retried(() => inspect(this.options.pool, this.options.projections), 5);
    if (look < this.newest) return found;
    this.newest = look;
    this.reasons = new Map(
      found.flatMap((each) => {
        const reason = unreadable(each);
        return reason === undefined ? [] : [[projectionKey(each.projection), reason]];
      }),
    );
    return found;
  }

  private async goOn(): Promise<void> {
    while (!this.signal.aborted) {
      const lookMs = this.options.lookMs ?? LOOK_MS;
      await pause(this.reasons.size > 0 ? lookMs / 5 : lookMs, this.signal);
      if (this.signal.aborted) return;
      try {
        await this.look();
      } catch (error) {
        this.options.log.debug({ error: messageOf(error) }, 'the read side could not be looked at');
      }
    }
  }
}
