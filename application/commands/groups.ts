import type { CommandRates } from './command-rates.js';
import { newId } from '../new-id.js';
import type {
  AddMembers,
  AnswerInvitation,
  AnswerJoinRequest,
  ChangeGroupProfile,
  ChangeGroupSettings,
  ChangeJoinPolicy,
  ChangeMemberCard,
  ChangeMemberRole,
  ChangeMemberRoles,
  CopyGroup,
  CopyTemplate,
  CreateGroup,
  DismissGroup,
  GroupCommand,
  GroupOutcome,
  ImportedMember,
  ImportMembers,
  Invitee,
  JoinGroup,
  LeaveGroup,
  MuteGroup,
  MuteMember,
  PublishAnnouncement,
  ReinstateGroup,
  RemoveMembers,
  RequestToJoin,
  SuspendGroup,
  TransferOwnership,
  UnmuteGroup,
  UnmuteMember,
  WithdrawInvitation,
  WithdrawJoinRequest,
} from '../../domain/group/commands.js';
import { groupDecider } from '../../domain/group/decider.js';
import type { GroupEvent } from '../../domain/group/events.js';
import { groupPresets, isPresetName } from '../../domain/group/presets.js';
import type { RuleValues } from '../../domain/group/rules.js';
import type { GroupState } from '../../domain/group/state.js';
import { actingUser } from '../../domain/shared/actor.js';
import { refuse } from '../../domain/shared/errors.js';
import { checkId, serverMadeId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import type { Numbers } from '../ports/numbers.js';
import type { Reservations } from '../ports/reservations.js';
import type { Aggregate } from './aggregate.js';
import type { CommandPipeline } from './pipeline.js';
import { repeatableId, repeatableValue } from './repeatable-value.js';
import type { CommandResult, RequestContext } from './request.js';
import { tried } from './trial.js';
import type { UserDirectory } from './user-directory.js';
import { userAggregate } from './users.js';

export const groupAggregate: Aggregate<GroupState, GroupCommand, GroupEvent, GroupOutcome> = {
  category: 'group',
  decider: groupDecider,
};

type OutcomeOf<Type extends GroupCommand['type']> = Extract<GroupOutcome, { command: Type }>;
export type GroupResult<Type extends GroupCommand['type']> = CommandResult<GroupState, OutcomeOf<Type>>;
type Asked<Command> = Omit<Command, 'type'>;

/** Without `groupId`, the id is the group's number in decimal (docs/rules.md A13). */
export type NewGroup = Omit<CreateGroup, 'type' | 'groupId' | 'number' | 'invitees'> & { readonly groupId?: string };

/** Who is to come in, by id: the facts about each, and an id for his invitation, are found here. */
export type Addition = Omit<AddMembers, 'type' | 'invitees'> & { readonly userIds: readonly string[] };

export type Import = Omit<ImportMembers, 'type' | 'members'> & {
  readonly members: readonly Omit<ImportedMember, 'exists'>[];
};

/** Without `toGroupId`, the copy's id is its number in decimal. */
export interface Copy {
  readonly groupId: string;
  readonly toGroupId?: string;
  readonly name: string;
  readonly avatar?: string;
}

/** Users' streams that are looked at side by side. */
const LOOKS_AT_ONCE = 16;

export interface GroupCommandsDependencies {
  readonly pipeline: CommandPipeline;
  readonly clock: Clock;
  readonly numbers: Numbers;
  readonly reservations: Reservations;
  readonly users: UserDirectory;
  /** Absent: as many groups, requests and invitations may be made as anybody likes. */
  readonly rates?: Pick<CommandRates, 'groupMade' | 'joinAsked' | 'invited'>;
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
    this.deps.rates?.groupMade(context);
    await this.deps.users.require(context.tenant, [...(ownerId === null ? [] : [ownerId]), ...admins, ...members]);
    const number = await this.#numberFor(context);
    const values = valuesOf(asked.preset);
    const invitees = await this.#invitees(context.tenant, values, [...admins, ...members]);
    return this.#execute(context, {
      ...asked,
      type: 'CreateGroup',
      groupId: groupId ?? serverMadeId(number),
      number,
      invitees: invitees.filter(({ wantsConsent }) => wantsConsent || values?.inviteeConsent === 'always'),
    });
  }

  /**
   * Names people who shall come in. With `unknown: 'report'` those who don't exist are told one by one.
   * @throws DomainError UserNotFound
   */
  async addMembers(context: RequestContext, { userIds, ...asked }: Addition): Promise<GroupResult<'AddMembers'>> {
    const { tenant } = context;
    const state = await this.#look(tenant, asked.groupId);
    const values = state.status === 'none' ? undefined : state.rules.values;
    checkLength('userIds', userIds.length, values);
    this.deps.rates?.invited(context, userIds.length);
    for (const userId of userIds) checkId('userIds', userId);
    const missing = new Set(await this.deps.users.missing(tenant, userIds));
    const asking = asked.consent === 'waive' ? undefined : values;
    const invitees = await this.#invitees(tenant, asking, userIds, missing);
    return this.#execute(context, { ...asked, type: 'AddMembers', invitees });
  }

  answerInvitation(context: RequestContext, asked: Asked<AnswerInvitation>): Promise<GroupResult<'AnswerInvitation'>> {
    return this.#execute(context, { ...asked, type: 'AnswerInvitation' });
  }

  withdrawInvitation(
    context: RequestContext,
    asked: Asked<WithdrawInvitation>,
  ): Promise<GroupResult<'WithdrawInvitation'>> {
    return this.#execute(context, { ...asked, type: 'WithdrawInvitation' });
  }

  /** Joins where the group is open, asks where it wants approval. @throws DomainError UserNotFound */
  async requestToJoin(
    context: RequestContext,
    asked: Omit<RequestToJoin, 'type' | 'requestId'>,
  ): Promise<GroupResult<'RequestToJoin'>> {
    this.deps.rates?.joinAsked(context, asked.groupId);
    await this.deps.users.require(context.tenant, [asked.userId]);
    const requestId = await repeatableId(this.deps.reservations, context, 'joinRequest');
    return this.#execute(context, { ...asked, type: 'RequestToJoin', requestId });
  }

  answerJoinRequest(
    context: RequestContext,
    asked: Asked<AnswerJoinRequest>,
  ): Promise<GroupResult<'AnswerJoinRequest'>> {
    return this.#execute(context, { ...asked, type: 'AnswerJoinRequest' });
  }

  withdrawJoinRequest(
    context: RequestContext,
    asked: Asked<WithdrawJoinRequest>,
  ): Promise<GroupResult<'WithdrawJoinRequest'>> {
    return this.#execute(context, { ...asked, type: 'WithdrawJoinRequest' });
  }

  /** Those who don't exist are told one by one. */
  async importMembers(context: RequestContext, asked: Import): Promise<GroupResult<'ImportMembers'>> {
    for (const { userId } of asked.members) checkId('members', userId);
    const userIds = asked.members.map(({ userId }) => userId);
    const missing = new Set(await this.deps.users.missing(context.tenant, userIds));
    const members = asked.members.map((member) => ({ ...member, exists: !missing.has(member.userId) }));
    return this.#execute(context, { ...asked, members, type: 'ImportMembers' });
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

  changeRoles(context: RequestContext, asked: Asked<ChangeMemberRoles>): Promise<GroupResult<'ChangeMemberRoles'>> {
    return this.#execute(context, { ...asked, type: 'ChangeMemberRoles' });
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

  announce(context: RequestContext, asked: Asked<PublishAnnouncement>): Promise<GroupResult<'PublishAnnouncement'>> {
    return this.#execute(context, { ...asked, type: 'PublishAnnouncement' });
  }

  changeJoinPolicy(context: RequestContext, asked: Asked<ChangeJoinPolicy>): Promise<GroupResult<'ChangeJoinPolicy'>> {
    return this.#execute(context, { ...asked, type: 'ChangeJoinPolicy' });
  }

  changeSettings(
    context: RequestContext,
    asked: Asked<ChangeGroupSettings>,
  ): Promise<GroupResult<'ChangeGroupSettings'>> {
    return this.#execute(context, { ...asked, type: 'ChangeGroupSettings' });
  }

  changeCard(context: RequestContext, asked: Asked<ChangeMemberCard>): Promise<GroupResult<'ChangeMemberCard'>> {
    return this.#execute(context, { ...asked, type: 'ChangeMemberCard' });
  }

  suspend(context: RequestContext, asked: Asked<SuspendGroup>): Promise<GroupResult<'SuspendGroup'>> {
    return this.#execute(context, { ...asked, type: 'SuspendGroup' });
  }

  reinstate(context: RequestContext, asked: Asked<ReinstateGroup>): Promise<GroupResult<'ReinstateGroup'>> {
    return this.#execute(context, { ...asked, type: 'ReinstateGroup' });
  }

  /**
   * Makes a new group with the members of another one; who copies owns it. Two streams, so two commands: the source says
   * that it was copied, which holds the rules' interval, then the new group is made. A repeat with the same idempotency
   * key goes on where the first stopped.
   * @throws DomainError UserNotFound for a copier who is none, CopyRefused, and what `create` throws. @returns of the new group
   */
  async copy(context: RequestContext, { groupId, toGroupId, ...profile }: Copy): Promise<GroupResult<'CreateGroup'>> {
    this.deps.rates?.groupMade(context);
    // An app admin need not be a user, but an owner is one.
    await this.deps.users.require(context.tenant, [actingUser(context.actor)]);
    const number = await this.#numberFor(context);
    const copying: CopyGroup = { type: 'CopyGroup', groupId, toGroupId: toGroupId ?? serverMadeId(number) };
    const creating = (template: CopyTemplate, invitees: readonly Invitee[]): CreateGroup =>
      copyOf(copying, { template, invitees, number, ownerId: actingUser(context.actor), ...profile });

    // The source says nothing before it is known that the new group can be made: it says it for days.
    const template = (await this.#tried(context, copying))?.template;
    const trial = template === undefined ? undefined : creating(template, []);
    if (trial !== undefined && (await this.#tried(context, trial)) === undefined) {
      // Refused again, which is what the caller hears, or a repeat of what was done long ago.
      return this.#execute(forStep(context, 'create'), trial);
    }
    const { outcome } = await this.#execute(context, copying);
    const { rules, members } = outcome.template;
    const invitees = await this.#invitees(context.tenant, rules.values, members);
    return this.#execute(forStep(context, 'create'), creating(outcome.template, invitees));
  }

  dismiss(context: RequestContext, asked: Asked<DismissGroup>): Promise<GroupResult<'DismissGroup'>> {
    return this.#execute(context, { ...asked, type: 'DismissGroup' });
  }

  /** undefined: refused. */
  async #tried<Command extends GroupCommand>(
    { tenant, actor }: RequestContext,
    command: Command,
  ): Promise<OutcomeOf<Command['type']> | undefined> {
    checkId('groupId', command.groupId);
    const stream = { category: 'group', tenant, groupId: command.groupId } as const;
    const decision = await tried(this.deps, { aggregate: groupAggregate, stream, command, actor });
    // A decision's outcome is of its command.
    return decision?.outcome as OutcomeOf<Command['type']> | undefined;
  }

  async #look(tenant: string, groupId: string): Promise<GroupState> {
    checkId('groupId', groupId);
    const { state } = await this.deps.pipeline.look(groupAggregate, { category: 'group', tenant, groupId });
    return state;
  }

  /**
   * The facts about people who are named: whether they exist, and whether they want to be asked, which is looked up in
   * their own streams where the rules leave it to them.
   */
  async #invitees(
    tenant: string,
    values: RuleValues | undefined,
    userIds: readonly string[],
    missing: ReadonlySet<string> = new Set(),
  ): Promise<Invitee[]> {
    const known = [...new Set(userIds)].filter((userId) => !missing.has(userId));
    const asking =
      values?.inviteeConsent === 'byUserSetting' ? await this.#wantingConsent(tenant, known) : new Set<string>();
    return userIds.map((userId) => ({
      userId,
      inviteId: newId(),
      wantsConsent: asking.has(userId),
      exists: !missing.has(userId),
    }));
  }

  async #wantingConsent(tenant: string, userIds: readonly string[]): Promise<ReadonlySet<string>> {
    const asking = new Set<string>();
    for (let start = 0; start < userIds.length; start += LOOKS_AT_ONCE) {
      await Promise.all(
        userIds.slice(start, start + LOOKS_AT_ONCE).map(async (userId) => {
          const stream = { category: 'user', tenant, userId } as const;
          const { state } = await this.deps.pipeline.look(userAggregate, stream);
          if (state.status === 'registered' && state.privacy.groupInviteConsent) asking.add(userId);
        }),
      );
    }
    return asking;
  }

  /** The same number for the same key: a repeat is the same command, and one with a server-made id the same stream. */
  async #numberFor(context: RequestContext): Promise<number> {
    const { numbers, reservations } = this.deps;
    return Number(await repeatableValue(reservations, context, 'group', async () => String(await numbers.next())));
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

