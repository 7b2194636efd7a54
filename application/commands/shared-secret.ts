import { createHash, timingSafeEqual } from 'node:crypto';
import type { LoginAttempts } from './login-attempts.js';

/** A secret of the configuration that whoever may do more shows. Guessing is bounded as it is for passwords. */
export class SharedSecret {
  readonly #digest: Buffer | undefined;

  /** @param value undefined: nobody can show it. */
  constructor(
    private readonly name: string,
    value: string | undefined,
    private readonly attempts: LoginAttempts,
  ) {
    this.#digest = value === undefined ? undefined : sha256(value);
  }

  /** Compared in constant time. @throws ApplicationError TooManyAttempts */
  async isShown(shown: string | undefined, address: string | undefined): Promise<boolean> {
    const digest = this.#digest;
    if (digest === undefined || shown === undefined || shown === '') return false;
    // No tenant is called ''.
    return this.attempts.tried({ tenant: '', whose: this.name, address }, () =>
      Promise.resolve(timingSafeEqual(sha256(shown), digest)),
    );
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
