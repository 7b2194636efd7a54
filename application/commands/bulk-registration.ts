import { refuse } from '../../domain/shared/errors.js';
import type { Actor } from '../../domain/shared/actor.js';
import { allAtOnce, settledAtOnce } from '../at-once.js';
import { newId } from '../new-id.js';
import { existingStreams } from '../existing-streams.js';
import type { EventStore, Position } from '../ports/event-store.js';
import type { Numbers } from '../ports/numbers.js';
import { comparePositions } from '../ports/positions.js';
import type { RegistrationClaims } from '../ports/registration-claims.js';
import type { Reservations } from '../ports/reservations.js';
import { streamName } from '../streams.js';
import type { Accounts } from './accounts.js';
import { ApplicationError, type ApplicationErrorName, fail } from './errors.js';
import { type CommandPipeline, idempotencyScope } from './pipeline.js';
import type { RequestContext } from './request.js';
import { hashOf } from './scope.js';
import { type NewUser, userAggregate, type UserCommands } from './users.js';

export interface BulkRegistrationDependencies {
  readonly pipeline: Pick<CommandPipeline, 'execute'>;
  readonly store: Pick<EventStore, 'readStream' | 'existing'>;
  readonly numbers: Numbers;
  readonly reservations: Pick<Reservations, 'reserveId'>;
  readonly claims: RegistrationClaims;
  readonly accounts: Pick<Accounts, 'registeredBy'>;
  readonly users: Pick<UserCommands, 'check'>;
}

/** Of those whom an app brings in: with an id that it chose, and without a password. */
export type BroughtIn = Required<Pick<NewUser, 'userId' | 'nickname'>> & Pick<NewUser, 'avatar' | 'ext'>;

/** Streams that are read or written at once: each append has its own answer, but those under way share the trips. */
const AT_ONCE = 500;

/**
 * Registration of several users, all or none. They are streams of their own, which no append holds together: so all ids are
 * claimed first, which keeps everybody else out, then none may be there, and only then they are written. The events carry
 * the registration's own key, the same for the same list within a day: a repeat goes on with what a crash left, and one of
 * what went through is told so.
 */
export class BulkRegistration {
  constructor(private readonly deps: BulkRegistrationDependencies) {}

  /**
   * Gives a place in the log at or after the last of them. With an idempotency key, a repeat is answered as the first was.
   * @throws DomainError InvalidArgument, NotPermitted, UserIdTaken: nothing was written
   * @throws ApplicationError AlreadyRegistered for a repeat without a key; IdempotencyKeyReused; OutcomeUnknown when some
   * may have been written and others not: the same list may be sent again
   */
  async register(context: RequestContext, users: readonly BroughtIn[]): Promise<Position | undefined> {
    for (const user of users) this.deps.users.check(context, user);
    const { tenant } = context;
    const userIds = users.map(({ userId }) => userId);
    const by = { registration: await this.#registrationOf(context, users), several: true };
    const [claimed] = await this.deps.claims.claim(tenant, userIds, by);
    if (claimed !== undefined) refuse('UserIdTaken', { userId: claimed });
    const there = await this.#there(tenant, userIds, by.registration);
    const taken = userIds.find((userId) => there.get(userId) === 'others');
    if (taken !== undefined) {
      await this.deps.claims.release(tenant, userIds, by);
      refuse('UserIdTaken', { userId: taken });
    }
    if (there.size === users.length && context.idempotency === undefined) {
      await this.deps.claims.release(tenant, userIds, by);
      fail('AlreadyRegistered', { users: users.length });
    }
    const position = await this.#write(context, users, by.registration).catch(async (error: unknown) => {
      // What may have been written in part stays claimed, so that nobody comes between before it is sent again.
      if (wroteNothing(error)) await this.deps.claims.release(tenant, userIds, by);
      throw error;
    });
    await this.deps.claims.release(tenant, userIds, by);
    return position;
  }

  /** The key under which this list is written: random, so that the log says nothing of it. */
  async #registrationOf({ tenant, actor, idempotency }: RequestContext, users: readonly BroughtIn[]): Promise<string> {
    const { reservations } = this.deps;
    const list = hashOf(
      JSON.stringify(users.map(({ userId, nickname, avatar, ext }) => [userId, nickname, avatar, ext])),
    );
    const scope = idempotency === undefined ? '' : idempotencyScope({ tenant, actor }, idempotency);
    if (idempotency !== undefined) {
      const first = await reservations.reserveId(tenant, 'list', scope, () => Promise.resolve(list));
      if (first !== list) fail('IdempotencyKeyReused', { operation: idempotency.operation });
    }
    return reservations.reserveId(tenant, 'registration', hashOf('list', scope, list), () => Promise.resolve(newId()));
  }

  /** Who is there already: by this registration, or by another. */
  async #there(
    tenant: string,
    userIds: readonly string[],
    registration: string,
  ): Promise<ReadonlyMap<string, 'ours' | 'others'>> {
    const { store, accounts } = this.deps;
    const streams = new Map(userIds.map((userId) => [streamName({ category: 'user', tenant, userId }), userId]));
    const existing = [...(await existingStreams(store, [...streams.keys()]))];
    const found = await allAtOnce(AT_ONCE, existing, async (stream) => {
      const userId = streams.get(stream) ?? '';
      return [[userId, (await accounts.registeredBy(tenant, userId)) === registration ? 'ours' : 'others'] as const];
    });
    return new Map(found.flat());
  }

  async #write(
    context: RequestContext,
    users: readonly BroughtIn[],
    commandKey: string,
  ): Promise<Position | undefined> {
    const { pipeline, numbers } = this.deps;
    const { tenant, actor, via, requestRef, correlationId } = context;
    const ends = await settledAtOnce(AT_ONCE, users, async (user) => {
      const { position } = await pipeline.execute({
        tenant,
        actor: actor satisfies Actor,
        via,
        ...(requestRef === undefined ? {} : { requestRef }),
        ...(correlationId === undefined ? {} : { correlationId }),
        aggregate: userAggregate,
        stream: { category: 'user', tenant, userId: user.userId },
        command: { ...user, type: 'RegisterUser', number: await numbers.next() },
        commandKey,
        presumedNew: true,
      });
      return position;
    });
    const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    if (failed.length === 0) return last(ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])));
    if (failed.length < users.length || !failed.every(wroteNothing)) fail('OutcomeUnknown', { stream: 'user' });
    throw failed[0];
  }
}

const WROTE_NOTHING: readonly ApplicationErrorName[] = ['Unavailable', 'TooBusy', 'DeadlinePassed', 'ShuttingDown'];

const wroteNothing = (error: unknown): boolean =>
  error instanceof ApplicationError && WROTE_NOTHING.includes(error.kind);

const last = (positions: readonly (Position | undefined)[]): Position | undefined =>
  positions.reduce((a, b) => (a === undefined ? b : b === undefined || comparePositions(a, b) > 0 ? a : b), undefined);
