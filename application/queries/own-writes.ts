import { LRUCache } from 'lru-cache';
import { comparePositions } from '../ports/positions.js';
import type { Position } from '../ports/event-store.js';
import type { ReadModelProgress } from './progress.js';

/** How long a question waits for what its own caller wrote last, ms; then it is answered anyway. */
const OWN_WRITE_MS = 300;
/** Users whose last write is remembered. */
const REMEMBERED = 50_000;

/**
 * What each user wrote last through this process, by whichever API, so that his next question, to whichever API, is
 * answered from lists that show it (docs/architecture.md "Read-your-writes").
 */
export class OwnWrites {
  readonly #last = new LRUCache<string, Position>({ max: REMEMBERED });

  constructor(private readonly progress: ReadModelProgress) {}

  /** A command of his was answered, with this place in the log. */
  wrote(tenant: string, userId: string, position: Position): void {
    const key = keyOf(tenant, userId);
    const last = this.#last.get(key);
    // Commands that overlap are answered in any order.
    if (last === undefined || comparePositions(last, position) < 0) this.#last.set(key, position);
  }

  /** Waits, bounded, until the read models show what he wrote. */
  async shown(tenant: string, userId: string): Promise<void> {
    const last = this.#last.get(keyOf(tenant, userId));
    if (last !== undefined) await this.progress.waitFor(last, { timeoutMs: OWN_WRITE_MS });
  }
}

const keyOf = (tenant: string, userId: string): string => JSON.stringify([tenant, userId]);