/** Of a preset that there is; the decision says what is wrong with another one. */
function valuesOf(preset: CreateGroup['preset']): RuleValues | undefined {
  if (typeof preset !== 'string') return preset.rules.values;
  return isPresetName(preset) ? groupPresets[preset].rules.values : undefined;
}

/** Who wants no asking needs no invitation. */
function copyOf(
  { groupId, toGroupId }: CopyGroup,
  copy: Pick<CreateGroup, 'name' | 'avatar' | 'ownerId' | 'number'> & {
    readonly template: CopyTemplate;
    readonly invitees: readonly Invitee[];
  },
): CreateGroup {
  const { template, invitees, ...made } = copy;
  const { rules, kind, maximum, joinPolicy, settings, members } = template;
  return {
    ...made,
    type: 'CreateGroup',
    groupId: toGroupId,
    preset: { rules, defaults: { maximum, joinPolicy, settings } },
    kind,
    members,
    copyOf: groupId,
    invitees: invitees.filter(({ wantsConsent }) => wantsConsent || rules.values.inviteeConsent === 'always'),
  };
}

/** Before anybody is looked up. @throws DomainError InvalidArgument */
function checkLength(field: string, count: number, values: RuleValues | undefined): void {
  const max = values?.limits.listItems;
  if (max !== undefined && count > max) refuse('InvalidArgument', { field, reason: `names more than ${max}` });
}

/** A second command of one request: its key is of its own, and the revision asked for was the first one's stream's. */
function forStep({ ifRevision, idempotency, ...context }: RequestContext, step: string): RequestContext {
  void ifRevision;
  if (idempotency === undefined) return context;
  return { ...context, idempotency: { ...idempotency, operation: `${idempotency.operation}#${step}` } };
}
