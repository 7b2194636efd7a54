import { mostRecent } from '../most-recent.js';
import { comparePositions } from '../ports/positions.js';
import type { Position } from '../ports/event-store.js';
import type { ReadModelProgress } from './progress.js';

/** How long a question, or a command's answer, waits for the lists, ms; then it goes on anyway. */
const SHOWN_WITHIN_MS = 300;
/** Users whose last write is remembered. */
const REMEMBERED = 50_000;

/** What was written last through this process, so that lists which are asked for next show it (docs/architecture.md "Read-your-writes"). */
export class OwnWrites {
  /** By user: whatever he wrote, by whichever API. */
  readonly #last = mostRecent<string, Position>(REMEMBERED);
  /** With what the last command of a dialect was answered. */
  #answered: Position | undefined;

  constructor(private readonly progress: ReadModelProgress) {}

  /** A command of his was answered, with this place in the log. */
  wrote(tenant: string, userId: string, position: Position): void {
    const key = keyOf(tenant, userId);
    this.#last.set(key, later(this.#last.get(key), position));
  }

  /** Waits, bounded, until the lists show what he wrote. */
  async shown(tenant: string, userId: string): Promise<void> {
    const last = this.#last.get(keyOf(tenant, userId));
    if (last !== undefined) await this.#passed(last);
  }

  /**
   * Before a command's answer, of an API whose callers tell each other and have no position to ask for. Where this process
   * serves alone, whoever asks next waits (`caughtUp`), and the answer doesn't; where there are others, who know nothing of the
   * command, the answer waits, bounded.
   */
  async answering(position: Position | undefined): Promise<void> {
    if (position === undefined) return;
    if (this.progress.isAlone) this.#answered = later(this.#answered, position);
    else await this.#passed(position);
  }

  /** Resolves, bounded, when the lists show whatever was answered before; undefined where nothing is to be waited for. */
  caughtUp(): Promise<void> | undefined {
    const answered = this.#answered;
    if (answered === undefined) return undefined;
    return this.#passed(answered).then((passed) => {
      if (passed && this.#answered === answered) this.#answered = undefined;
    });
  }

  #passed(position: Position): Promise<boolean> {
    return this.progress.waitFor(position, { timeoutMs: SHOWN_WITHIN_MS });
  }
}

/** Commands that overlap are answered in any order. */
const later = (one: Position | undefined, other: Position): Position =>
  one !== undefined && comparePositions(one, other) > 0 ? one : other;

const keyOf = (tenant: string, userId: string): string => JSON.stringify([tenant, userId]);
