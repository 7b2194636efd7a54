import type {
  AnswerFriendRequest,
  BlockUser,
  ChangeFriendCard,
  FriendshipCommand,
  FriendshipOutcome,
  ImportFriend,
  RemoveFriend,
  RequestFriend,
  UnblockUser,
  WithdrawFriendRequest,
} from '../../domain/friendship/commands.js';
import { friendshipDecider } from '../../domain/friendship/decider.js';
import type { FriendshipEvent } from '../../domain/friendship/events.js';
import type { FriendshipSettings } from '../../domain/friendship/settings.js';
import { type Friendship, sideOf } from '../../domain/friendship/state.js';
import { DomainError, refuse } from '../../domain/shared/errors.js';
import { checkId } from '../../domain/shared/ids.js';
import type { Reservations } from '../ports/reservations.js';
import type { Aggregate } from './aggregate.js';
import type { CommandRates } from './command-rates.js';
import type { CommandPipeline } from './pipeline.js';
import { repeatableId } from './repeatable-value.js';
import type { CommandResult, RequestContext } from './request.js';
import type { UserDirectory } from './user-directory.js';
import { userAggregate } from './users.js';

export const friendshipAggregate: Aggregate<Friendship, FriendshipCommand, FriendshipEvent, FriendshipOutcome> = {
  category: 'friendship',
  decider: friendshipDecider,
};

export type FriendshipResult<Type extends FriendshipCommand['type'] = FriendshipCommand['type']> = CommandResult<
  Friendship,
  Extract<FriendshipOutcome, { readonly command: Type }>
>;

export interface FriendshipCommandsDependencies {
  readonly pipeline: CommandPipeline;
  readonly users: UserDirectory;
  readonly reservations: Pick<Reservations, 'reserveId'>;
  readonly settings: FriendshipSettings;
  /** Absent: as many may be asked as anybody likes. */
  readonly rates?: Pick<CommandRates, 'friendAsked'>;
}

/** A command as an API gives it: what the application knows itself isn't in it. */
type Asked<Command extends FriendshipCommand> = Omit<Command, 'type' | 'settings' | 'requestId' | 'consent'>;

/** With the id of the request that is meant. */
type Ending<Command extends AnswerFriendRequest | WithdrawFriendRequest> = Omit<Command, 'type' | 'settings'>;

/** Several friends of one, each a stream of his own. */
interface Friends {
  readonly ownerId: string;
  readonly friendIds: readonly string[];
}

/** Has an idempotency key for each of them where the request has one. */
type ContextOf = (friendId: string) => RequestContext;

/** Friends that are worked on side by side. */
const AT_ONCE = 16;

/**
 * What two people can do about each other, for every API alike. Each throws the `DomainError`s that its command names
 * (`domain/friendship/commands.ts`) and `ApplicationError`.
 */
export class FriendshipCommands {
  constructor(private readonly deps: FriendshipCommandsDependencies) {}

  /** The same for an API that has other settings, where nobody has decided otherwise (docs/rules.md A1). */
  under(settings: FriendshipSettings): FriendshipCommands {
    return new FriendshipCommands({ ...this.deps, settings });
  }

  /** What the tenant has decided. */
  settings(): FriendshipSettings {
    return this.deps.settings;
  }

  /** Whether he has the other in his list, as both last had it. */
  async hasFriend(tenant: string, ownerId: string, friendId: string): Promise<boolean> {
    if (ownerId === friendId) return false;
    for (const userId of [ownerId, friendId]) checkId('userId', userId);
    const pair = { category: 'friendship', tenant, a: ownerId, b: friendId } as const;
    return sideOf((await this.deps.pipeline.look(friendshipAggregate, pair)).state, ownerId).friend !== null;
  }

