import { refuse } from '../../domain/shared/errors.js';
import { checkText } from '../../domain/shared/text.js';
import type { Credentials, PasswordHasher } from '../ports/credentials.js';
import type { PhoneSecrets } from '../ports/phone-secrets.js';
import type { IssuedToken, TokenOptions } from '../ports/tokens.js';
import { newId } from '../new-id.js';
import type { Accounts } from './accounts.js';
import { ApplicationError, fail } from './errors.js';
import type { Logins } from './logins.js';
import { PASSWORD_BOUND } from './own-account.js';
import type { PhoneNames } from './phone-names.js';
import type { PhoneVerification } from './phone-verification.js';
import { hashOf } from './scope.js';
import type { RegistrationContext, UserCommands, UserResult } from './users.js';

export interface PhoneAccountsDependencies {
  readonly users: Pick<UserCommands, 'register'>;
  readonly names: PhoneNames;
  readonly verification: PhoneVerification;
  readonly accounts: Accounts;
  readonly logins: Logins;
  readonly credentials: Credentials;
  readonly passwords: PasswordHasher;
  readonly phones: PhoneSecrets;
}

export interface TokenAndPassword {
  /** Of the phone's verification. */
  readonly token: string;
  readonly password: string;
  readonly address?: string | undefined;
}

/** Between two changes of one password at the same moment. */
const TRIES = 3;

/** Accounts that are entered by a phone and a password. Phones are in E.164. */
export class PhoneAccounts {
  constructor(private readonly deps: PhoneAccountsDependencies) {}

  /** Whose the phone is, by user id. */
  holderOf(tenant: string, phone: string): Promise<string | undefined> {
    return this.deps.names.holderOf(tenant, phone);
  }

  isFree(tenant: string, phone: string): Promise<boolean> {
    return this.deps.names.isFree(tenant, phone);
  }

  /**
   * A user whose phone is the token's, which is used up; undefined: there is no such token.
   * @throws DomainError LoginTaken: somebody has the phone; InvalidArgument
   */
  register(
    context: RegistrationContext,
    { token, password, address, nickname }: TokenAndPassword & { readonly nickname: string },
  ): Promise<UserResult | undefined> {
    const { tenant, idempotency } = context;
    // Whoever repeats his request comes with the token that it has used.
    const taker = idempotency === undefined ? newId() : hashOf(idempotency.operation, idempotency.key);
    return this.#using(tenant, token, taker, (phone) =>
      this.deps.users.register(context, {
        nickname,
        phone,
        credentials: { password },
        ...(address === undefined ? {} : { address }),
      }),
    );
  }

  /** @returns as `Logins.byPhone` @throws as it does */
  async login(
    tenant: string,
    { phone, password }: { readonly phone: string; readonly password: string },
    address?: string,
    options?: TokenOptions,
  ): Promise<IssuedToken | undefined> {
    const { names, logins, phones } = this.deps;
    const holder = await names.holderOf(tenant, phone);
    return logins.byPhone(tenant, { holder, whose: phones.printOf(tenant, phone), password }, address, options);
  }

  /**
   * Another password for whoever has the token's phone, which ends all his sessions. False: there is no such token.
   * @throws DomainError UserNotFound: nobody has the phone; InvalidArgument
   */
  async resetPassword(tenant: string, { token, password, address }: TokenAndPassword): Promise<boolean> {
    checkText('password', password, PASSWORD_BOUND);
    const done = await this.#using(tenant, token, newId(), async (phone) => {
      const userId = await this.deps.names.holderOf(tenant, phone);
      if (userId === undefined) refuse('UserNotFound', { userIds: [] });
      const phc = await this.deps.passwords.hash(password, { purpose: 'registration', address });
      await this.#replacePassword(tenant, userId, phc);
      return true;
    });
    return done ?? false;
  }

  async #replacePassword(tenant: string, userId: string, phc: string): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const credential = await this.deps.accounts.ofUser(tenant, userId);
      if (credential === undefined) refuse('UserNotFound', { userIds: [userId] });
      // No session is spared: whoever knew the old password may be in.
      if (await this.deps.credentials.replace(credential, phc, '')) return;
    }
    fail('Contended', { stream: 'credential', tries: TRIES });
  }

  /** The token is good again where nothing came of it. */
  async #using<Result>(
    tenant: string,
    token: string,
    taker: string,
    work: (phone: string) => Promise<Result>,
  ): Promise<Result | undefined> {
    const { verification } = this.deps;
    const phone = await verification.take(tenant, token, taker);
    if (phone === undefined) return undefined;
    try {
      return await work(phone);
    } catch (error) {
      const mayStand = error instanceof ApplicationError && error.kind === 'OutcomeUnknown';
      if (!mayStand) await verification.giveBack(tenant, token, taker);
      throw error;
    }
  }
}
