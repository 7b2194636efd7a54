import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../application/ports/credentials.js';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. `Algorithm.Argon2id`, a const enum, is 2. */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

export class Argon2Hasher implements PasswordHasher {
  /** Of a password that nobody has: verified against where there is no login. */
  #decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return hash(password, PARAMETERS);
  }

  async verify(phc: string, password: string): Promise<boolean> {
    try {
      return await verify(phc, password);
    } catch {
      return false; // No PHC string: no password belongs to it.
    }
  }

  async waste(password: string): Promise<void> {
    this.#decoy ??= this.hash('nobody');
    await this.verify(await this.#decoy, password);
  }
}
