import type { EventStore } from '../../application/ports/event-store.js';
import { comparePositions, ForeignPosition, positionOf } from '../../application/ports/positions.js';
import type { OwnWrites } from '../../application/queries/own-writes.js';
import type { ReadModelProgress } from '../../application/queries/progress.js';
import type { PageRequest } from '../../application/queries/page.js';
import type { PageQuery } from './dto/common.js';
import type { Caller } from './caller.js';
import { Refused } from './problems.js';

/** How long a query waits for the read model to reach the position it asks for, ms. */
const PATIENCE_MS = 5_000;

/**
 * Makes a query answer from at least the position that its caller names (`minPosition`) and, without one, from at least
 * what he last wrote through this process (docs/architecture.md "Read-your-writes").
 */
export class Freshness {
  constructor(
    private readonly progress: ReadModelProgress,
    private readonly store: Pick<EventStore, 'identity' | 'head'>,
    private readonly ownWrites: Pick<OwnWrites, 'shown'>,
  ) {}

  /** From all that was in the log when this was asked, whoever wrote it. @throws Refused ReadModelBehind */
  async everything(projection: string): Promise<void> {
    const head = await this.store.head();
    const wait = { timeoutMs: PATIENCE_MS, projections: [projection] };
    if (head !== undefined && !(await this.progress.waitFor(head, wait))) throw new Refused('ReadModelBehind');
  }

  /**
   * A position that the log has not reached is none that a command of this log returned: it was of a log that a backup has
   * replaced, and nobody waits for it.
   * @throws Refused ReadModelBehind; ForeignPosition
   */
  async atLeast(minPosition: string | undefined, caller: Caller): Promise<void> {
    if (minPosition === undefined) {
      if (caller.actor !== undefined) await this.ownWrites.shown(caller.tenant, caller.actor.id);
      return;
    }
    const position = positionOf(minPosition, this.store.identity);
    if (await this.progress.waitFor(position, { timeoutMs: 0 })) return;
    const head = await this.store.head();
    if (head === undefined || comparePositions(position, head) > 0)
      throw new ForeignPosition('a position that the log has not reached');
    if (!(await this.progress.waitFor(position, { timeoutMs: PATIENCE_MS }))) throw new Refused('ReadModelBehind');
  }
}

/** The latest moment that ECMAScript can name (year 275760). */
const LAST_MOMENT = 8.64e15;

/** RFC 3339, UTC. */
export const isoTime = (ms: number): string => new Date(Math.min(ms, LAST_MOMENT)).toISOString();

export const pageRequest = ({ limit, cursor }: PageQuery): PageRequest => ({
  limit,
  ...(cursor === undefined ? {} : { cursor }),
});
