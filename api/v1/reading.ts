import { LRUCache } from 'lru-cache';
import type { Position } from '../../application/ports/event-store.js';
import { positionOf } from '../../application/ports/positions.js';
import type { ReadModelProgress } from '../../application/queries/progress.js';
import type { PageRequest } from '../../application/queries/page.js';
import type { PageQuery } from './dto/common.js';
import type { Caller } from './caller.js';
import { Refused } from './problems.js';

/** How long a query waits for the read model to reach the position it asks for, ms. */
const PATIENCE_MS = 5_000;

/** How long a query waits for what its own caller wrote last through this process, ms; then it answers anyway. */
const OWN_WRITE_MS = 300;
/** Callers whose last write is remembered. */
const REMEMBERED = 50_000;

/**
 * Makes a query answer from at least the position that its caller names (`minPosition`) and, without one, from at least
 * what he last wrote through this process (ARCHITECTURE "Read-your-writes").
 */
export class Freshness {
  readonly #lastWrites = new LRUCache<string, Position>({ max: REMEMBERED });

  constructor(
    private readonly progress: ReadModelProgress,
    private readonly storeIdentity: string,
  ) {}

  /** The caller was answered with this position. */
  wrote(caller: Caller, position: string): void {
    this.#lastWrites.set(keyOf(caller), positionOf(position, this.storeIdentity));
  }

  /** @throws Refused ReadModelBehind; ForeignPosition */
  async atLeast(minPosition: string | undefined, caller: Caller): Promise<void> {
    if (minPosition === undefined) {
      const own = this.#lastWrites.get(keyOf(caller));
      if (own !== undefined) await this.progress.waitFor(own, { timeoutMs: OWN_WRITE_MS });
      return;
    }
    const position = positionOf(minPosition, this.storeIdentity);
    if (!(await this.progress.waitFor(position, { timeoutMs: PATIENCE_MS }))) throw new Refused('ReadModelBehind');
  }
}

const keyOf = ({ tenant, actor }: Caller): string => JSON.stringify([tenant, actor?.id]);

/** The latest moment that ECMAScript can name (year 275760). */
const LAST_MOMENT = 8.64e15;

/** RFC 3339, UTC. */
export const isoTime = (ms: number): string => new Date(Math.min(ms, LAST_MOMENT)).toISOString();

export const pageRequest = ({ limit, cursor }: PageQuery): PageRequest => ({
  limit,
  ...(cursor === undefined ? {} : { cursor }),
});
