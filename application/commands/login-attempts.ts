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
  /** Whose password is tried. */
  readonly login: string;
  /** Where the caller is, as far as known. */
  readonly address?: string;
}

/**
 * Bounds guessing: counts failed logins in this process's memory, so a restart forgets them and with several processes
 * each allows as many. An attempt counts against its login from its start, so that guesses sent together are bounded too;
 * against its address only once it failed, since many people may share one.
 */
export class LoginAttempts {
  readonly #counts = new LRUCache<string, Count>({ max: 50_000 });

  constructor(private readonly clock: Clock) {}

  /** To be followed by `failed`, `succeeded` or `withdrawn`. @throws ApplicationError TooManyAttempts */
  begin(attempt: Attempt): void {
    const now = this.clock.now();
    for (const { key, limit } of [...loginKeys(attempt), ...addressKeys(attempt)]) {
      const { since, failures } = this.#countOf(key, now);
      if (failures >= limit) fail('TooManyAttempts', { retryAfterMs: since + WINDOW_MS - now });
    }
    for (const { key } of loginKeys(attempt)) this.#add(key, 1, now);
  }

  failed(attempt: Attempt): void {
    for (const { key } of addressKeys(attempt)) this.#add(key, 1, this.clock.now());
  }

  /** It came to no answer: the server's trouble, not the caller's. */
  withdrawn(attempt: Attempt): void {
    for (const { key } of loginKeys(attempt)) this.#add(key, -1, this.clock.now());
  }

  /** Who knows the password may mistype it again; what others got wrong still counts. */
  succeeded(attempt: Attempt): void {
    const [own, ...shared] = loginKeys(attempt);
    if (own !== undefined) this.#counts.delete(own.key);
    for (const { key } of shared) this.#add(key, -1, this.clock.now());
  }

  #add(key: string, change: number, now: number): void {
    const { since, failures } = this.#countOf(key, now);
    this.#counts.set(key, { since, failures: Math.max(0, failures + change) });
  }

  #countOf(key: string, now: number): Count {
    const count = this.#counts.get(key);
    return count !== undefined && now - count.since < WINDOW_MS ? count : { since: now, failures: 0 };
  }
}

interface Counted {
  readonly key: string;
  readonly limit: number;
}

const loginKeys = ({ tenant, login, address = '' }: Attempt): readonly Counted[] => [
  { key: JSON.stringify([tenant, login, address]), limit: LIMITS.loginFromAddress },
  { key: JSON.stringify([tenant, login]), limit: LIMITS.login },
];

const addressKeys = ({ address }: Attempt): readonly Counted[] =>
  address === undefined ? [] : [{ key: JSON.stringify([address]), limit: LIMITS.address }];
