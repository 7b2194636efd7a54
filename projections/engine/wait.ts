import type { Position } from '../../application/ports/event-store.js';
import { pause } from '../../application/following/backoff.js';

interface Waiter {
  readonly position: Position;
  readonly missing: Set<string>;
  readonly settle: (reached: boolean) => void;
}

/** Milliseconds. */
export interface Rest {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

/**
 * Of a reader under load, after a step that took so long: a moment while there is time to spare, so that readers see what others
 * have written at once; up to five times as long as the step, a twentieth of a second at most, where there is none, as fewer and
 * larger steps leave more of it to commands. Who waits to see it ends the rest.
 * @param busy share of the time in which what it shares with commands was at work, 0 to 1
 */
export function restAfter(workMs: number, busy: number): Rest {
  const share = (5 * Math.max(0, busy - SPARE)) / (1 - SPARE);
  const atMostMs = Math.min(50, Math.max(5, share * workMs));
  return { atLeastMs: Math.min(25, atMostMs), atMostMs };
}

/** Busier than that, there is no time to spare. */
const SPARE = 0.75;

export interface WaitsOptions {
  /** Reads the checkpoints of projections fed elsewhere. */
  readonly poll: () => Promise<ReadonlyMap<string, string>>;
  /** Whether this process feeds the projection, and so is told of each of its steps. */
  readonly isFedHere: (key: string) => boolean;
  readonly pollMs: number;
}

/**
 * Who waits for the projections to have passed a position. Steps made in this process wake at once; for the others the
 * checkpoints are read, only while somebody waits, one read at a time for all.
 */
export class Waits {
  private readonly waiters = new Set<Waiter>();
  private readonly resting = new Set<AbortController>();
  private readonly known = new Map<string, string>();
  private polling = false;
  private closed = false;

  constructor(private readonly options: WaitsOptions) {}

  /** A projection stands here now; after a crash that may be further back than it was. */
  reached(key: string, position: string): void {
    this.known.set(key, position);
    for (const waiter of this.waiters) {
      if (position < waiter.position || !waiter.missing.delete(key)) continue;
      if (waiter.missing.size === 0) waiter.settle(true);
    }
  }

  /** False when the time is over first. */
  wait(position: Position, keys: readonly string[], timeoutMs: number): Promise<boolean> {
    const missing = new Set(
      keys.filter((key) => !(this.options.isFedHere(key) && (this.known.get(key) ?? '') >= position)),
    );
    if (missing.size === 0) return Promise.resolve(true);
    if (timeoutMs <= 0 || this.closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        missing,
        settle: (reached) => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => {
        waiter.settle(false);
      }, timeoutMs);
      this.waiters.add(waiter);
      for (const rest of this.resting) rest.abort();
      this.pollWhileNeeded();
    });
  }

  /** Lasts `atLeastMs`, and then until somebody waits, `atMostMs` in all; ends when aborted. */
  async rest({ atLeastMs, atMostMs }: Rest, signal: AbortSignal): Promise<void> {
    await pause(atLeastMs, signal);
    if (this.waiters.size > 0) return;
    const wanted = new AbortController();
    this.resting.add(wanted);
    try {
      await pause(atMostMs - atLeastMs, AbortSignal.any([signal, wanted.signal]));
    } finally {
      this.resting.delete(wanted);
    }
  }

  close(): void {
    this.closed = true;
    for (const waiter of [...this.waiters]) waiter.settle(false);
  }

  private needed(): boolean {
    for (const { missing } of this.waiters) for (const key of missing) if (!this.options.isFedHere(key)) return true;
    return false;
  }

  private pollWhileNeeded(): void {
    if (this.polling) return;
    this.polling = true;
    void this.pollLoop();
  }

  /** Goes on while anybody waits: who feeds what may change under a waiter. */
  private async pollLoop(): Promise<void> {
    while (this.waiters.size > 0) {
      if (this.needed()) {
        try {
          for (const [key, position] of await this.options.poll())
            if (!this.options.isFedHere(key)) this.reached(key, position);
        } catch {
          // The database is away: waiters run into their own deadline.
        }
      }
      await new Promise((resolve) => setTimeout(resolve, this.options.pollMs));
    }
    this.polling = false;
  }
}
