import {
  type IssuedToken,
  type Sessions,
  type TokenClaims,
  type TokenIssuer,
  type TokenOptions,
  TokenRejected,
  type TokenVerifier,
} from '../../application/ports/tokens.js';

export interface SessionTokensDependencies {
  readonly issuer: TokenIssuer;
  readonly signed: TokenVerifier;
  readonly sessions: Sessions;
}

/** Tokens of sessions: each belongs to a generation, and ends with its session as well as with its time. */
export class SessionTokens implements TokenIssuer, TokenVerifier {
  constructor(private readonly deps: SessionTokensDependencies) {}

  async issue(tenant: string, userId: string, options: TokenOptions = {}): Promise<IssuedToken> {
    const { issuer, sessions } = this.deps;
    const generation = options.generation ?? (await sessions.generation(tenant, userId));
    return issuer.issue(tenant, userId, { ...options, generation });
  }

  /** @throws TokenRejected */
  async verify(token: string): Promise<TokenClaims> {
    const { signed, sessions } = this.deps;
    const claims = await signed.verify(token);
    if (await sessions.hasEnded(claims)) throw new TokenRejected('revoked');
    return claims;
  }
}
