import { mostRecent } from '../../application/most-recent.js';
import type { Clock } from '../../application/ports/clock.js';
import { type TokenClaims, TokenRejected, type TokenVerifier } from '../../application/ports/tokens.js';

const REMEMBERED = 10_000;

/**
 * Checks a token's signature once: what it says never changes, only the time does. To be put below the check for
 * revocation, which does change.
 */
export class RememberedTokens implements TokenVerifier {
  readonly #good = mostRecent<string, TokenClaims>(REMEMBERED);

  constructor(
    private readonly signed: TokenVerifier,
    private readonly clock: Clock,
  ) {}

  /** @throws TokenRejected */
  async verify(token: string): Promise<TokenClaims> {
    const known = this.#good.get(token);
    if (known === undefined) {
      const claims = await this.signed.verify(token);
      this.#good.set(token, claims);
      return claims;
    }
    if (this.clock.now() < known.expiresAt) return known;
    this.#good.delete(token);
    throw new TokenRejected('expired');
  }
}
