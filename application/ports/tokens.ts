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
  /** The user's generation of sessions when it was issued; absent: it was issued before these were counted. */
  readonly generation?: number;
}

export interface IssuedToken extends TokenClaims {
  readonly token: string;
}

export interface TokenIssuer {
  issue(tenant: string, userId: string, options?: TokenOptions): Promise<IssuedToken>;
}

export interface TokenOptions {
  readonly platform?: number;
  /** As `Sessions.generation` said before the password was looked at; default: as it says now. */
  readonly generation?: number;
  /** Default: the configuration's. */
  readonly ttlSeconds?: number;
}

/**
 * Which of a user's sessions have ended before their time. What ends several begins a new generation, a number that is
 * counted up in the database and that every token carries: no clock decides which tokens were there first.
 *
 * An end is seen at once in the process that was asked for it, and within two seconds in every other.
 */
export interface Sessions {
  /** Of a session that begins now: all that ends later, ends it too. Never an older one than was told before. */
  generation(tenant: string, userId: string): Promise<number>;
  /** Ends all there are, of whichever API; see `EndOptions` for fewer. */
  endAll(tenant: string, userId: string, options?: EndOptions): Promise<void>;
  /** Ends this one. */
  end(session: TokenClaims): Promise<void>;
  hasEnded(session: TokenClaims): Promise<boolean>;
}

export interface EndOptions {
  /** Only those that were opened for this platform. */
  readonly platform?: number;
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
