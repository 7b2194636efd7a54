import type { RegisterUser, UserCommand, UserOutcome } from '../../domain/user/commands.js';
import { userDecider } from '../../domain/user/decider.js';
import type { UserEvent } from '../../domain/user/events.js';
import { noUser, type UserState } from '../../domain/user/state.js';
import { type Actor, hasAdminPowers } from '../../domain/shared/actor.js';
import { DomainError, refuse } from '../../domain/shared/errors.js';
import {
  FIRST_NUMBER,
  isClientChosenId,
  isServerMadeId,
  isServersName,
  serverMadeId,
} from '../../domain/shared/ids.js';
import { checkText } from '../../domain/shared/text.js';
import type { AccessNotes } from '../audit/access-notes.js';
import type { Credentials, PasswordHasher } from '../ports/credentials.js';
import type { EventSerializer } from '../ports/envelope.js';
import type { EventStore } from '../ports/event-store.js';
import type { Numbers } from '../ports/numbers.js';
import type { PhoneSecrets } from '../ports/phone-secrets.js';
import type { RegistrationClaims } from '../ports/registration-claims.js';
import type { Reservations } from '../ports/reservations.js';
import type { IssuedToken, Sessions, TokenIssuer, TokenOptions } from '../ports/tokens.js';
import { isKeyAddress } from '../key-address.js';
import { newId } from '../new-id.js';
import { Accounts } from './accounts.js';
import type { Aggregate } from './aggregate.js';
import { ApplicationError, fail } from './errors.js';
import type { LoginAttempts } from './login-attempts.js';
import { type LoginAndPassword, Logins, type UserIdAndPassword } from './logins.js';
import type { NamedUsers } from './named-users.js';
import { foldLogin, wrongWithLogin } from './names.js';
import { PASSWORD_BOUND } from './own-account.js';
import { PhoneNames } from './phone-names.js';
import { type CommandPipeline, idempotencyScope } from './pipeline.js';
import type { CommandResult, RequestContext } from './request.js';
import { hashOf } from './scope.js';
import { SharedSecret } from './shared-secret.js';

export const userAggregate: Aggregate<UserState, UserCommand, UserEvent, UserOutcome> = {
  category: 'user',
  decider: userDecider,
};

/** Of a registration. */
export type UserResult = CommandResult<UserState, Extract<UserOutcome, { readonly command: 'RegisterUser' }>>;

/** Whoever registers himself is nobody yet: without an actor it is the new user. */
export type RegistrationContext = Omit<RequestContext, 'actor'> & { readonly actor?: Actor };

/** Without `userId`, the id is the user's number in decimal (docs/rules.md A13). */
export interface NewUser extends Omit<RegisterUser, 'type' | 'userId' | 'number'> {
  readonly userId?: string;
  /** Absent: a user without a password, whom an app admin brings in. */
  readonly credentials?: NewCredentials;
  /** Where the caller is, to bound guessing. */
  readonly address?: string;
  /** Shows that whoever registers himself under the id of an app admin is meant by the configuration. */
  readonly adminSecret?: string;
}

export interface NewCredentials {
  /** A name to log in by, unique in the tenant in any case and form. With or without one, the user's id does as well. */
  readonly login?: string;
  readonly password: string;
}

export interface UserCommandsDependencies {
  readonly pipeline: CommandPipeline;
  readonly store: EventStore;
  readonly serializer: EventSerializer;
  readonly numbers: Numbers;
  readonly reservations: Reservations;
  readonly claims: RegistrationClaims;
  readonly phones: PhoneSecrets;
  readonly credentials: Credentials;
  readonly passwords: PasswordHasher;
  readonly tokens: TokenIssuer;
  readonly sessions: Pick<Sessions, 'generation'>;
  readonly attempts: LoginAttempts;
  /** Is told who came in, and who didn't. */
  readonly accesses?: Pick<AccessNotes, 'note'>;
  /** Whom the configuration names app admins and auditors, and what they show when they register; absent = nobody can. */
  readonly appAdmins?: Pick<NamedUsers, 'has'>;
  readonly auditors?: Pick<NamedUsers, 'has'>;
  readonly adminSecret?: string;
}

