import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.js';
import { fail } from './errors.js';

const WINDOW_MS = 15 * 60 * 1000;

/** Failures allowed within 15 minutes. By login alone many more, so that a stranger can't easily lock somebody out. */
const LIMITS = { loginFromAddress: 10, address: 100, login: 100 } as const;

interface Count {
  readonly since: number;
  readonly failures: number;
}

export interface Attempt {
  readonly tenant: string;
  /** Normalised. */
  readonly login: string;
  /** Where the caller is, as far as known. */
  readonly address?: string;
}

/**
 * Bounds guessing: counts failed logins in this process's memory, so a restart forgets them and with several processes
 * each allows as many.
 */
export class LoginAttempts {
  readonly #counts = new LRUCache<string, Count>({ max: 50_000 });

  constructor(private readonly clock: Clock) {}

  /** @throws ApplicationError TooManyAttempts */
  check(attempt: Attempt): void {
    const now = this.clock.now();
    for (const [key, limit] of keysOf(attempt)) {
      const { since, failures } = this.#countOf(key, now);
      if (failures >= limit) fail('TooManyAttempts', { retryAfterMs: since + WINDOW_MS - now });
    }
  }

  failed(attempt: Attempt): void {
    const now = this.clock.now();
    for (const [key] of keysOf(attempt)) {
      const { since, failures } = this.#countOf(key, now);
      this.#counts.set(key, { since, failures: failures + 1 });
    }
  }

  /** Who knows the password may mistype it again. */
  succeeded(attempt: Attempt): void {
    const [first] = keysOf(attempt);
    if (first !== undefined) this.#counts.delete(first[0]);
  }

  #countOf(key: string, now: number): Count {
    const count = this.#counts.get(key);
    return count !== undefined && now - count.since < WINDOW_MS ? count : { since: now, failures: 0 };
  }
}

const keysOf = ({ tenant, login, address = '' }: Attempt): readonly (readonly [string, number])[] => [
  [JSON.stringify([tenant, login, address]), LIMITS.loginFromAddress],
  [JSON.stringify([tenant, login]), LIMITS.login],
  ...(address === '' ? [] : [[JSON.stringify([address]), LIMITS.address] as const]),
];
