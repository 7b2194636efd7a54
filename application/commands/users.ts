import { createHash, timingSafeEqual } from 'node:crypto';
import type { RegisterUser, UserCommand, UserOutcome } from '../../domain/user/commands.js';
import { userDecider } from '../../domain/user/decider.js';
import type { UserEvent } from '../../domain/user/events.js';
import type { UserState } from '../../domain/user/state.js';
import { type Actor, hasAdminPowers } from '../../domain/shared/actor.js';
import { DomainError, refuse } from '../../domain/shared/errors.js';
import { isClientChosenId, serverMadeId } from '../../domain/shared/ids.js';
import { checkText, isBlank } from '../../domain/shared/text.js';
import type { Credential, Credentials, PasswordHasher } from '../ports/credentials.js';
import type { EventSerializer } from '../ports/envelope.js';
import type { EventStore } from '../ports/event-store.js';
import type { Numbers } from '../ports/numbers.js';
import { normaliseName, type Reservations } from '../ports/reservations.js';
import type { IssuedToken, TokenIssuer, TokenOptions } from '../ports/tokens.js';
import { streamName } from '../streams.js';
import type { Aggregate } from './aggregate.js';
import type { AppAdmins } from './app-admins.js';
import { fail } from './errors.js';
import type { Attempt, LoginAttempts } from './login-attempts.js';
import { type CommandPipeline, idempotencyScope } from './pipeline.js';
import type { CommandResult, RequestContext } from './request.js';
import { hashOf } from './scope.js';

export const userAggregate: Aggregate<UserState, UserCommand, UserEvent, UserOutcome> = {
  category: 'user',
  decider: userDecider,
};

/** Of a registration. */
export type UserResult = CommandResult<UserState, Extract<UserOutcome, { readonly command: 'RegisterUser' }>>;

/** Whoever registers himself is nobody yet: without an actor it is the new user. */
export type RegistrationContext = Omit<RequestContext, 'actor'> & { readonly actor?: Actor };

/** Without `userId`, the id is the user's number in decimal (RULES A13). */
export interface NewUser extends Omit<RegisterUser, 'type' | 'userId' | 'number'> {
  readonly userId?: string;
  /** Absent: a user without a login, whom an app admin brings in. */
  readonly credentials?: LoginAndPassword;
  /** Where the caller is, to bound guessing. */
  readonly address?: string;
  /** Shows that whoever registers himself under the id of an app admin is meant by the configuration. */
  readonly adminSecret?: string;
}

export interface LoginAndPassword {
  readonly login: string;
  readonly password: string;
}

export interface UserCommandsDependencies {
  readonly pipeline: CommandPipeline;
  readonly store: EventStore;
  readonly serializer: EventSerializer;
  readonly numbers: Numbers;
  readonly reservations: Reservations;
  readonly credentials: Credentials;
  readonly passwords: PasswordHasher;
  readonly tokens: TokenIssuer;
  readonly attempts: LoginAttempts;
  /** Whom the configuration names app admins, and what they show when they register themselves; absent = nobody can. */
  readonly appAdmins?: Pick<AppAdmins, 'has'>;
  readonly adminSecret?: string;
}

const LOGIN_BOUND = { min: 1, max: 128, unit: 'characters' } as const;
const PASSWORD_BOUND = { min: 6, max: 256, unit: 'characters' } as const;

/** Claims that turn out void and are made again, at most. */
const ROUNDS = 5;

/**
 * Registration and login.
 *
 * A registration touches four places that no transaction spans, in this order: the name is claimed for a user id, the
 * password is stored, `UserRegistered` is appended, name and password are confirmed. Each step can be done again, and
 * the event carries a key derived from (login, user id), so after a crash anywhere a repeat with the same login and
 * password goes on where the first one stopped. A name whose registration came to nothing is anybody's after 15 minutes.
 */
export class UserCommands {
  constructor(private readonly deps: UserCommandsDependencies) {}

