import type { Request } from 'express';
import type { NamedUsers } from '../../application/commands/named-users.js';
import type { TokenClaims, TokenVerifier } from '../../application/ports/tokens.js';
import { isId } from '../../domain/shared/ids.js';
import type { Caller } from './caller.js';
import type { Access } from './operation.js';
import { Refused } from './problems.js';

export interface AuthenticatorOptions {
  readonly tokens: TokenVerifier;
  readonly isAppAdmin: (tenant: string, userId: string) => boolean;
  readonly auditors: Pick<NamedUsers, 'has' | 'areIn'>;
  readonly defaultTenant: string;
  /** Whether this server keeps the tenant's history. */
  readonly serves: (tenant: string) => boolean;
}

/** Tenants are named like ids; anything else in the header is refused. */
export const TENANT = /^[A-Za-z0-9_-]{1,64}$/;

/** Says who calls: bearer token, tenant, and for whom an app admin acts. */
export class Authenticator {
  constructor(private readonly options: AuthenticatorOptions) {}

  /**
   * @param forbidden is told who he is who may not
   * @throws Refused, TokenRejected
   */
  async authenticate(
    request: Request,
    access: Access,
    forbidden: (session: TokenClaims) => void = () => undefined,
  ): Promise<Caller> {
    // Clients send it empty where they have none to name.
    const named = request.get('x-tenant-id') || undefined;
    if (named !== undefined && !(TENANT.test(named) && this.options.serves(named))) {
      throw new Refused('InvalidRequest', { errors: [{ pointer: '/X-Tenant-ID', detail: 'is not a tenant here' }] });
    }
    if (access === 'public') {
      return { tenant: named ?? this.options.defaultTenant, actor: undefined, session: undefined };
    }

    const bearer = /^Bearer +([^\s]+)$/i.exec(request.get('authorization') ?? '')?.[1];
    if (bearer === undefined) throw new Refused('Unauthenticated', { detail: 'Send `Authorization: Bearer <token>`.' });
    const session = await this.options.tokens.verify(bearer);
    try {
      return this.#caller(session, named, request, access);
    } catch (error) {
      if (error instanceof Refused && error.code === 'Forbidden') forbidden(session);
      throw error;
    }
  }

  #caller(session: TokenClaims, named: string | undefined, request: Request, access: Access): Caller {
    const { tenant, userId } = session;
    if (named !== undefined && named !== tenant) {
      throw new Refused('Forbidden', { detail: 'The token belongs to another tenant.' });
    }
    if (!this.options.serves(tenant))
      throw new Refused('Forbidden', { detail: "The token's tenant is not served here." });
    const admin = this.options.isAppAdmin(tenant, userId);
    if (access === 'appAdmin' && !admin) throw new Refused('Forbidden', { detail: 'Only an app admin may do this.' });
    const auditor = this.options.auditors.has(tenant, userId);
    if (access === 'auditor' && !auditor) throw new Refused('Forbidden', { detail: 'Only an auditor may ask this.' });
    // Where nobody is named an auditor, whoever runs the app is the only one to look.
    if (access === 'history' && !auditor && (!admin || this.options.auditors.areIn(tenant))) {
      throw new Refused('Forbidden', { detail: 'This is for auditors; where there are none, for app admins.' });
    }
    const onBehalfOf = request.get('parley-on-behalf-of');
    if (onBehalfOf === undefined || onBehalfOf === userId) {
      const looks = access === 'auditor' || access === 'history';
      const kind = auditor && (looks || !admin) ? 'auditor' : admin ? 'appAdmin' : 'user';
      return { tenant, actor: { kind, id: userId }, session };
    }
    if (access === 'auditor') throw new Refused('Forbidden', { detail: 'An auditor asks for himself.' });
    if (!admin) throw new Refused('Forbidden', { detail: 'Only an app admin may act on behalf of another user.' });
    return { tenant, actor: { kind: 'appAdmin', id: userId, onBehalfOf: wellFormed(onBehalfOf) }, session };
  }
}

function wellFormed(userId: string): string {
  if (!isId(userId)) {
    throw new Refused('InvalidRequest', { errors: [{ pointer: '/Parley-On-Behalf-Of', detail: 'is not a user id' }] });
  }
  return userId;
}
