import { isId } from '../../domain/shared/ids.js';
import type { Credential, PasswordHasher } from '../ports/credentials.js';
import { normaliseName } from '../ports/reservations.js';
import type { IssuedToken, TokenIssuer, TokenOptions } from '../ports/tokens.js';
import type { Accounts } from './accounts.js';
import { fail } from './errors.js';
import type { LoginAttempts } from './login-attempts.js';

export interface LoginsDependencies {
  readonly accounts: Accounts;
  readonly passwords: PasswordHasher;
  readonly tokens: TokenIssuer;
  readonly attempts: LoginAttempts;
}

export interface LoginAndPassword {
  readonly login: string;
  readonly password: string;
}

export interface UserIdAndPassword {
  readonly userId: string;
  readonly password: string;
}

/** Letting in whoever shows the right password. Each throws ApplicationError TooManyAttempts: guessing is bounded. */
export class Logins {
  constructor(private readonly deps: LoginsDependencies) {}

  /**
   * By a login; where nobody has it, by a user id that reads exactly so.
   * @throws ApplicationError BadCredentials, after about the same time whether the login exists or not
   */
  async byLogin(tenant: string, { login: given, password }: LoginAndPassword, address?: string): Promise<IssuedToken> {
    const login = normaliseName('login', given);
    const named = mayBeStored(login) ? await this.deps.accounts.ofLogin(tenant, login) : undefined;
    const credential = named ?? (await this.#ofUser(tenant, given));
    return this.#enter(credential, { tenant, whose: credential?.userId ?? login, password, address });
  }

  /** By the user id and nothing else. @throws ApplicationError BadCredentials */
  async byUserId(
    tenant: string,
    { userId, password }: UserIdAndPassword,
    address?: string,
    options?: TokenOptions,
  ): Promise<IssuedToken> {
    const credential = await this.#ofUser(tenant, userId);
    return this.#enter(credential, { tenant, whose: userId, password, address }, options);
  }

  /** Whether this is the password. */
  knows({ phc, tenant, userId }: Credential, password: string, address: string | undefined): Promise<boolean> {
    return this.#bounded({ tenant, whose: userId, password, address }, () =>
      this.deps.passwords.verify(phc, password, { purpose: 'registration', address }),
    );
  }

  #ofUser(tenant: string, userId: string): Promise<Credential | undefined> {
    return isId(userId) ? this.deps.accounts.ofUser(tenant, userId) : Promise.resolve(undefined);
  }

  async #enter(credential: Credential | undefined, trial: Trial, options?: TokenOptions): Promise<IssuedToken> {
    const { passwords, tokens } = this.deps;
    const asking = { purpose: 'login', address: trial.address } as const;
    const matches = await this.#bounded(trial, async () => {
      if (credential !== undefined) return passwords.verify(credential.phc, trial.password, asking);
      await passwords.waste(trial.password, asking);
      return false;
    });
    if (!matches || credential === undefined) return fail('BadCredentials', {});
    return tokens.issue(trial.tenant, credential.userId, options);
  }

  async #bounded({ tenant, whose, address }: Trial, check: () => Promise<boolean>): Promise<boolean> {
    const { attempts } = this.deps;
    const attempt = { tenant, login: whose, ...(address === undefined ? {} : { address }) };
    attempts.begin(attempt);
    try {
      const right = await check();
      if (right) attempts.succeeded(attempt);
      else attempts.failed(attempt);
      return right;
    } catch (error) {
      attempts.withdrawn(attempt);
      throw error;
    }
  }
}

interface Trial {
  readonly tenant: string;
  /** A user's id, so that both doors to him have one bound; else what was given as a login. */
  readonly whose: string;
  readonly password: string;
  readonly address: string | undefined;
}

/** What could never have been registered isn't looked for: PostgreSQL takes no U+0000. */
const mayBeStored = (login: string): boolean => !login.includes('\0') && login.length <= 256;
