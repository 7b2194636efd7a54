import type {
  ClearGroupNotices,
  FavouriteGroup,
  UnfavouriteGroup,
  UserGroupsCommand,
  UserGroupsOutcome,
} from '../../domain/user-groups/commands.js';
import { userGroupsDecider } from '../../domain/user-groups/decider.js';
import type { UserGroupsEvent } from '../../domain/user-groups/events.js';
import type { UserGroups } from '../../domain/user-groups/state.js';
import { refuse } from '../../domain/shared/errors.js';
import { checkId } from '../../domain/shared/ids.js';
import type { Aggregate } from './aggregate.js';
import { groupAggregate } from './groups.js';
import type { CommandPipeline } from './pipeline.js';
import type { CommandResult, RequestContext } from './request.js';
import type { UserDirectory } from './user-directory.js';

export const userGroupsAggregate: Aggregate<UserGroups, UserGroupsCommand, UserGroupsEvent, UserGroupsOutcome> = {
  category: 'usergroups',
  decider: userGroupsDecider,
};

export type UserGroupsResult = CommandResult<UserGroups, UserGroupsOutcome>;

/** What a user does with groups for himself alone: favourites, and notices that he has seen enough of. */
export class UserGroupsCommands {
  constructor(private readonly deps: { readonly pipeline: CommandPipeline; readonly users: UserDirectory }) {}

  /** @throws DomainError GroupNotFound, GroupDismissed, UserNotFound, TooManyFavourites, NotPermitted */
  async favourite(
    context: RequestContext,
    asked: Omit<FavouriteGroup, 'type' | 'incarnation'>,
  ): Promise<UserGroupsResult> {
    const { groupId } = asked;
    checkId('groupId', groupId);
    const stream = { category: 'group', tenant: context.tenant, groupId } as const;
    const { state } = await this.deps.pipeline.look(groupAggregate, stream);
    if (state.status === 'none') refuse('GroupNotFound', { groupId });
    if (state.status === 'dismissed') refuse('GroupDismissed', { groupId });
    return this.#execute(context, { ...asked, type: 'FavouriteGroup', incarnation: state.incarnation });
  }

  /** Of a dismissed group too. @throws DomainError UserNotFound, NotPermitted */
  unfavourite(context: RequestContext, asked: Omit<UnfavouriteGroup, 'type'>): Promise<UserGroupsResult> {
    return this.#execute(context, { ...asked, type: 'UnfavouriteGroup' });
  }

  /** @throws DomainError UserNotFound, NotPermitted, InvalidArgument */
  clearNotices(context: RequestContext, asked: Omit<ClearGroupNotices, 'type'>): Promise<UserGroupsResult> {
    return this.#execute(context, { ...asked, type: 'ClearGroupNotices' });
  }

  async #execute(context: RequestContext, command: UserGroupsCommand): Promise<UserGroupsResult> {
    const { tenant } = context;
    await this.deps.users.require(tenant, [command.userId]);
    const stream = { category: 'usergroups', tenant, userId: command.userId } as const;
    return this.deps.pipeline.execute({ ...context, aggregate: userGroupsAggregate, stream, command });
  }
}
