import type { Logger } from '../application/ports/logger.js';
import type { Subject } from './serialization/keys/key-ring.js';

/** How soon an erasure by another process is known here, ms. */
const LOOK_MS = 5_000;
/** How often those are gone on with that were begun and not finished, ms. */
const RESUME_MS = 30_000;

export interface ErasureWatchOptions {
  readonly ofLate: () => Promise<readonly Subject[]>;
  /** Whoever remembers something of him lets go of it; told again, it changes nothing. */
  readonly forget: (person: Subject) => void;
  /** Goes on with what was begun. */
  readonly resume: () => Promise<void>;
  readonly log: Logger;
  readonly lookMs?: number;
}

/** Learns in every server who is erased, whichever did it, and finishes what one that is gone has begun. */
export class ErasureWatch {
  #timer: NodeJS.Timeout | undefined;
  #resumedAt = -RESUME_MS;
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(private readonly options: ErasureWatchOptions) {}

  start(): void {
    this.#looking = this.#look();
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { ofLate, forget, resume, log, lookMs = LOOK_MS } = this.options;
    try {
      for (const person of await ofLate()) forget(person);
      const now = performance.now();
      if (now - this.#resumedAt >= RESUME_MS) {
        await resume();
        this.#resumedAt = now;
      }
    } catch (error) {
      log.warn({ err: error }, 'who was erased of late is not known now; asked again soon');
    }
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, lookMs);
    this.#timer.unref();
  }
}
