import type { Request } from 'express';
import { TokenRejected, type TokenVerifier } from '../../../application/ports/tokens.js';
import type { Actor } from '../../../domain/shared/actor.js';
import type { Caller } from '../shared/operation.js';
import { OpenimRefused } from './errors.js';

/**
 * `open`: nobody is asked who he is; `token`: there must be one; `either`: a token counts where there is one; `secret`: so
 * it does, but one that is no good is as none, for a backend that shows the app's secret may send any.
 */
export type Access = 'open' | 'either' | 'secret' | 'token';

export interface CallersOptions {
  readonly tokens: TokenVerifier;
  readonly isAppAdmin: (tenant: string, userId: string) => boolean;
  readonly defaultTenant: string;
  /** Whether this server keeps the tenant's history. */
  readonly serves: (tenant: string) => boolean;
}

/** Tenants are named like ids; anything else in the header is refused. */
const TENANT = /^[A-Za-z0-9_-]{1,64}$/;

/** Says who calls, from the headers `token` and `X-Tenant-ID` (003 "通用说明"). */
export class Callers {
  constructor(private readonly options: CallersOptions) {}

  /** @throws OpenimRefused, TokenRejected */
  async of(request: Request, access: Access): Promise<Caller> {
    // Clients send it empty where they have none to name.
    const named = request.get('x-tenant-id') || undefined;
    if (named !== undefined && !(TENANT.test(named) && this.options.serves(named))) {
      throw new OpenimRefused('ArgsError', 'X-Tenant-ID is not a tenant here');
    }
    const tenant = named ?? this.options.defaultTenant;
    if (access === 'open') return { tenant, actor: undefined };
    const token = request.get('token') ?? '';
    if (token === '') {
      if (access !== 'token') return { tenant, actor: undefined };
      throw new OpenimRefused('TokenNotExistError', 'header must have token');
    }
    if (access !== 'secret') return this.bearerOf(token, named);
    try {
      return await this.bearerOf(token, named);
    } catch (error) {
      if (error instanceof TokenRejected || error instanceof OpenimRefused) return { tenant, actor: undefined };
      throw error;
    }
  }

  /** @throws OpenimRefused when the token is another tenant's; TokenRejected */
  async bearerOf(token: string, named: string | undefined): Promise<Caller & { readonly actor: Actor }> {
    const { tenant, userId } = await this.options.tokens.verify(token);
    if (named !== undefined && named !== tenant) {
      throw new OpenimRefused('TokenInvalidError', 'the token belongs to another tenant');
    }
    if (!this.options.serves(tenant)) {
      throw new OpenimRefused('TokenInvalidError', "the token's tenant is not served here");
    }
    return { tenant, actor: { kind: this.options.isAppAdmin(tenant, userId) ? 'appAdmin' : 'user', id: userId } };
  }
}
