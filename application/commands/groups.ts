import type {
  ChangeGroupProfile,
  ChangeMemberRole,
  CreateGroup,
  DismissGroup,
  GroupCommand,
  GroupOutcome,
  JoinGroup,
  LeaveGroup,
  MuteGroup,
  MuteMember,
  RemoveMembers,
  TransferOwnership,
  UnmuteGroup,
  UnmuteMember,
} from '../../domain/group/commands.js';
import { groupDecider } from '../../domain/group/decider.js';
import type { GroupEvent } from '../../domain/group/events.js';
import type { GroupState } from '../../domain/group/state.js';
import { serverMadeId } from '../../domain/shared/ids.js';
import type { Numbers } from '../ports/numbers.js';
import type { Reservations } from '../ports/reservations.js';
import type { Aggregate } from './aggregate.js';
import { type CommandPipeline, idempotencyScope } from './pipeline.js';
import type { CommandResult, RequestContext } from './request.js';
import type { UserDirectory } from './user-directory.js';

export const groupAggregate: Aggregate<GroupState, GroupCommand, GroupEvent, GroupOutcome> = {
  category: 'group',
  decider: groupDecider,
};

type OutcomeOf<Type extends GroupCommand['type']> = Extract<GroupOutcome, { command: Type }>;
export type GroupResult<Type extends GroupCommand['type']> = CommandResult<GroupState, OutcomeOf<Type>>;
type Asked<Command> = Omit<Command, 'type'>;

/** Without `groupId`, the id is the group's number in decimal (RULES A13). */
export type NewGroup = Omit<CreateGroup, 'type' | 'groupId' | 'number'> & { readonly groupId?: string };

export interface GroupCommandsDependencies {
  readonly pipeline: CommandPipeline;
  readonly numbers: Numbers;
  readonly reservations: Reservations;
  readonly users: UserDirectory;
}

/**
 * What can be done to groups, for every API alike. Each throws the `DomainError`s that its command names
 * (`domain/group/commands.ts`) and `ApplicationError`.
 */
export class GroupCommands {
  constructor(private readonly deps: GroupCommandsDependencies) {}

  /** @throws DomainError UserNotFound for an owner, admin or member who doesn't exist. */
  async create(context: RequestContext, { groupId, ...asked }: NewGroup): Promise<GroupResult<'CreateGroup'>> {
    const { ownerId, admins = [], members = [] } = asked;
    await this.deps.users.require(context.tenant, [...(ownerId === null ? [] : [ownerId]), ...admins, ...members]);
    const number = await this.#numberFor(context);
    return this.#execute(context, {
      ...asked,
      type: 'CreateGroup',
      groupId: groupId ?? serverMadeId(number),
      number,
    });
  }

  /** @throws DomainError UserNotFound */
  async join(context: RequestContext, asked: Asked<JoinGroup>): Promise<GroupResult<'JoinGroup'>> {
    await this.deps.users.require(context.tenant, [asked.userId]);
    return this.#execute(context, { ...asked, type: 'JoinGroup' });
  }

  leave(context: RequestContext, asked: Asked<LeaveGroup>): Promise<GroupResult<'LeaveGroup'>> {
    return this.#execute(context, { ...asked, type: 'LeaveGroup' });
  }

  removeMembers(context: RequestContext, asked: Asked<RemoveMembers>): Promise<GroupResult<'RemoveMembers'>> {
    return this.#execute(context, { ...asked, type: 'RemoveMembers' });
  }

  changeRole(context: RequestContext, asked: Asked<ChangeMemberRole>): Promise<GroupResult<'ChangeMemberRole'>> {
    return this.#execute(context, { ...asked, type: 'ChangeMemberRole' });
  }

  transfer(context: RequestContext, asked: Asked<TransferOwnership>): Promise<GroupResult<'TransferOwnership'>> {
    return this.#execute(context, { ...asked, type: 'TransferOwnership' });
  }

  muteMember(context: RequestContext, asked: Asked<MuteMember>): Promise<GroupResult<'MuteMember'>> {
    return this.#execute(context, { ...asked, type: 'MuteMember' });
  }

  unmuteMember(context: RequestContext, asked: Asked<UnmuteMember>): Promise<GroupResult<'UnmuteMember'>> {
    return this.#execute(context, { ...asked, type: 'UnmuteMember' });
  }

  mute(context: RequestContext, asked: Asked<MuteGroup>): Promise<GroupResult<'MuteGroup'>> {
    return this.#execute(context, { ...asked, type: 'MuteGroup' });
  }

  unmute(context: RequestContext, asked: Asked<UnmuteGroup>): Promise<GroupResult<'UnmuteGroup'>> {
    return this.#execute(context, { ...asked, type: 'UnmuteGroup' });
  }

  changeProfile(context: RequestContext, asked: Asked<ChangeGroupProfile>): Promise<GroupResult<'ChangeGroupProfile'>> {
    return this.#execute(context, { ...asked, type: 'ChangeGroupProfile' });
  }

  dismiss(context: RequestContext, asked: Asked<DismissGroup>): Promise<GroupResult<'DismissGroup'>> {
    return this.#execute(context, { ...asked, type: 'DismissGroup' });
  }

  /** The same number for the same key: a repeat is the same command, and one with a server-made id the same stream. */
  async #numberFor(context: RequestContext): Promise<number> {
    const { numbers, reservations } = this.deps;
    if (context.idempotency === undefined) return numbers.next();
    const scope = idempotencyScope(context, context.idempotency);
    const reserved = await reservations.reserveId(context.tenant, 'group', scope, async () =>
      String(await numbers.next()),
    );
    return Number(reserved);
  }

  async #execute<Command extends GroupCommand>(
    context: RequestContext,
    command: Command,
  ): Promise<GroupResult<Command['type']>> {
    const stream = { category: 'group', tenant: context.tenant, groupId: command.groupId } as const;
    const result = await this.deps.pipeline.execute({ ...context, aggregate: groupAggregate, stream, command });
    // A decision's outcome is of its command.
    return result as GroupResult<Command['type']>;
  }
}
