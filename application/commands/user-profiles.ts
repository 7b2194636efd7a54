import type {
  ChangeUserPrivacy,
  ChangeUserProfile,
  ChangeUserReceiveOption,
  UserCommand,
  UserOutcome,
} from '../../domain/user/commands.js';
import type { User, UserState } from '../../domain/user/state.js';
import { refuse } from '../../domain/shared/errors.js';
import { checkId } from '../../domain/shared/ids.js';
import type { CommandPipeline } from './pipeline.js';
import type { CommandResult, RequestContext } from './request.js';
import { userAggregate } from './users.js';

type OutcomeOf<Type extends UserCommand['type']> = Extract<UserOutcome, { readonly command: Type }>;
export type UserProfileResult<Type extends UserCommand['type']> = CommandResult<UserState, OutcomeOf<Type>>;

/**
 * What a registered user changes of himself, or an app admin for him. Registration and login are in `users.ts`.
 * Each throws DomainError UserNotFound, NotPermitted and what its command names (`domain/user/commands.ts`).
 */
export class UserProfileCommands {
  constructor(private readonly deps: { readonly pipeline: CommandPipeline }) {}

  changeProfile(
    context: RequestContext,
    asked: Omit<ChangeUserProfile, 'type'>,
  ): Promise<UserProfileResult<'ChangeUserProfile'>> {
    return this.#execute(context, { ...asked, type: 'ChangeUserProfile' });
  }

  changePrivacy(
    context: RequestContext,
    asked: Omit<ChangeUserPrivacy, 'type'>,
  ): Promise<UserProfileResult<'ChangeUserPrivacy'>> {
    return this.#execute(context, { ...asked, type: 'ChangeUserPrivacy' });
  }

  changeReceiveOption(
    context: RequestContext,
    asked: Omit<ChangeUserReceiveOption, 'type'>,
  ): Promise<UserProfileResult<'ChangeUserReceiveOption'>> {
    return this.#execute(context, { ...asked, type: 'ChangeUserReceiveOption' });
  }

  /** By what he is found and asked, as he last said it. @throws DomainError UserNotFound */
  async privacyOf(tenant: string, userId: string): Promise<User['privacy']> {
    checkId('userId', userId);
    const { state } = await this.deps.pipeline.look(userAggregate, { category: 'user', tenant, userId });
    return state.status === 'registered' ? state.privacy : refuse('UserNotFound', { userIds: [userId] });
  }

  async #execute<Command extends UserCommand>(
    context: RequestContext,
    command: Command,
  ): Promise<UserProfileResult<Command['type']>> {
    checkId('userId', command.userId);
    const stream = { category: 'user', tenant: context.tenant, userId: command.userId } as const;
    const result = await this.deps.pipeline.execute({ ...context, aggregate: userAggregate, stream, command });
    // A decision's outcome is of its command.
    return result as UserProfileResult<Command['type']>;
  }
}
