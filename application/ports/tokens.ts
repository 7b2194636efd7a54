/** Who a bearer token says its bearer is. A token is bound to its tenant. */
export interface TokenClaims {
  readonly tenant: string;
  readonly userId: string;
  readonly tokenId: string;
  /** ms UTC. */
  readonly issuedAt: number;
  /** The kind of device it was issued for, a number of the caller's API (003's platformID). */
  readonly platform?: number;
  /** ms UTC. */
  readonly expiresAt: number;
}

export interface IssuedToken extends TokenClaims {
  readonly token: string;
}

export interface TokenIssuer {
  issue(tenant: string, userId: string, options?: TokenOptions): Promise<IssuedToken>;
}

export interface TokenOptions {
  readonly platform?: number;
}

/** Tokens that were good and are no more: their user was logged out. */
export interface TokenRevocations {
  /** Every token of the user issued up to `at` (ms UTC) is void; with `platform`, only those issued for that one. */
  revoke(tenant: string, userId: string, at: number, platform?: number): Promise<void>;
  /** Up to when the user's tokens for this platform are void, ms UTC; undefined = none is. */
  revokedUpTo(tenant: string, userId: string, platform?: number): Promise<number | undefined>;
}

export interface TokenVerifier {
  /** @throws TokenRejected */
  verify(token: string): Promise<TokenClaims>;
}

export type TokenFault = 'expired' | 'malformed' | 'badSignature' | 'revoked';

export class TokenRejected extends Error {
  override readonly name = 'TokenRejected';
  constructor(readonly fault: TokenFault) {
    super(`the token is refused: ${fault}`);
  }
}
