import { errors, jwtVerify, SignJWT } from 'jose';
import { newId } from '../../application/new-id.js';
import type { Clock } from '../../application/ports/clock.js';
import {
  type IssuedToken,
  type TokenClaims,
  type TokenIssuer,
  type TokenOptions,
  TokenRejected,
  type TokenVerifier,
} from '../../application/ports/tokens.js';

export interface JwtOptions {
  /** At least 32 bytes. */
  readonly secret: Uint8Array;
  readonly ttlSeconds: number;
  readonly clock: Clock;
}

const ISSUER = 'parley';
const AUDIENCE = 'parley';
/** RFC 7518 3.2: a key no shorter than the hash. */
const SHORTEST_SECRET = 32;

/**
 * Tokens as JWT with HS256: `sub` is the user, `tid` the tenant that the token is bound to, `ims` the time of issue in ms,
 * `plt` the platform, `gen` the generation of the user's sessions.
 */
export class JwtTokens implements TokenIssuer, TokenVerifier {
  constructor(private readonly options: JwtOptions) {
    if (options.secret.byteLength < SHORTEST_SECRET) throw new Error('a token secret has at least 32 bytes');
  }

  async issue(tenant: string, userId: string, options: TokenOptions = {}): Promise<IssuedToken> {
    const { platform, generation, ttlSeconds = this.options.ttlSeconds } = options;
    const tokenId = newId();
    const issuedAt = this.options.clock.now();
    const seconds = Math.floor(issuedAt / 1000);
    const expires = seconds + ttlSeconds;
    const token = await new SignJWT({
      tid: tenant,
      ims: issuedAt,
      ...(platform === undefined ? {} : { plt: platform }),
      ...(generation === undefined ? {} : { gen: generation }),
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(userId)
      .setIssuedAt(seconds)
      .setExpirationTime(expires)
      .setJti(tokenId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .sign(this.options.secret);
    return {
      token,
      tenant,
      userId,
      tokenId,
      issuedAt,
      expiresAt: expires * 1000,
      ...(platform === undefined ? {} : { platform }),
      ...(generation === undefined ? {} : { generation }),
    };
  }

  /** @throws TokenRejected */
  async verify(token: string): Promise<TokenClaims> {
    try {
      const { payload } = await jwtVerify(token, this.options.secret, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'tid', 'iat', 'exp', 'jti'],
        currentDate: new Date(this.options.clock.now()),
      });
      const { sub, tid, jti, exp, iat = 0, ims, plt, gen } = payload;
      if (!isName(sub) || !isName(tid) || !isName(jti) || exp === undefined) throw new TokenRejected('malformed');
      return {
        tenant: tid,
        userId: sub,
        tokenId: jti,
        issuedAt: typeof ims === 'number' ? ims : iat * 1000,
        expiresAt: exp * 1000,
        ...(typeof plt === 'number' ? { platform: plt } : {}),
        ...(typeof gen === 'number' ? { generation: gen } : {}),
      };
    } catch (error) {
      throw rejection(error);
    }
  }
}

const isName = (claim: unknown): claim is string => typeof claim === 'string' && claim !== '';

function rejection(error: unknown): TokenRejected {
  if (error instanceof TokenRejected) return error;
  if (error instanceof errors.JWTExpired) return new TokenRejected('expired');
  if (error instanceof errors.JWSSignatureVerificationFailed) return new TokenRejected('badSignature');
  return new TokenRejected('malformed');
}
