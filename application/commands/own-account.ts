import { checkText } from '../../domain/shared/text.js';
import { refuse } from '../../domain/shared/errors.js';
import type { Credentials, PasswordHasher } from '../ports/credentials.js';
import type { Sessions, TokenClaims } from '../ports/tokens.js';
import type { Accounts } from './accounts.js';
import { fail } from './errors.js';
import type { Logins } from './logins.js';

export const PASSWORD_BOUND = { min: 6, max: 256, unit: 'characters' } as const;

export interface OwnAccountDependencies {
  readonly accounts: Accounts;
  readonly logins: Pick<Logins, 'knows'>;
  readonly credentials: Credentials;
  readonly passwords: PasswordHasher;
  readonly sessions: Sessions;
}

export interface PasswordChange {
  readonly oldPassword: string;
  readonly newPassword: string;
}

/** What a user does about his own sessions and his password. */
export class OwnAccount {
  constructor(private readonly deps: OwnAccountDependencies) {}

  /** Ends this session and no other. */
  logOut(session: TokenClaims): Promise<void> {
    return this.deps.sessions.end(session);
  }

  /** Ends all sessions of the user, of whichever API. */
  logOutEverywhere(tenant: string, userId: string): Promise<void> {
    return this.deps.sessions.endAll(tenant, userId);
  }

  /**
   * Ends all the user's sessions but the one in which he asks.
   * @throws ApplicationError WrongPassword, TooManyAttempts
   * @throws DomainError InvalidArgument; NotPermitted for a user without a password, whom his app lets in
   */
  async changePassword(session: TokenClaims, asked: PasswordChange, address: string | undefined): Promise<void> {
    const { accounts, logins, credentials, passwords } = this.deps;
    const { tenant, userId, tokenId } = session;
    checkText('newPassword', asked.newPassword, PASSWORD_BOUND);
    const credential = await accounts.ofUser(tenant, userId);
    if (credential === undefined) refuse('NotPermitted', { reason: 'this user has no password: his app lets him in' });
    if (!(await logins.knows(credential, asked.oldPassword, { purpose: 'login', address }))) fail('WrongPassword', {});
    const phc = await passwords.hash(asked.newPassword, { purpose: 'login', address });
    // Who changed it at the same moment was first: then it is no more what was shown.
    if (!(await credentials.replace(credential, phc, tokenId))) fail('WrongPassword', {});
  }
}
