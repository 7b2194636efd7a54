/** Who a bearer token says its bearer is. A token is bound to its tenant. */
export interface TokenClaims {
  readonly tenant: string;
  readonly userId: string;
  readonly tokenId: string;
  /** ms UTC. */
  readonly expiresAt: number;
}

export interface IssuedToken extends TokenClaims {
  readonly token: string;
}

export interface TokenIssuer {
  issue(tenant: string, userId: string): Promise<IssuedToken>;
}

export interface TokenVerifier {
  /** @throws TokenRejected */
  verify(token: string): Promise<TokenClaims>;
}

export type TokenFault = 'expired' | 'malformed' | 'badSignature';

export class TokenRejected extends Error {
  override readonly name = 'TokenRejected';
  constructor(readonly fault: TokenFault) {
    super(`the token is refused: ${fault}`);
  }
}