/** Whoever shows the admin secret in the name of an auditor, who writes nothing himself. */
const OPERATOR = { kind: 'system', id: 'config' } as const;

/** Claims that turn out void and are made again, at most. */
const ROUNDS = 5;

/**
 * Registration and login.
 *
 * A registration touches places that no transaction spans, in this order: the password is kept, the login and the id that
 * may log in as well are claimed among the logins, `UserRegistered` is appended, all are confirmed. The event carries the registration's own key, so the log says which
 * of several that tried for one user id it was, and only that one hears success. After a crash anywhere,
 * what was appended counts (`accounts.ts`), and what wasn't can be asked for again: a login is claimed for a user id, and
 * whoever asks for the same one with the same password goes on under that id. A claim that came to nothing is anybody's
 * after 15 minutes.
 */
export class UserCommands {
  readonly #accounts: Accounts;
  readonly #logins: Logins;
  readonly #phones: PhoneNames;
  readonly #adminSecret: SharedSecret;

  constructor(private readonly deps: UserCommandsDependencies) {
    this.#accounts = new Accounts(deps);
    this.#logins = new Logins({ ...deps, accounts: this.#accounts });
    this.#phones = new PhoneNames(deps);
    this.#adminSecret = new SharedSecret('PARLEY_ADMIN_SECRET', deps.adminSecret, deps.attempts);
  }

  /**
   * A repeat with the same idempotency key, body and password is answered as the first one was.
   * @throws DomainError LoginTaken (also for a phone that somebody has), UserIdTaken, UserIdLooksAlike, InvalidArgument,
   * NotPermitted
   * @throws ApplicationError IdempotencyKeyReused also for a repeat with another password
   */
  async register(context: RegistrationContext, asked: NewUser): Promise<UserResult> {
    const { credentials, address, adminSecret, ...profile } = asked;
    this.check(context, asked);
    const shown = (): Promise<boolean> => this.#adminSecret.isShown(adminSecret, address);
    await this.#refuseStrangersAsAdmin(context, profile.userId, shown);
    if (credentials === undefined) return this.#registerWithoutPassword(context, profile);
    const given = await this.#giveLogin(context, asked);
    if (given !== undefined) return given;
    const { tenant } = context;
    const login = credentials.login === undefined ? undefined : foldLogin(credentials.login);
    const key = requestKey(context, login ?? profile.userId ?? asked.phone);
    const attempt: Attempted = {
      tenant,
      login,
      password: credentials.password,
      phc: await this.deps.passwords.hash(credentials.password, { purpose: 'registration', address }),
      registration: await this.#registrationFor(context, key),
      repeatable: key !== undefined,
      address,
    };
    const first = profile.userId ?? serverMadeId(await this.#numberFor(context, 'user', key));
    await this.#keep(attempt, first);

    const { phone } = profile;
    let userId = first;
    let result: UserResult;
    try {
      userId = await this.#claimLogin(attempt, first, profile.userId !== undefined);
      if (userId !== first) {
        await this.deps.credentials.remove({ ...attempt, userId: first });
        await this.#keep(attempt, userId);
      }
      if (profile.userId !== undefined) await this.#claimAmongLogins(attempt, userId);
      if (phone !== undefined) await this.#phones.claim(tenant, phone, userId);
      result = await this.#execute(context, { ...profile, userId }, attempt.registration);
    } catch (error) {
      if (nothingStands(error)) await this.#giveUp(attempt, userId, phone);
      // The start has made him meanwhile.
      const madeMeanwhile = isTaken(error) ? await this.#giveLogin(context, asked) : undefined;
      if (madeMeanwhile !== undefined) return madeMeanwhile;
      // Whose id it isn't his to know: he asked for none.
      if (isTaken(error) && profile.userId === undefined) refuse('LoginTaken', { login: login ?? userId });
      throw error;
    }
    await this.#confirm(attempt, userId, phone);
    return result;
  }

  /**
   * What a registration is refused for whatever else there is: found before anything is claimed, and before the first
   * of several is written.
   * @throws DomainError InvalidArgument, NotPermitted
   */
  check({ actor }: Pick<RegistrationContext, 'actor'>, { credentials, ...profile }: NewUser): void {
    const { userId = serverMadeId(FIRST_NUMBER) } = profile;
    if (profile.userId !== undefined && !isClientChosenId(userId)) {
      refuse('InvalidArgument', {
        field: 'userId',
        reason: 'an id is 1 to 64 of the letters, digits and _ - . @ # :, and not 16 digits, me, . or ..',
      });
    }
    userDecider.decide(noUser, {
      ...profile,
      type: 'RegisterUser',
      userId,
      number: FIRST_NUMBER,
      actor: actor ?? { kind: 'user', id: userId },
      at: 0,
    });
    if (credentials !== undefined) checkCredentials(credentials);
    if (isServersName(userId)) {
      refuse('NotPermitted', { reason: 'ids that begin and end with two underscores are names of the server itself' });
    }
    // Whoever came first could lie in wait for the key's owner, who becomes this user by his signature.
    if (isKeyAddress(userId) && !(actor !== undefined && hasAdminPowers(actor))) {
      refuse('NotPermitted', { reason: 'the address of a key is the id of whoever shows a signature of that key' });
    }
  }

  #isNamed(tenant: string, userId: string): boolean {
    const { appAdmins, auditors } = this.deps;
    return appAdmins?.has(tenant, userId) === true || auditors?.has(tenant, userId) === true;
  }