  /** @throws DomainError UserNotFound */
  async request(context: RequestContext, asked: Asked<RequestFriend>): Promise<FriendshipResult<'RequestFriend'>> {
    const { from, to } = asked;
    this.deps.rates?.friendAsked(context, to);
    await this.deps.users.require(context.tenant, [from, to]);
    const { pipeline, settings } = this.deps;
    const { state: other } = await pipeline.look(userAggregate, {
      category: 'user',
      tenant: context.tenant,
      userId: to,
    });
    const consent = other.status !== 'registered' || other.privacy.friendRequestConsent;
    return this.#execute(context, from, to, {
      ...asked,
      type: 'RequestFriend',
      requestId: await repeatableId(this.deps.reservations, context, 'friendRequest'),
      consent,
      settings,
    });
  }

  answer(
    context: RequestContext,
    asked: Ending<AnswerFriendRequest>,
  ): Promise<FriendshipResult<'AnswerFriendRequest'>> {
    const { settings } = this.deps;
    return this.#execute(context, asked.from, asked.to, { ...asked, type: 'AnswerFriendRequest', settings });
  }

  withdraw(
    context: RequestContext,
    asked: Ending<WithdrawFriendRequest>,
  ): Promise<FriendshipResult<'WithdrawFriendRequest'>> {
    return this.#execute(context, asked.from, asked.to, { ...asked, type: 'WithdrawFriendRequest' });
  }

  /** Also of who was never a friend, or no user: already so. */
  remove(context: RequestContext, asked: Asked<RemoveFriend>): Promise<FriendshipResult<'RemoveFriend'>> {
    const { settings } = this.deps;
    return this.#execute(context, asked.ownerId, asked.friendId, { ...asked, type: 'RemoveFriend', settings });
  }

  changeCard(context: RequestContext, asked: Asked<ChangeFriendCard>): Promise<FriendshipResult<'ChangeFriendCard'>> {
    return this.#execute(context, asked.ownerId, asked.friendId, { ...asked, type: 'ChangeFriendCard' });
  }

  /** Says the same of several; who isn't a friend is passed over. Gives what became of the others, by id. */
  async changeCards(
    contextOf: ContextOf,
    { friendIds, ...asked }: Friends & Pick<ChangeFriendCard, 'changes' | 'pinned'>,
  ): Promise<ReadonlyMap<string, FriendshipResult<'ChangeFriendCard'>>> {
    const results = await inEach(friendIds, async (friendId) => {
      try {
        return await this.changeCard(contextOf(friendId), { ...asked, friendId });
      } catch (error) {
        if (error instanceof DomainError && error.kind === 'FriendNotFound') return undefined;
        throw error;
      }
    });
    return new Map([...results].flatMap(([id, result]) => (result === undefined ? [] : [[id, result] as const])));
  }

  /** @throws DomainError UserNotFound */
  async block(context: RequestContext, asked: Asked<BlockUser>): Promise<FriendshipResult<'BlockUser'>> {
    const { ownerId, blockedId } = asked;
    await this.deps.users.require(context.tenant, [ownerId, blockedId]);
    const { settings } = this.deps;
    return this.#execute(context, ownerId, blockedId, { ...asked, type: 'BlockUser', settings });
  }

  /** @throws DomainError UserNotFound */
  async unblock(context: RequestContext, asked: Asked<UnblockUser>): Promise<FriendshipResult<'UnblockUser'>> {
    const { ownerId, blockedId } = asked;
    await this.deps.users.require(context.tenant, [ownerId, blockedId]);
    return this.#execute(context, ownerId, blockedId, { ...asked, type: 'UnblockUser' });
  }

  /**
   * Makes friends of one and each of the others. All must be users, and others than he, before the first is written.
   * @throws DomainError UserNotFound, CannotBefriendYourself
   */
  async importFriends(
    contextOf: ContextOf,
    { ownerId, friendIds }: Friends,
  ): Promise<ReadonlyMap<string, FriendshipResult<'ImportFriend'>>> {
    if (friendIds.includes(ownerId)) refuse('CannotBefriendYourself', { userId: ownerId });
    await this.deps.users.require(contextOf(ownerId).tenant, [ownerId, ...friendIds]);
    return inEach(friendIds, (friendId) => {
      const command = { type: 'ImportFriend', ownerId, friendId } satisfies ImportFriend;
      return this.#execute(contextOf(friendId), ownerId, friendId, command);
    });
  }

  async #execute<Command extends FriendshipCommand>(
    context: RequestContext,
    a: string,
    b: string,
    command: Command,
  ): Promise<FriendshipResult<Command['type']>> {
    for (const userId of [a, b]) checkId('userId', userId);
    const stream = { category: 'friendship', tenant: context.tenant, a, b } as const;
    const result = await this.deps.pipeline.execute({ ...context, aggregate: friendshipAggregate, stream, command });
    // A decision's outcome is of its command.
    return result as FriendshipResult<Command['type']>;
  }
}

/** Some side by side, and no further ones once one has failed. */
async function inEach<Result>(
  ids: readonly string[],
  act: (id: string) => Promise<Result>,
): Promise<Map<string, Result>> {
  const results = new Map<string, Result>();
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE);
    const settled = await Promise.all(some.map(async (id) => [id, await act(id)] as const));
    for (const [id, result] of settled) results.set(id, result);
  }
  return results;
}
