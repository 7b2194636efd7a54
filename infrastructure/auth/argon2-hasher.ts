import { hash, verify } from '@node-rs/argon2';
import { fail } from '../../application/commands/errors.js';
import type { PasswordHasher } from '../../application/ports/credentials.js';

export interface Argon2Cost {
  /** KiB. */
  readonly memoryCost: number;
  /** Passes over it. */
  readonly timeCost: number;
}

/** OWASP's first choice for argon2id, with one lane. */
const RECOMMENDED: Argon2Cost = { memoryCost: 19_456, timeCost: 2 };

/** `Algorithm.Argon2id`: a const enum, which isolated modules can't read. */
const ARGON2ID = 2;

/** Hashings that may wait for the few threads there are: each takes tens of milliseconds and 19 MiB. */
const MOST_WAITING = 200;

export class Argon2Hasher implements PasswordHasher {
  /** Of a password that nobody has: verified against where there is no login. */
  #decoy: Promise<string> | undefined;
  #waiting = 0;

  constructor(private readonly cost: Argon2Cost = RECOMMENDED) {}

  hash(password: string): Promise<string> {
    return this.#admitted(() => hash(password, { ...this.cost, algorithm: ARGON2ID, parallelism: 1, outputLen: 32 }));
  }

  verify(phc: string, password: string): Promise<boolean> {
    // No PHC string: no password belongs to it.
    return this.#admitted(() => verify(phc, password).catch(() => false));
  }

  async waste(password: string): Promise<void> {
    this.#decoy ??= this.hash('nobody').catch((error: unknown) => {
      this.#decoy = undefined;
      throw error;
    });
    await this.verify(await this.#decoy, password);
  }

  /** @throws ApplicationError TooBusy */
  async #admitted<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= MOST_WAITING) fail('TooBusy', { waiting: this.#waiting });
    this.#waiting += 1;
    try {
      return await work();
    } finally {
      this.#waiting -= 1;
    }
  }
}