  /**
   * An app admin or auditor is an id in the configuration: whoever came first could take it, and with it the tenant.
   * @throws DomainError NotPermitted
   * @throws ApplicationError TooManyAttempts
   */
  async #refuseStrangersAsAdmin(
    { tenant, actor }: RegistrationContext,
    userId: string | undefined,
    showsSecret: () => Promise<boolean>,
  ): Promise<void> {
    if (userId === undefined || !this.#isNamed(tenant, userId)) return;
    if (actor !== undefined && hasAdminPowers(actor)) return;
    if (await showsSecret()) return;
    refuse('NotPermitted', { reason: 'the id of an app admin or auditor is registered with the admin secret only' });
  }

  /**
   * An app admin or auditor is a user from the start, and without a password: whoever has shown the admin secret gives him login and
   * password, and what else a registration says of him. The password is kept under the registration that the log names, so
   * of two who give him one at once it is the first's. undefined: this is none such, or he has a password.
   * @throws DomainError LoginTaken, UserIdTaken
   */
  async #giveLogin(context: RegistrationContext, asked: NewUser): Promise<UserResult | undefined> {
    const { tenant, actor } = context;
    const { userId, credentials, address, phone, nickname, avatar, ext, region } = asked;
    if (userId === undefined || credentials === undefined || phone !== undefined) return undefined;
    if (!this.#isNamed(tenant, userId)) return undefined;
    // He came by without the secret, which gives passwords to new users only.
    if (actor !== undefined && hasAdminPowers(actor)) return undefined;
    const login = credentials.login === undefined ? undefined : foldLogin(credentials.login);
    const registration = await this.#registrationToComplete(context, userId, login, credentials, address);
    if (registration === undefined) return undefined;
    const { password } = credentials;
    const asking = { purpose: 'registration', address } as const;
    const phc = await this.deps.passwords.hash(password, asking);
    const attempt: Attempted = { tenant, login, password, phc, registration, repeatable: false, address };
    await this.#claimLogin(attempt, userId, true);
    const { idempotency } = context;
    const changed = await this.deps.pipeline.execute({
      ...context,
      // Its outcome is none that a registration under the same key could be answered with.
      ...(idempotency && { idempotency: { ...idempotency, operation: `${idempotency.operation}#login` } }),
      actor:
        context.actor ?? (this.deps.auditors?.has(tenant, userId) === true ? OPERATOR : { kind: 'user', id: userId }),
      aggregate: userAggregate,
      stream: { category: 'user', tenant, userId },
      command: { type: 'ChangeUserProfile', userId, changes: { nickname, ...present({ avatar, ext, region }) } },
    });
    const kept = await this.deps.credentials.put({ tenant, userId, registration, phc, ...named(login) });
    if (kept.phc !== phc && !(await this.#logins.knows(kept, password, asking))) {
      if (login !== undefined && kept.login !== login)
        await this.deps.reservations.releaseName(tenant, 'login', login, userId);
      refuse('UserIdTaken', { userId });
    }
    await this.#confirm(attempt, userId, undefined);
    const number = changed.state.status === 'registered' ? changed.state.number : 0;
    return { ...changed, outcome: { command: 'RegisterUser', alreadySo: false, userId, number } };
  }

  /** That of a user without a password; or one given so before, when the same request gives it again. */
  async #registrationToComplete(
    { tenant, idempotency }: RegistrationContext,
    userId: string,
    login: string | undefined,
    { password }: NewCredentials,
    address: string | undefined,
  ): Promise<string | undefined> {
    const credential = await this.#accounts.ofUser(tenant, userId);
    if (credential === undefined) return this.#accounts.registrationWithoutPassword(tenant, userId);
    const repeats = idempotency !== undefined && credential.registration === '' && credential.login === login;
    return repeats && (await this.#logins.knows(credential, password, { purpose: 'registration', address }))
      ? ''
      : undefined;
  }

  /** @throws as `Logins.byLogin` */
  login(tenant: string, asked: LoginAndPassword, address?: string): Promise<IssuedToken> {
    return this.#logins.byLogin(tenant, asked, address);
  }

  /** @throws as `Logins.byUserId` */
  loginAs(tenant: string, asked: UserIdAndPassword, address?: string, options?: TokenOptions): Promise<IssuedToken> {
    return this.#logins.byUserId(tenant, asked, address, options);
  }

  async #registerWithoutPassword(context: RegistrationContext, profile: Profile): Promise<UserResult> {
    const userId = profile.userId ?? serverMadeId(await this.#numberFor(context, 'user', requestKey(context)));
    const { phone } = profile;
    if (phone !== undefined) await this.#phones.claim(context.tenant, phone, userId);
    try {
      const result = await this.#execute(context, { ...profile, userId }, undefined);
      if (phone !== undefined) await this.#phones.confirm(context.tenant, phone, userId);
      return result;
    } catch (error) {
      if (error instanceof DomainError && phone !== undefined) {
        await this.#phones.release(context.tenant, phone, userId);
      }
      throw error;
    }
  }

  /** Random, so that the log says nothing of login or profile; with an idempotency key, the same for the same body. */
  #registrationFor({ tenant, idempotency }: RegistrationContext, key: string | undefined): Promise<string> {
    const made = Promise.resolve(newId());
    if (key === undefined || idempotency === undefined) return made;
    const request = hashOf(key, idempotency.bodyHash);
    return this.deps.reservations.reserveId(tenant, 'registration', request, () => made);
  }

  /** @throws ApplicationError IdempotencyKeyReused when this very registration came with another password */
  async #keep(attempt: Attempted, userId: string): Promise<void> {
    const { tenant, registration, login, phc } = attempt;
    const kept = await this.deps.credentials.put({ tenant, userId, registration, phc, ...named(login) });
    if (
      kept.phc === phc ||
      (await this.#logins.knows(kept, attempt.password, { purpose: 'registration', address: attempt.address }))
    )
      return;
    fail('IdempotencyKeyReused', { operation: 'registration' });
  }

  /** Gives the user id for which the login is now claimed. @throws DomainError LoginTaken */
  async #claimLogin(attempt: Attempted, userId: string, chosen: boolean): Promise<string> {
    const { reservations } = this.deps;
    const { tenant, login } = attempt;
    if (login === undefined) return userId;
    for (let round = 0; round < ROUNDS; round++) {
      const { holder, confirmed, stale } = await reservations.claimName(tenant, 'login', login, userId);
      if (holder === userId && (!confirmed || attempt.repeatable)) return userId;
      if (holder !== userId && !confirmed) {
        const registered = await this.#accounts.registrationOf(tenant, login, holder);
        if (registered === 'others' || (registered === 'nobody' && stale)) {
          await reservations.takeOverName(tenant, 'login', login, holder, userId);
          continue;
        }
        if (registered === 'nobody' && !chosen && (await this.#knowsOneOf(attempt, holder))) return holder;
      }
      // A repeat of what went on under this id before.
      if ((await this.#accounts.ofUser(tenant, holder))?.registration === attempt.registration) return holder;
      break;
    }
    return refuse('LoginTaken', { login });
  }

  /** Whether a registration that claimed the login for this user id, and got no further, had the same password. */
  async #knowsOneOf(attempt: Attempted, userId: string): Promise<boolean> {
    const { tenant, login } = attempt;
    for (const kept of await this.deps.credentials.ofUser(tenant, userId)) {
      if (
        kept.login === login &&
        (await this.#logins.knows(kept, attempt.password, { purpose: 'registration', address: attempt.address }))
      )
        return true;
    }
    return false;
  }

  /**
   * Keeps the id free from others who would log in by it. Who has exactly this id is seen when the event is appended.
   * @throws DomainError UserIdLooksAlike, UserIdTaken
   */
  async #claimAmongLogins({ tenant }: Attempted, userId: string): Promise<void> {
    const { reservations } = this.deps;
    const name = foldLogin(userId);
    for (let round = 0; round < ROUNDS; round++) {
      const { holder, confirmed, stale } = await reservations.claimName(tenant, 'login', name, userId);
      if (holder === userId) return;
      if (confirmed) break;
      const registered = await this.#accounts.registrationOf(tenant, name, holder);
      if (registered !== 'others' && !(registered === 'nobody' && stale)) break;
      await reservations.takeOverName(tenant, 'login', name, holder, userId);
    }
    if (await this.#accounts.exists(tenant, userId)) refuse('UserIdTaken', { userId });
    refuse('UserIdLooksAlike', { userId });
  }

  async #execute(
    context: RegistrationContext,
    profile: Profile & { readonly userId: string },
    commandKey: string | undefined,
  ): Promise<UserResult> {
    const { userId } = profile;
    const made = isServerMadeId(userId);
    const number = made ? Number(userId) : await this.#numberFor(context, `user/${userId}`, requestKey(context));
    const executed = await this.#apart(context.tenant, userId, () =>
      this.deps.pipeline.execute({
        ...context,
        actor: context.actor ?? { kind: 'user', id: userId },
        aggregate: userAggregate,
        stream: { category: 'user', tenant: context.tenant, userId },
        command: { ...profile, type: 'RegisterUser', userId, number },
        ...(commandKey === undefined ? {} : { commandKey }),
      }),
    );
    // A decision's outcome is of its command.
    const result = executed as UserResult;
    // A repeat after the number's reservation has passed was decided with another one; the history has the right one.
    const { state } = result;
    if (state.status !== 'registered') return result;
    return { ...result, outcome: { ...result.outcome, number: state.number } };
  }

  /**
   * Apart from registrations of several users. After a failure that says nothing of the id the claim stays until it is void.
   * @throws DomainError UserIdTaken when one of those is under way
   */
  async #apart<Result>(tenant: string, userId: string, register: () => Promise<Result>): Promise<Result> {
    // Nobody can ask for a number of the server's.
    if (isServerMadeId(userId)) return register();
    const { claims } = this.deps;
    const by = { registration: newId(), several: false };
    if ((await claims.claim(tenant, [userId], by)).length > 0) refuse('UserIdTaken', { userId });
    try {
      const result = await register();
      await claims.release(tenant, [userId], by);
      return result;
    } catch (error) {
      if (isTaken(error)) await claims.release(tenant, [userId], by);
      throw error;
    }
  }

  /** The same for the same key. */
  async #numberFor({ tenant }: RegistrationContext, kind: string, key: string | undefined): Promise<number> {
    const { numbers, reservations } = this.deps;
    if (key === undefined) return numbers.next();
    return Number(await reservations.reserveId(tenant, kind, key, async () => String(await numbers.next())));
  }

  async #confirm(attempt: Attempted, userId: string, phone: string | undefined): Promise<void> {
    const { reservations, credentials } = this.deps;
    const { tenant, registration, login, phc } = attempt;
    if (phone !== undefined) await this.#phones.confirm(tenant, phone, userId);
    await credentials.confirm({ tenant, userId, registration, phc, ...named(login) });
    // Without effect where others have it: there he is found by his id as it is.
    if (!isServerMadeId(userId)) await reservations.confirmName(tenant, 'login', foldLogin(userId), userId);
    // It took so long that the name was given to somebody else.
    if (login !== undefined && !(await reservations.confirmName(tenant, 'login', login, userId))) {
      refuse('LoginTaken', { login });
    }
  }

  async #giveUp(attempt: Attempted, userId: string, phone: string | undefined): Promise<void> {
    const { reservations, credentials } = this.deps;
    const { tenant, login } = attempt;
    await credentials.remove({ ...attempt, userId });
    if (phone !== undefined) await this.#phones.release(tenant, phone, userId);
    // Another one that wanted the same login for the same id may have been the one that came in.
    for (const name of new Set([login, foldLogin(userId)])) {
      if (name === undefined || (await this.#accounts.registrationOf(tenant, name, userId)) === 'his') continue;
      await reservations.releaseName(tenant, 'login', name, userId);
    }
  }
}

