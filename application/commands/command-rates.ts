import { mostRecent } from '../most-recent.js';
import { type Actor, hasAdminPowers } from '../../domain/shared/actor.js';
import type { Clock } from '../ports/clock.js';
import { fail } from './errors.js';
import type { RequestContext } from './request.js';

/** What one user may ask for; 0 = as much as he likes. */
export interface CommandLimits {
  /** Commands under way at once. */
  readonly atOnce: number;
  /** Commands on the long run; ten times as many may come together after a rest. */
  readonly perSecond: number;
  /** The same for all of a tenant's users together. */
  readonly tenantPerSecond: number;
  /** Requests of every kind, reading too; ten times as many may come together after a rest. */
  readonly requestsPerSecond: number;
  readonly groupsPerDay: number;
  /** Requests to join, of all groups and of one and the same: asking again puts the request before others. */
  readonly joinRequestsPerDay: number;
  readonly joinRequestsPerGroupAndDay: number;
  /** People whom he names to come into groups. */
  readonly invitationsPerDay: number;
  /** Requests to be friends, of all and of one and the same: asking again puts the request before others. */
  readonly friendRequestsPerDay: number;
  readonly friendRequestsPerPersonAndDay: number;
  /** Requests with an idempotency key, each of which is remembered for a day. */
  readonly keysPerDay: number;
}

export const COMMAND_LIMITS: CommandLimits = {
  atOnce: 200,
  perSecond: 100,
  tenantPerSecond: 0,
  requestsPerSecond: 0,
  groupsPerDay: 1_000,
  joinRequestsPerDay: 1_000,
  joinRequestsPerGroupAndDay: 20,
  invitationsPerDay: 20_000,
  friendRequestsPerDay: 1_000,
  friendRequestsPerPersonAndDay: 20,
  keysPerDay: 100_000,
};

const BURST_SECONDS = 10;
const DAY_SECONDS = 86_400;

/** When what is under way may have ended, ms. */
const SOON_MS = 1_000;

/** Users whose use is remembered; of whom it isn't, all is there to be used. */
const REMEMBERED = 100_000;

/**
 * Bounds what one user, and one tenant, can ask of everybody's server. Counted in this process's memory: a restart forgets
 * it, and with several processes each allows as much. Not for app admins, nor for what the server does by itself.
 */
export class CommandRates {
  readonly #buckets = mostRecent<string, Bucket>(REMEMBERED);
  readonly #underWay = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly limits: CommandLimits = COMMAND_LIMITS,
  ) {}

  /** Runs a command of the user. @throws ApplicationError TooManyRequests */
  async within<Result>(context: Context, command: () => Promise<Result>): Promise<Result> {
    const { tenant, actor } = context;
    if (!isBounded(actor)) return command();
    const { atOnce, perSecond, tenantPerSecond, keysPerDay } = this.limits;
    const user = keyOf(tenant, actor.id);
    const others = this.#underWay.get(user) ?? 0;
    if (atOnce > 0 && others >= atOnce) fail('TooManyRequests', { bound: 'commands at once', retryAfterMs: SOON_MS });
    this.#take('commands per second', user, perSecond, perSecond * BURST_SECONDS);
    this.#take("the tenant's commands per second", keyOf(tenant), tenantPerSecond, tenantPerSecond * BURST_SECONDS);
    if (context.idempotency !== undefined) this.#takeOfDay('idempotency keys per day', user, keysPerDay);
    this.#underWay.set(user, others + 1);
    try {
      return await command();
    } finally {
      const left = (this.#underWay.get(user) ?? 1) - 1;
      if (left > 0) this.#underWay.set(user, left);
      else this.#underWay.delete(user);
    }
  }

  /**
   * To be asked before anything is done about a request, whatever it asks for.
   * @param caller undefined: nobody knows who it is, so his address counts
   * @throws ApplicationError TooManyRequests
   */
  asked(caller: Pick<RequestContext, 'tenant' | 'actor'> | undefined, address: () => string): void {
    const { requestsPerSecond: perSecond } = this.limits;
    if (perSecond === 0 || (caller !== undefined && hasAdminPowers(caller.actor))) return;
    const whose = caller === undefined ? `from ${address()}` : keyOf(caller.tenant, caller.actor.id);
    this.#take('requests per second', whose, perSecond, perSecond * BURST_SECONDS);
  }

  /** To be asked before the user makes a group. @throws ApplicationError TooManyRequests */
  groupMade({ tenant, actor }: Context): void {
    if (isBounded(actor)) this.#takeOfDay('groups per day', keyOf(tenant, actor.id), this.limits.groupsPerDay);
  }

  /** To be asked before the user asks to join a group. @throws ApplicationError TooManyRequests */
  joinAsked({ tenant, actor }: Context, groupId: string): void {
    if (!isBounded(actor)) return;
    const { joinRequestsPerDay, joinRequestsPerGroupAndDay } = this.limits;
    const ofOne = keyOf(tenant, actor.id, groupId);
    this.#takeOfDay('requests per day to join this group', ofOne, joinRequestsPerGroupAndDay);
    this.#takeOfDay('requests per day to join groups', keyOf(tenant, actor.id), joinRequestsPerDay);
  }

  /** To be asked before the user names so many people who shall come in. @throws ApplicationError TooManyRequests */
  invited({ tenant, actor }: Context, people: number): void {
    if (!isBounded(actor)) return;
    this.#takeOfDay('invitations per day', keyOf(tenant, actor.id), this.limits.invitationsPerDay, people);
  }

  /** To be asked before the user asks somebody to be friends. @throws ApplicationError TooManyRequests */
  friendAsked({ tenant, actor }: Context, userId: string): void {
    if (!isBounded(actor)) return;
    const { friendRequestsPerDay, friendRequestsPerPersonAndDay } = this.limits;
    const ofOne = keyOf(tenant, actor.id, userId);
    this.#takeOfDay('friend requests per day to this user', ofOne, friendRequestsPerPersonAndDay);
    this.#takeOfDay('friend requests per day', keyOf(tenant, actor.id), friendRequestsPerDay);
  }

  #takeOfDay(bound: string, whose: string, perDay: number, count = 1): void {
    this.#take(bound, whose, perDay / DAY_SECONDS, perDay, count);
  }

  /** So many tokens of a bucket that holds `burst` and is filled with `perSecond`. */
  #take(bound: string, whose: string, perSecond: number, burst: number, count = 1): void {
    if (perSecond === 0) return;
    const now = this.clock.now();
    const key = `${bound} ${whose}`;
    const { left, at } = this.#buckets.get(key) ?? { left: burst, at: now };
    // A clock that was set back takes nothing away.
    const filled = Math.min(burst, left + (Math.max(0, now - at) * perSecond) / 1_000);
    if (filled < count) {
      fail('TooManyRequests', { bound, retryAfterMs: Math.ceil(((count - filled) * 1_000) / perSecond) });
    }
    this.#buckets.set(key, { left: filled - count, at: now });
  }
}

type Context = Pick<RequestContext, 'tenant' | 'actor' | 'idempotency'>;

interface Bucket {
  readonly left: number;
  /** ms UTC. */
  readonly at: number;
}

const isBounded = ({ kind }: Actor): boolean => kind === 'user';

/** Neither tenants nor user ids have a space in them. */
const keyOf = (...parts: readonly string[]): string => parts.join(' ');
