import type pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { pause } from './backoff.js';
import { messageOf } from './errors.js';
import { inspect, unreadable } from './inspect.js';
import { projectionKey, type Projection } from './projection.js';

/** Milliseconds; a fifth of it while something may become readable. */
export const LOOK_MS = 1_000;

/**
 * Knows, in every process, which projections may not be read now, so that each query needn't ask the database. While that
 * doesn't answer, what was known last goes on.
 */
export class Watch {
  private reasons: ReadonlyMap<string, string> = new Map();
  private watching: Promise<void> | undefined;

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

  async look(): Promise<void> {
    const found = await inspect(this.options.pool, this.options.projections);
    this.reasons = new Map(
      found.flatMap((each) => {
        const reason = unreadable(each);
        return reason === undefined ? [] : [[projectionKey(each.projection), reason]];
      }),
    );
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
