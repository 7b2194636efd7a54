import {
  type TokenClaims,
  TokenRejected,
  type TokenRevocations,
  type TokenVerifier,
} from '../../application/ports/tokens.js';

/** Tokens that end with a logout as well as with their time. */
export class RevocableTokens implements TokenVerifier {
  constructor(
    private readonly signed: TokenVerifier,
    private readonly revocations: TokenRevocations,
  ) {}

  /** @throws TokenRejected */
  async verify(token: string): Promise<TokenClaims> {
    const claims = await this.signed.verify(token);
    const upTo = await this.revocations.revokedUpTo(claims.tenant, claims.userId, claims.platform);
    if (upTo !== undefined && claims.issuedAt <= upTo) throw new TokenRejected('revoked');
    return claims;
  }
}