type Profile = Omit<NewUser, 'credentials' | 'address' | 'adminSecret'>;

/** A registration with a password, on its way. */
interface Attempted {
  readonly tenant: string;
  /** The command key of its event. */
  readonly registration: string;
  /** Folded. */
  readonly login: string | undefined;
  readonly password: string;
  readonly phc: string;
  /** It has an idempotency key: what it came to before is its own. */
  readonly repeatable: boolean;
  readonly address: string | undefined;
}

/** Without what isn't there. */
const present = <Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: NonNullable<Fields[Name]>;
  };

const named = (login: string | undefined): { readonly login?: string } => (login === undefined ? {} : { login });

/** Whether nothing was written, or will be, under this registration's key. Whatever else happened, a repeat may go on. */
const nothingStands = (error: unknown): boolean =>
  error instanceof DomainError || (error instanceof ApplicationError && error.kind === 'IdempotencyKeyReused');

const isTaken = (error: unknown): boolean => error instanceof DomainError && error.kind === 'UserIdTaken';

/** Of a caller who is nobody yet, whom he wants to be is part of the key: strangers may choose the same one. */
function requestKey({ tenant, actor, idempotency }: RegistrationContext, name = ''): string | undefined {
  if (idempotency === undefined) return undefined;
  return idempotencyScope({ tenant, actor: actor ?? { kind: 'system', id: `registration/${name}` } }, idempotency);
}

/** @throws DomainError InvalidArgument */
function checkCredentials({ login, password }: NewCredentials): void {
  if (login !== undefined) {
    const reason = wrongWithLogin(login);
    if (reason !== undefined) refuse('InvalidArgument', { field: 'login', reason });
  }
  checkText('password', password, PASSWORD_BOUND);
}