  /**
   * @throws DomainError LoginTaken (also for a phone that somebody has), UserIdTaken, InvalidArgument, NotPermitted
   * @throws ApplicationError
   */
  async register(context: RegistrationContext, asked: NewUser): Promise<UserResult> {
    const { credentials, address, adminSecret, ...profile } = asked;
    if (profile.userId !== undefined && !isClientChosenId(profile.userId)) {
      refuse('InvalidArgument', {
        field: 'userId',
        reason: 'an id is 1 to 64 of the letters, digits and _ - . @ # :, and not 16 digits, me, . or ..',
      });
    }
    this.#refuseStrangersAsAdmin(context, profile.userId, adminSecret);
    if (credentials === undefined) return this.#registerWithoutLogin(context, profile);
    checkCredentials(credentials);
    const { tenant } = context;
    const login = normaliseName('login', credentials.login);
    const phc = await this.deps.passwords.hash(credentials.password);
    const attempt = { tenant, login, ...(address === undefined ? {} : { address }) };
    const claim: LoginClaim = { tenant, login, phc, password: credentials.password, attempt };

    const userId = await this.#claimLogin(context, claim, profile.userId);
    const { phone } = profile;
    let result: UserResult;
    try {
      if (phone !== undefined) await this.#claimPhone(tenant, phone, userId);
      const key = registrationKey(tenant, login, userId);
      result = await this.#execute(context, { ...profile, userId }, key);
    } catch (error) {
      // A refusal says that nothing stands under this registration's key; whatever else happened, a repeat may go on.
      if (error instanceof DomainError) await this.#giveUp(claim, userId, phone);
      throw error;
    }
    await this.#confirm(claim, userId, phone);
    return result;
  }

