import type { Request } from 'express';
import type { CorsOrigins } from '../../http/front.js';
import { type TokenClaims, TokenRejected, type TokenVerifier } from '../../../application/ports/tokens.js';
import { CallerUnknown } from '../shared/context.js';
import type { Callers } from '../shared/dialect.js';
import type { Caller } from '../shared/operation.js';
import type { Access } from './operation.js';
import { refused } from './refused.js';

export interface CookieOptions {
  readonly name: string;
  /** Absent: the host's own. */
  readonly domain?: string;
  /** `none`: comes with requests of other sites' pages too, over https only. */
  readonly sameSite: 'lax' | 'none';
  readonly ttlSeconds: number;
}

/** The cookie of a session, whose value is a token that is signed, expires and can be ended. */
export class SessionCookie {
  readonly #values: RegExp;

  constructor(readonly options: CookieOptions) {
    const name = options.name.replaceAll(/[^A-Za-z0-9_-]/g, '\\$&');
    this.#values = new RegExp(`(?:^|[;,])\\s*${name}="?([^;,"\\s]*)`, 'g');
  }

  /** A whole `Set-Cookie` value. `expiresAt`: ms UTC. */
  set(token: string, expiresAt: number, secure: boolean): string {
    return this.#written(token, this.options.ttlSeconds, expiresAt, secure);
  }

  /** Takes it away, with the same domain: of another one a browser would keep it. */
  cleared(secure: boolean): string {
    return this.#written('', 0, 0, secure);
  }

  /**
   * What a request brings by this name. Android sends whole `Set-Cookie` values back, attributes and all, whose `Expires`
   * has a comma in it.
   */
  valuesIn(header: string | undefined): string[] {
    const found = [...(header ?? '').matchAll(this.#values)].map(([, value = '']) => value);
    return found.filter((value) => value !== '').slice(0, MOST_VALUES);
  }

  #written(value: string, maxAge: number, expiresAt: number, secure: boolean): string {
    const { name, domain, sameSite } = this.options;
    return [
      `${name}=${value}`,
      `Max-Age=${maxAge.toString()}`,
      ...(domain === undefined ? [] : [`Domain=${domain}`]),
      'Path=/',
      `Expires=${new Date(expiresAt).toUTCString()}`,
      'HttpOnly',
      ...(sameSite === 'none' ? ['SameSite=None'] : ['SameSite=Lax']),
      ...(secure || sameSite === 'none' ? ['Secure'] : []),
    ].join('; ');
  }
}

/** One for each domain that a browser may have it of; more are nobody's. */
const MOST_VALUES = 4;

/** Who calls, and by what session. */
export interface SessionCaller extends Caller {
  readonly session: Session;
}

export interface Session extends TokenClaims {
  readonly token: string;
}

/** @throws CallerUnknown */
export function sessionOf(caller: Caller): Session {
  if (!('session' in caller)) throw new CallerUnknown();
  return (caller as SessionCaller).session;
}

export interface SealtalkCallersOptions {
  readonly cookie: SessionCookie;
  readonly tokens: TokenVerifier;
  readonly isAppAdmin: (tenant: string, userId: string) => boolean;
  readonly defaultTenant: string;
  /** Whether this server keeps the tenant's history. */
  readonly serves: (tenant: string) => boolean;
  readonly corsOrigins: CorsOrigins;
}

/** Says who calls, by his cookie. */
export class SealtalkCallers implements Callers<Access> {
  constructor(private readonly options: SealtalkCallersOptions) {}

  /** @throws CallerUnknown where there is no session; SealtalkRefused for a cookie that nobody here has set */
  async of(request: Request, access: Access): Promise<Caller> {
    const { cookie, defaultTenant, isAppAdmin } = this.options;
    if (access === 'public') return { tenant: defaultTenant, actor: undefined };
    const values = cookie.valuesIn(request.headers.cookie);
    if (values.length > 0) this.#refuseForeignPages(request);
    const session = await this.#sessionIn(values);
    const { tenant, userId } = session;
    const actor = { kind: isAppAdmin(tenant, userId) ? 'appAdmin' : 'user', id: userId } as const;
    const caller: SessionCaller = { tenant, actor, session };
    return caller;
  }

  /** The first that is good. */
  async #sessionIn(values: readonly string[]): Promise<Session> {
    const faults: TokenRejected['fault'][] = [];
    for (const token of values) {
      try {
        const claims = await this.options.tokens.verify(token);
        if (this.options.serves(claims.tenant)) return { ...claims, token };
        faults.push('expired');
      } catch (error) {
        if (!(error instanceof TokenRejected)) throw error;
        faults.push(error.fault);
      }
    }
    if (faults.length > 0 && faults.every((fault) => fault === 'malformed' || fault === 'badSignature')) {
      refused({ status: 403, text: 'Invalid cookie value!', cacheControl: false });
    }
    throw new CallerUnknown();
  }

  /** A browser sends the cookie with what pages of other sites ask for, where `sameSite` is none, and says so. */
  #refuseForeignPages({ method, headers }: Request): void {
    const { corsOrigins } = this.options;
    if (method === 'GET' || method === 'HEAD' || headers['sec-fetch-site'] !== 'cross-site') return;
    const { origin = '' } = headers;
    if (corsOrigins === '*' || !corsOrigins.includes(origin.toLowerCase())) {
      refused({ status: 403, text: 'This page may not act for you.', cacheControl: false });
    }
  }
}
