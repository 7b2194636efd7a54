import { isId } from '../../domain/shared/ids.js';
import type { AccessNotes } from '../audit/access-notes.js';
import type { Asking, Credential, PasswordHasher } from '../ports/credentials.js';
import type { IssuedToken, Sessions, TokenIssuer, TokenOptions } from '../ports/tokens.js';
import type { Accounts } from './accounts.js';
import { ApplicationError, fail } from './errors.js';
import type { LoginAttempts } from './login-attempts.js';

export interface LoginsDependencies {
  readonly accounts: Accounts;
  readonly passwords: PasswordHasher;
  readonly tokens: TokenIssuer;
  readonly sessions: Pick<Sessions, 'generation'>;
  readonly attempts: LoginAttempts;
  /** Is told who came in, and who didn't. */
  readonly accesses?: Pick<AccessNotes, 'note'>;
}

export interface LoginAndPassword {
  readonly login: string;
  readonly password: string;
}

export interface UserIdAndPassword {
  readonly userId: string;
  readonly password: string;
}

export interface PhoneAndPassword {
  /** Whose it is; undefined: nobody's. */
  readonly holder: string | undefined;
  /** What it is counted as where it is nobody's. */
  readonly whose: string;
  readonly password: string;
}

/** Letting in whoever shows the right password. Each throws ApplicationError TooManyAttempts: guessing is bounded. */
export class Logins {
  constructor(private readonly deps: LoginsDependencies) {}

  /**
   * By a login or a user id, in whatever case.
   * @throws ApplicationError BadCredentials, after about the same time whether the login exists or not
   */
  async byLogin(tenant: string, { login, password }: LoginAndPassword, address?: string): Promise<IssuedToken> {
    // One, save where names were given out before they were compared as they are now.
    const named = await this.deps.accounts.named(tenant, login);
    for (const { userId } of named) {
      const token = await this.#enter({ tenant, userId, password, address });
      if (token !== undefined) return token;
    }
    if (named.length === 0) {
      await this.#refuse({ tenant, whose: login.slice(0, LONGEST), password, address });
      this.#note(tenant, undefined, 'BadCredentials');
    }
    return fail('BadCredentials', {});
  }

  /** By the user id and nothing else, exactly as it is. @throws ApplicationError BadCredentials */
  async byUserId(
    tenant: string,
    { userId, password }: UserIdAndPassword,
    address?: string,
    options?: TokenOptions,
  ): Promise<IssuedToken> {
    const token = isId(userId) ? await this.#enter({ tenant, userId, password, address }, options) : undefined;
    return token ?? fail('BadCredentials', {});
  }

  /**
   * Whoever has this phone; undefined: nobody has, after about the same time as with a wrong password.
   * @throws ApplicationError BadCredentials
   */
  async byPhone(
    tenant: string,
    { holder, whose, password }: PhoneAndPassword,
    address?: string,
    options?: TokenOptions,
  ): Promise<IssuedToken | undefined> {
    if (holder === undefined) {
      await this.#refuse({ tenant, whose, password, address });
      return undefined;
    }
    return this.byUserId(tenant, { userId: holder, password }, address, options);
  }

  /** Whether this is the password. */
  knows(
    { phc, tenant, userId }: Credential,
    password: string,
    { purpose, address }: Asking & { readonly address: string | undefined },
  ): Promise<boolean> {
    const { attempts, passwords } = this.deps;
    return attempts.tried({ tenant, whose: userId, address }, () =>
      passwords.verify(phc, password, { purpose, address }),
    );
  }

  /**
   * The session begins in the generation that there was before the password was looked at: whoever changes it meanwhile ends
   * this session as well.
   */
  async #enter(entry: Entry, options?: TokenOptions): Promise<IssuedToken | undefined> {
    const { tenant, userId } = entry;
    try {
      const token = await this.#entered(entry, options);
      this.#note(tenant, userId, token === undefined ? 'BadCredentials' : '');
      return token;
    } catch (error) {
      if (error instanceof ApplicationError && error.kind === 'TooManyAttempts') this.#note(tenant, userId, error.kind);
      throw error;
    }
  }

  /** @param outcome '' = came in */
  #note(tenant: string, userId: string | undefined, outcome: string): void {
    this.deps.accesses?.note({
      tenant,
      kind: outcome === '' ? 'login' : 'loginRefused',
      actor: userId === undefined ? undefined : { kind: 'user', id: userId },
      operation: 'login',
      about: '',
      outcome,
      correlationId: '',
    });
  }

  async #entered(
    { tenant, userId, password, address }: Entry,
    options?: TokenOptions,
  ): Promise<IssuedToken | undefined> {
    const { accounts, sessions, tokens } = this.deps;
    const generation = await sessions.generation(tenant, userId);
    const credential = await accounts.ofUser(tenant, userId);
    if (credential === undefined) {
      await this.#refuse({ tenant, whose: userId, password, address });
      return undefined;
    }
    if (!(await this.knows(credential, password, { purpose: 'login', address }))) return undefined;
    return tokens.issue(tenant, userId, { ...options, generation });
  }

  /** Takes as long as a look at a wrong password, and counts as one. */
  async #refuse({ tenant, whose, password, address }: Omit<Entry, 'userId'> & { whose: string }): Promise<void> {
    await this.deps.attempts.tried({ tenant, whose, address }, async () => {
      await this.deps.passwords.waste(password, { purpose: 'login', address });
      return false;
    });
  }
}

interface Entry {
  readonly tenant: string;
  readonly userId: string;
  readonly password: string;
  readonly address: string | undefined;
}

/** Of what is counted as a login that nobody has. */
const LONGEST = 256;