  /**
   * An app admin is an id in the configuration: whoever came first could take it, and with it the tenant.
   * @throws DomainError NotPermitted
   */
  #refuseStrangersAsAdmin({ tenant, actor }: RegistrationContext, userId: string | undefined, shown = ''): void {
    const { appAdmins, adminSecret } = this.deps;
    if (userId === undefined || appAdmins?.has(tenant, userId) !== true) return;
    if (actor !== undefined && hasAdminPowers(actor)) return;
    const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
    if (adminSecret === undefined || !same(shown, adminSecret)) {
      refuse('NotPermitted', { reason: 'the id of an app admin is registered with the admin secret only' });
    }
  }

  /**
   * @throws ApplicationError BadCredentials, after about the same time whether the login exists or not; TooManyAttempts
   */
  async login(
    tenant: string,
    { login: given, password }: LoginAndPassword,
    address?: string,
    options?: TokenOptions,
  ): Promise<IssuedToken> {
    const login = normaliseName('login', given);
    const attempt = { tenant, login, ...(address === undefined ? {} : { address }) };
    const userId = await this.#guess(attempt, async () => {
      const credential = mayBeStored(login) ? await this.deps.credentials.find(tenant, login) : undefined;
      if (credential === undefined) return void (await this.deps.passwords.waste(password));
      const matches = await this.deps.passwords.verify(credential.phc, password);
      return matches && (await this.#stands(credential)) ? credential.userId : undefined;
    });
    return userId === undefined ? fail('BadCredentials', {}) : this.deps.tokens.issue(tenant, userId, options);
  }

  /** Trying a password, bounded: undefined says that it was wrong. @throws ApplicationError TooManyAttempts */
  async #guess(attempt: Attempt, check: () => Promise<string | undefined>): Promise<string | undefined> {
    const { attempts } = this.deps;
    attempts.begin(attempt);
    try {
      const userId = await check();
      if (userId === undefined) attempts.failed(attempt);
      else attempts.succeeded(attempt);
      return userId;
    } catch (error) {
      attempts.withdrawn(attempt);
      throw error;
    }
  }

  async #registerWithoutLogin(context: RegistrationContext, profile: Profile): Promise<UserResult> {
    const userId = profile.userId ?? serverMadeId(await this.#numberFor(context, 'user', requestKey(context)));
    const { phone } = profile;
    if (phone !== undefined) await this.#claimPhone(context.tenant, phone, userId);
    try {
      const result = await this.#execute(context, { ...profile, userId }, undefined);
      if (phone !== undefined) await this.deps.reservations.confirmName(context.tenant, 'phone', phone, userId);
      return result;
    } catch (error) {
      if (error instanceof DomainError && phone !== undefined) {
        await this.deps.reservations.releaseName(context.tenant, 'phone', phone, userId);
      }
      throw error;
    }
  }

  /** Gives the user id for which the login is now claimed, with this password stored. @throws DomainError LoginTaken */
  async #claimLogin(context: RegistrationContext, claim: LoginClaim, wanted: string | undefined): Promise<string> {
    const { reservations, credentials } = this.deps;
    const { tenant, login, phc } = claim;
    let userId = wanted ?? serverMadeId(await this.#numberFor(context, 'user', requestKey(context, login)));
    for (let round = 0; round < ROUNDS; round++) {
      const { holder, confirmed, stale } = await reservations.claimName(tenant, 'login', login, userId);
      if (confirmed && context.idempotency === undefined) refuse('LoginTaken', { login });
      if (holder !== userId) {
        const registered = confirmed ? 'his' : await this.#registrationOf(tenant, login, holder);
        if (registered === 'others' || (registered === 'nobody' && stale)) {
          await reservations.takeOverName(tenant, 'login', login, holder, userId);
          continue;
        }
        // Whoever has the same password goes on with the registration that is there, unless he wants another id.
        if (wanted !== undefined) refuse('LoginTaken', { login });
        userId = holder;
      }
      const stored = await credentials.put({ tenant, login, userId, phc });
      if (stored.userId !== userId && !stored.confirmed) {
        // Left by an earlier holder of the name.
        await credentials.remove(tenant, login, stored.userId);
        continue;
      }
      if (stored.userId !== userId) refuse('LoginTaken', { login });
      if (stored.phc !== phc) await this.#requirePassword(claim, stored);
      return userId;
    }
    return refuse('LoginTaken', { login });
  }

  /** It is a password that is being tried here, so guessing is bounded as at login. */
  async #requirePassword({ attempt, login, password }: LoginClaim, { phc, userId }: Credential): Promise<void> {
    const holder = await this.#guess(attempt, async () =>
      (await this.deps.passwords.verify(phc, password)) ? userId : undefined,
    );
    if (holder === undefined) refuse('LoginTaken', { login });
  }

  /** @throws DomainError LoginTaken */
  async #claimPhone(tenant: string, phone: string, userId: string): Promise<void> {
    const { reservations } = this.deps;
    for (let round = 0; round < ROUNDS; round++) {
      const { holder, confirmed, stale } = await reservations.claimName(tenant, 'phone', phone, userId);
      if (holder === userId) return;
      if (confirmed || !stale || (await this.#firstEventOf(tenant, holder)) !== undefined) break;
      await reservations.takeOverName(tenant, 'phone', phone, holder, userId);
    }
    refuse('LoginTaken', { login: phone });
  }

  async #execute(
    context: RegistrationContext,
    profile: Profile & { readonly userId: string },
    commandKey: string | undefined,
  ): Promise<UserResult> {
    const { userId } = profile;
    const made = /^[0-9]{16}$/.test(userId);
    const number = made
      ? Number(userId)
      : await this.#numberFor(context, `user/${userId}`, commandKey ?? requestKey(context));
    const executed = await this.deps.pipeline.execute({
      ...context,
      actor: context.actor ?? { kind: 'user', id: userId },
      aggregate: userAggregate,
      stream: { category: 'user', tenant: context.tenant, userId },
      command: { ...profile, type: 'RegisterUser', userId, number },
      ...(commandKey === undefined ? {} : { commandKey }),
    });
    // A decision's outcome is of its command.
    const result = executed as UserResult;
    // A repeat after the number's reservation has passed was decided with another one; the history has the right one.
    const { state } = result;
    if (state.status !== 'registered') return result;
    return { ...result, outcome: { ...result.outcome, number: state.number } };
  }

  /** The same for the same key. */
  async #numberFor({ tenant }: RegistrationContext, kind: string, key: string | undefined): Promise<number> {
    const { numbers, reservations } = this.deps;
    if (key === undefined) return numbers.next();
    return Number(await reservations.reserveId(tenant, kind, key, async () => String(await numbers.next())));
  }

  async #confirm({ tenant, login }: LoginClaim, userId: string, phone: string | undefined): Promise<void> {
    const { reservations, credentials } = this.deps;
    if (phone !== undefined) await reservations.confirmName(tenant, 'phone', phone, userId);
    const confirmed = await credentials.confirm(tenant, login, userId);
    const named = await reservations.confirmName(tenant, 'login', login, userId);
    // It took so long that the name was given to somebody else.
    if (!confirmed || !named) refuse('LoginTaken', { login });
  }

  async #giveUp({ tenant, login }: LoginClaim, userId: string, phone: string | undefined): Promise<void> {
    const { reservations, credentials } = this.deps;
    if (phone !== undefined) await reservations.releaseName(tenant, 'phone', phone, userId);
    await credentials.remove(tenant, login, userId);
    await reservations.releaseName(tenant, 'login', login, userId);
  }

  /** An unconfirmed credential counts once its own registration is in the log; a crash came between. */
  async #stands({ tenant, login, userId, confirmed }: Credential): Promise<boolean> {
    if (confirmed) return true;
    if ((await this.#registrationOf(tenant, login, userId)) !== 'his') return false;
    await this.deps.credentials.confirm(tenant, login, userId);
    await this.deps.reservations.confirmName(tenant, 'login', login, userId);
    return true;
  }

  /** Whose registration a user id came to be by: that with this login, another one, or none yet. */
  async #registrationOf(tenant: string, login: string, userId: string): Promise<'his' | 'others' | 'nobody'> {
    const first = await this.#firstEventOf(tenant, userId);
    if (first === undefined) return 'nobody';
    return first.commandKey === registrationKey(tenant, login, userId) ? 'his' : 'others';
  }

  async #firstEventOf(tenant: string, userId: string): Promise<{ readonly commandKey?: string } | undefined> {
    const { store, serializer } = this.deps;
    for await (const events of store.readStream(streamName({ category: 'user', tenant, userId }), { maxCount: 1 })) {
      for (const { envelope } of await serializer.open(events)) return envelope;
    }
    return undefined;
  }
}

