import { positionOf } from '../../application/ports/positions.js';
import type { ReadModelProgress } from '../../application/queries/progress.js';
import type { PageRequest } from '../../application/queries/page.js';
import type { PageQuery } from './dto/common.js';
import { Refused } from './problems.js';

/** How long a query waits for the read model to reach the position it asks for, ms. */
const PATIENCE_MS = 5_000;

/** Makes a query answer from at least the position that its caller names (`minPosition`). */
export class Freshness {
  constructor(
    private readonly progress: ReadModelProgress,
    private readonly storeIdentity: string,
  ) {}

  /** @throws Refused ReadModelBehind, InvalidRequest or CursorGone */
  async atLeast(minPosition: string | undefined): Promise<void> {
    if (minPosition === undefined) return;
    const position = positionOf(minPosition, this.storeIdentity);
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
