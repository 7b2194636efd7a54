import type { Request, Response } from 'express';
import type { KeyUsers } from '../../../application/commands/key-users.js';
import type { Clock } from '../../../application/ports/clock.js';
import { correlationIdOf } from '../../http/messages.js';
import type { Callers as SharedCallers } from '../shared/dialect.js';
import type { Caller } from '../shared/operation.js';
import type { Access } from './operation.js';
import { DtalkRefused } from './refused.js';
import { Signatures } from './signature.js';

export interface CallersOptions {
  readonly keyUsers: Pick<KeyUsers, 'seen'>;
  readonly clock: Clock;
  readonly isAppAdmin: (tenant: string, userId: string) => boolean;
  /** This API names no tenant. */
  readonly tenant: string;
  /** Whether `MOCK` and `MOCK2` are somebody's signature: for tests of an app, for then anybody may be these two. */
  readonly mock: boolean;
}

/** The two whom every build of the original takes for signed in. */
const MOCKS: ReadonlyMap<string, string> = new Map([
  ['MOCK', '1FKxgaEh5fuSm7a35BfUnKYAmradowpiTR'],
  ['MOCK2', '1AsPsahP7FvpR7F2de1LhSB4SU5ShqZ7eu'],
]);

/** Says who calls, by the header `FZM-SIGNATURE`. Who shows a right one for the first time is a user from then on. */
export class Callers implements SharedCallers<Access> {
  readonly #signatures = new Signatures();

  constructor(private readonly options: CallersOptions) {}

  /** @throws DtalkRefused badSignature, signatureExpired; ApplicationError */
  async of(request: Request): Promise<Caller> {
    const { tenant, isAppAdmin, keyUsers } = this.options;
    const userId = this.#signerOf(request.get('fzm-signature') ?? '');
    const seen = { tenant, via: 'dtalk:signature', correlationId: correlationIdOf(request.res as Response) };
    await keyUsers.seen(seen, userId);
    return { tenant, actor: { kind: isAppAdmin(tenant, userId) ? 'appAdmin' : 'user', id: userId } };
  }

  #signerOf(header: string): string {
    if (header === '') throw new DtalkRefused('badSignature');
    const mocked = this.options.mock ? MOCKS.get(header) : undefined;
    return mocked ?? this.#signatures.verify(header, this.options.clock.now()).userId;
  }
}