type Profile = Omit<NewUser, 'credentials' | 'address' | 'adminSecret'>;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

interface LoginClaim extends LoginKey {
  readonly phc: string;
  readonly password: string;
  readonly attempt: Attempt;
}

interface LoginKey {
  readonly tenant: string;
  /** Normalised. */
  readonly login: string;
}

const registrationKey = (tenant: string, login: string, userId: string): string =>
  hashOf('register', tenant, login, userId);

/** Of a caller who is nobody yet, the login is part of the key: strangers may choose the same one. */
function requestKey({ tenant, actor, idempotency }: RegistrationContext, login = ''): string | undefined {
  if (idempotency === undefined) return undefined;
  return idempotencyScope({ tenant, actor: actor ?? { kind: 'system', id: `registration/${login}` } }, idempotency);
}

/** @throws DomainError InvalidArgument */
function checkCredentials({ login, password }: LoginAndPassword): void {
  const normalised = normaliseName('login', login);
  checkText('login', normalised, LOGIN_BOUND);
  if (isBlank(normalised)) refuse('InvalidArgument', { field: 'login', reason: 'blank' });
  checkText('password', password, PASSWORD_BOUND);
}

/** What could never have been registered isn't looked for: PostgreSQL takes no U+0000. */
const mayBeStored = (login: string): boolean => !login.includes('\0') && login.length <= 256;
