import type { Request } from 'express';
import type { Clock } from '../../../application/ports/clock.js';
import type { Callers } from '../shared/dialect.js';
import type { Caller } from '../shared/operation.js';
import type { Access } from './operation.js';
import { TencentRefused } from './refused.js';
import { UserSigs } from './user-sig.js';

/** An app of Tencent's: its `sdkappid`, whose groups those are here, and the secret that its UserSigs are made with. */
export interface TencentApp {
  readonly sdkappid: number;
  readonly tenant: string;
  readonly secret: string;
}

export interface GatewayOptions {
  readonly apps: readonly TencentApp[];
  readonly clock: Clock;
  readonly isAppAdmin: (tenant: string, userId: string) => boolean;
}

/** sdkappid is an unsigned integer of 32 bits. */
const SDKAPPID = /^[1-9]\d{0,9}$/;

/**
 * Says who calls, by the query of the URL, in the order of 001's gateway: which app, who, whether he has proved it, whether he may.
 * `random` and `contenttype` say nothing that is needed here.
 */
export class Gateway implements Callers<Access> {
  readonly #apps: ReadonlyMap<number, TencentApp>;
  readonly #userSigs = new UserSigs();

  constructor(private readonly options: GatewayOptions) {
    this.#apps = new Map(options.apps.map((app) => [app.sdkappid, app]));
  }

  /** Rejects with TencentRefused malformedUrl, noApp, unknownApp, noIdentity, wrongSignature, notAppAdmin. */
  of(request: Request): Promise<Caller> {
    return Promise.resolve().then(() => this.#callerOf(request));
  }

  #callerOf(request: Request): Caller {
    const { clock, isAppAdmin } = this.options;
    const { sdkappid, tenant, secret } = this.#appOf(parameter(request, 'sdkappid'));
    const identifier = parameter(request, 'identifier');
    const userSig = parameter(request, 'usersig');
    if (identifier === '') throw new TencentRefused('noIdentity', 'the URL has no identifier');
    if (userSig === '') throw new TencentRefused('noIdentity', 'the URL has no usersig');
    this.#userSigs.verify({ sdkappid, identifier, userSig }, secret, clock.now());
    if (!isAppAdmin(tenant, identifier)) throw new TencentRefused('notAppAdmin');
    return { tenant, actor: { kind: 'appAdmin', id: identifier } };
  }

  #appOf(text: string): TencentApp {
    if (text === '') throw new TencentRefused('noApp');
    const app = SDKAPPID.test(text) ? this.#apps.get(Number(text)) : undefined;
    if (app === undefined) throw new TencentRefused('unknownApp');
    return app;
  }
}

/** Of a request that was let through. */
export const sdkappidOf = (request: Request): number => Number(parameter(request, 'sdkappid'));

/** '' where it isn't there. @throws TencentRefused malformedUrl */
function parameter(request: Request, name: string): string {
  const value: unknown = request.query[name];
  if (value === undefined) return '';
  if (typeof value !== 'string') throw new TencentRefused('malformedUrl', `${name} stands more than once`);
  return value;
}
