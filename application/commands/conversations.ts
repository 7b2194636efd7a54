import { v5 as uuidv5 } from 'uuid';
import type {
  ClearConversation,
  CloseConversation,
  ConversationCommand,
  ConversationOutcome,
  DeleteMessages,
  ImportedMessage,
  ImportMessages,
  OpenConversation,
  RevokeMessages,
  SendingStanding,
  SendMessage,
  SendNotice,
} from '../../domain/conversation/commands.js';
import type { ConversationAbout } from '../../domain/conversation/events.js';
import { standingInGroup, type GroupStanding, type PeerStanding } from '../../domain/conversation/standing.js';
import type { ConversationState } from '../../domain/conversation/state.js';
import type { FriendshipSettings } from '../../domain/friendship/settings.js';
import { seenByPeer } from '../../domain/friendship/writing.js';
import { actingUser } from '../../domain/shared/actor.js';
import { refuse } from '../../domain/shared/errors.js';
import { checkId } from '../../domain/shared/ids.js';
import type { ReceiveOption } from '../../domain/view/events.js';
import type { Clock } from '../ports/clock.js';
import type { LookedMessage, MessageLookup } from '../ports/message-lookup.js';
import type { Reservations } from '../ports/reservations.js';
import { conversationKeyText, type StreamId } from '../streams.js';
import { conversationAggregate, type LookedCommand, LookupNeeded, neededUpTo } from './conversation-aggregate.js';
import { aboutOf, type ConversationTarget, conversationStream, seeGroup } from './conversation-keys.js';
import { friendshipAggregate } from './friendships.js';
import { groupAggregate } from './groups.js';
import { type LookedSend, OlderMessages } from './older-messages.js';
import type { CommandPipeline } from './pipeline.js';
import { repeatableId } from './repeatable-value.js';
import type { CommandResult, RequestContext } from './request.js';
import { tried } from './trial.js';
import type { UserDirectory } from './user-directory.js';
import { userAggregate } from './users.js';
import { viewAggregate } from './views.js';

export type ConversationResult<Type extends ConversationCommand['type']> = CommandResult<
  ConversationState,
  Extract<ConversationOutcome, { readonly command: Type }>
> & {
  /** Which conversation it was; a pair stands in code unit order. */
  readonly about: ConversationAbout;
};

/** Without what is found here: ids, standing, older messages. */
type Asked<Command extends ConversationCommand> = Omit<
  Command,
  'type' | 'about' | 'messageId' | 'standing' | 'looked'
> & {
  readonly conversation: ConversationTarget;
};

export type Sending = Asked<SendMessage>;
export type Importing = Omit<Asked<ImportMessages>, 'messages'> & {
  readonly messages: readonly Omit<ImportedMessage, 'messageId' | 'looked'>[];
};
export type Revoking = Omit<Asked<RevokeMessages>, 'revokeWithin'>;

/** What a tenant has decided about conversations (docs/rules.md A1). */
export interface ConversationSettings {
  /** How old a message of a single chat its sender may still revoke, ms; null = any. */
  readonly revokeWithinMs: number | null;
}

export interface ConversationCommandsDependencies {
  readonly pipeline: CommandPipeline;
  readonly clock: Clock;
  readonly users: UserDirectory;
  readonly messages: MessageLookup;
  readonly reservations: Pick<Reservations, 'reserveId'>;
  readonly friendship: Pick<FriendshipSettings, 'strangersMayWrite'>;
  readonly settings: ConversationSettings;
  /** How long a caller waits who doesn't say, milliseconds. */
  readonly deadlineMs: number;
}

/**
 * What can be done in conversations for all who take part, for every API alike. Each throws the `DomainError`s that its command
 * names (`domain/conversation/commands.ts`) and `ApplicationError`. What the group or the other one says of who acts is read
 * after the request came; commands at the same time share such a read (docs/rules.md A9).
 */
export class ConversationCommands {
  readonly #older: OlderMessages;

  constructor(private readonly deps: ConversationCommandsDependencies) {
    this.#older = new OlderMessages(deps.messages);
  }

  /** As `FriendshipCommands.under`. */
  under(friendship: Pick<FriendshipSettings, 'strangersMayWrite'>): ConversationCommands {
    return new ConversationCommands({ ...this.deps, friendship });
  }

  /** @throws DomainError UserNotFound (the other one, or in whose name an app admin speaks) */
  async send(context: RequestContext, { conversation, ...asked }: Sending): Promise<ConversationResult<'SendMessage'>> {
    const { senderId } = asked;
    checkId('senderId', senderId);
    const messageId = await repeatableId(this.deps.reservations, context, 'message');
    const command = (about: ConversationAbout, standing: SendingStanding | null): SendMessage => ({
      ...asked,
      type: 'SendMessage',
      about,
      messageId,
      standing,
    });
    if (conversation.kind === 'group') {
      const ahead = this.#lookAhead(context, conversation, asked.clientMsgId, (about) => command(about, null));
      const { about, state, revision } = await seeGroup(this.deps.pipeline, context.tenant, conversation);
      const standing = standingInGroup({ state, revision }, about, senderId);
      return this.#execute(context, await ahead(command(about, standing)));
    }
    const about = aboutOf(conversation);
    const ahead = this.#lookAhead(context, conversation, asked.clientMsgId, () => command(about, null));
    const standing = await this.#standing(context.tenant, about, asked);
    return this.#execute(context, await ahead(command(about, standing)));
  }

  /** A line of the server's. The same event's again is the same line, however much was said since. */
  async notice(context: RequestContext, asked: Asked<SendNotice>): Promise<ConversationResult<'SendNotice'>> {
    return this.#execute(context, await this.#noticeAbout(context, asked));
  }

  /**
   * The same in two steps: when the second begins, nothing is waited for before the line has its turn. Lines that are begun in an
   * order come in that order, several in one append.
   */
  async preparedNotice(
    context: RequestContext,
    asked: Asked<SendNotice>,
  ): Promise<() => Promise<ConversationResult<'SendNotice'>>> {
    const { tenant, deadlineMs } = context;
    const command = await this.#noticeAbout(context, asked);
    const stream = conversationStream(tenant, command.about);
    const { pipeline } = this.deps;
    const state =
      pipeline.known(conversationAggregate, stream) ??
      (await pipeline.look(conversationAggregate, stream, deadlineMs)).state;
    if (neededUpTo(state, command) === 0) return () => this.#execute(context, command);
    const end = performance.now() + (deadlineMs ?? this.deps.deadlineMs);
    const found = await this.#older.lookUp(tenant, command, 0, end);
    return 'told' in found
      ? () => this.#toldBefore(context, command.about, found.told)
      : () => this.#execute(context, found.command as LookedCommand & { readonly type: 'SendNotice' });
  }

  async #noticeAbout(context: RequestContext, { conversation, ...asked }: Asked<SendNotice>): Promise<SendNotice> {
    const about =
      conversation.kind !== 'group'
        ? aboutOf(conversation)
        : conversation.incarnation === undefined
          ? (await seeGroup(this.deps.pipeline, context.tenant, conversation)).about
          : { ...conversation, incarnation: conversation.incarnation };
    return { ...asked, type: 'SendNotice', about, messageId: noticeId(asked.notice) };
  }

  /** @throws DomainError UserNotFound */
  async import(
    context: RequestContext,
    { conversation, messages, ...asked }: Importing,
  ): Promise<ConversationResult<'ImportMessages'>> {
    const { tenant, actor } = context;
    const { about, standing } = await this.#takingPart(tenant, conversation, actingUser(actor));
    const senders = messages.map(({ senderId }) => senderId);
    await this.deps.users.require(tenant, [...new Set([...namedIn(about), ...senders])]);
    const batch = await repeatableId(this.deps.reservations, context, 'messages');
    return this.#execute(context, {
      ...asked,
      type: 'ImportMessages',
      about,
      standing,
      messages: messages.map((message, place) => ({ ...message, messageId: uuidv5(place.toString(), batch) })),
    });
  }

  async revoke(
    context: RequestContext,
    { conversation, ...asked }: Revoking,
  ): Promise<ConversationResult<'RevokeMessages'>> {
    const taking = await this.#takingPart(context.tenant, conversation, actingUser(context.actor));
    const revokeWithin = this.deps.settings.revokeWithinMs;
    return this.#execute(context, { ...asked, ...taking, type: 'RevokeMessages', revokeWithin });
  }

  /** For everybody; for oneself alone: `ViewCommands.hide`. */
  async delete(
    context: RequestContext,
    { conversation, ...asked }: Asked<DeleteMessages>,
  ): Promise<ConversationResult<'DeleteMessages'>> {
    const taking = await this.#takingPart(context.tenant, conversation, actingUser(context.actor));
    return this.#execute(context, { ...asked, ...taking, type: 'DeleteMessages' });
  }

  /** For everybody; for oneself alone: `ViewCommands.clear`. */
  async clear(
    context: RequestContext,
    { conversation, ...asked }: Asked<ClearConversation>,
  ): Promise<ConversationResult<'ClearConversation'>> {
    const taking = await this.#takingPart(context.tenant, conversation, actingUser(context.actor));
    return this.#execute(context, { ...asked, ...taking, type: 'ClearConversation' });
  }

  /** Whether `clear` would be done now. @throws DomainError, ApplicationError */
  async wouldClear(
    { tenant, actor, deadlineMs = this.deps.deadlineMs }: RequestContext,
    { conversation, ...asked }: Asked<ClearConversation>,
  ): Promise<boolean> {
    const taking = await this.#takingPart(tenant, conversation, actingUser(actor));
    const command = { ...asked, ...taking, type: 'ClearConversation' } as const;
    const stream = conversationStream(tenant, taking.about);
    const request = { aggregate: conversationAggregate, stream, command, actor, deadlineMs };
    return (await tried(this.deps, request)) !== undefined;
  }

  /** A group's present conversation as it is now. @throws DomainError GroupNotFound */
  async stateInGroup(tenant: string, groupId: string): Promise<ConversationState> {
    const { pipeline } = this.deps;
    const { about } = await seeGroup(pipeline, tenant, { kind: 'group', groupId });
    return (await pipeline.look(conversationAggregate, conversationStream(tenant, about))).state;
  }

  /** By the server and app admins. Of a pair that exists the caller has made sure. */
  async open(
    context: RequestContext,
    { conversation }: Asked<OpenConversation>,
  ): Promise<ConversationResult<'OpenConversation'>> {
    const { about } = await this.#takingPart(context.tenant, conversation, actingUser(context.actor));
    return this.#execute(context, { type: 'OpenConversation', about });
  }

  /** By the server and app admins. */
  close(
    context: RequestContext,
    { about, why }: Omit<CloseConversation, 'type'>,
  ): Promise<ConversationResult<'CloseConversation'>> {
    checkId('groupId', about.groupId);
    return this.#execute(context, { type: 'CloseConversation', about, why });
  }

  async #takingPart(
    tenant: string,
    conversation: ConversationTarget,
    userId: string,
  ): Promise<{ readonly about: ConversationAbout; readonly standing: GroupStanding | null }> {
    if (conversation.kind !== 'group') return { about: aboutOf(conversation), standing: null };
    const { about, state, revision } = await seeGroup(this.deps.pipeline, tenant, conversation);
    return { about, standing: standingInGroup({ state, revision }, about, userId) };
  }

  /** What the other one says of who writes to him; in the name of the service nobody is asked. */
  async #standing(
    tenant: string,
    about: ConversationAbout,
    { senderId, from }: Pick<SendMessage, 'senderId' | 'from'>,
  ): Promise<PeerStanding | null> {
    const { pipeline, users, friendship } = this.deps;
    const named = namedIn(about);
    for (const userId of named) checkId('userId', userId);
    if (about.kind !== 'single' || from === 'system') {
      await users.require(tenant, named);
      return null;
    }
    const peer = senderId === about.a ? about.b : about.a;
    const [pair, view, user] = await Promise.all([
      pipeline.look(friendshipAggregate, { category: 'friendship', tenant, a: about.a, b: about.b }),
      pipeline.look(viewAggregate, { category: 'view', tenant, conversation: about, participant: peer }),
      pipeline.look(userAggregate, { category: 'user', tenant, userId: peer }),
      users.require(tenant, [senderId]),
    ]);
    if (user.state.status !== 'registered') refuse('UserNotFound', { userIds: [peer] });
    return {
      kind: 'single',
      revision: pair.revision,
      ...seenByPeer(pair.state, senderId, peer),
      strangersMayWrite: friendship.strangersMayWrite,
      peerReceives: stricter(user.state.receiveOption, view.state.receiveOption),
    };
  }

  /**
   * What a long conversation's older messages say of a repeat is looked up beside the reading of the group or the pair, where
   * this process knows already that it will be needed. @returns gives the command what was found
   */
  #lookAhead(
    { tenant }: RequestContext,
    target: ConversationTarget,
    clientMsgId: string | undefined,
    commandOn: (about: ConversationAbout) => SendMessage,
  ): (command: SendMessage) => Promise<LookedSend> {
    if (clientMsgId === undefined) return (given) => Promise.resolve(given);
    const about = this.#knownAbout(tenant, target);
    const state = about && this.deps.pipeline.known(conversationAggregate, conversationStream(tenant, about));
    const command = about && commandOn(about);
    if (command === undefined || state === undefined || neededUpTo(state, command) === 0)
      return (given) => Promise.resolve(given);
    const looked = this.#older.lookFor(tenant, command);
    // What it fails with is met by whoever needs it; a refusal comes before that.
    looked.catch(() => undefined);
    return async (given) => (isSame(given.about, command.about) ? (await looked)(given) : given);
  }

  /** As far as this process knows: a group may have moved on. */
  #knownAbout(tenant: string, target: ConversationTarget): ConversationAbout | undefined {
    if (target.kind !== 'group') return aboutOf(target);
    const { groupId } = target;
    const state = this.deps.pipeline.known(groupAggregate, { category: 'group', tenant, groupId });
    if (state === undefined || state.status === 'none') return undefined;
    return { kind: 'group', groupId, incarnation: target.incarnation ?? state.incarnation };
  }

  /**
   * A process's command key is left out: a conversation is without bound, and to look for an old key it would be read whole.
   * What its commands do again is known by itself, however long ago it was: closed, opened, a line by its event.
   */
  async #execute<Type extends ConversationCommand['type']>(
    { commandKey, ...context }: RequestContext & { readonly commandKey?: string },
    command: LookedCommand & { readonly type: Type },
  ): Promise<ConversationResult<Type>> {
    void commandKey;
    const { about } = command;
    const stream = conversationStream(context.tenant, about);
    const end = performance.now() + (context.deadlineMs ?? this.deps.deadlineMs);
    let given: LookedCommand = command;
    let upTo = this.#foreseen(stream, command);
    for (;;) {
      if (upTo !== undefined) {
        const found = await this.#older.lookUp(context.tenant, given, upTo, end);
        if ('told' in found) return (await this.#toldBefore(context, about, found.told)) as ConversationResult<Type>;
        given = found.command;
      }
      try {
        const deadlineMs = Math.max(1, end - performance.now());
        const request = { ...context, deadlineMs, aggregate: conversationAggregate, stream, command: given };
        // A decision's outcome is of its command.
        return { ...(await this.deps.pipeline.execute(request)), about } as unknown as ConversationResult<Type>;
      } catch (error) {
        if (!(error instanceof LookupNeeded)) throw error;
        upTo = error.upTo;
      }
    }
  }

  /** Where it is known already that something will have to be looked up, it is done before the first try. */
  #foreseen(stream: StreamId, command: LookedCommand): number | undefined {
    if (command.lookedUpTo !== undefined) return undefined;
    const state = this.deps.pipeline.known(conversationAggregate, stream);
    return state !== undefined && neededUpTo(state, command) > 0 ? 0 : undefined;
  }

  /** A line that has left the window. */
  async #toldBefore(
    { tenant, deadlineMs }: RequestContext,
    about: ConversationAbout,
    { seq, messageId, sentAt, countable }: LookedMessage,
  ): Promise<ConversationResult<'SendNotice'>> {
    const stream = conversationStream(tenant, about);
    const { state, revision } = await this.deps.pipeline.look(conversationAggregate, stream, deadlineMs);
    return {
      outcome: {
        command: 'SendNotice',
        alreadySo: true,
        opened: false,
        seq,
        messageId,
        sentAt,
        countable,
        sameContent: true,
      },
      revision,
      position: undefined,
      events: 0,
      replayed: false,
      state,
      stateRevision: revision,
      about,
    };
  }
}

/** Whom it is about; a group's members its group knows. */
function namedIn(about: ConversationAbout): readonly string[] {
  if (about.kind === 'single') return [about.a, about.b];
  return about.kind === 'notification' ? [about.userId] : [];
}

const isSame = (one: ConversationAbout, other: ConversationAbout): boolean =>
  conversationKeyText(one) === conversationKeyText(other);

const strictness: readonly ReceiveOption[] = ['all', 'silent', 'none'];

const stricter = (one: ReceiveOption, other: ReceiveOption): ReceiveOption =>
  strictness.indexOf(one) > strictness.indexOf(other) ? one : other;

/** Any uuid will do, and never another one. */
const NOTICES = '5a8f3c0e-7d1b-4b57-9a52-3f0c9f6c2d11';

/** The same for the same event: so that one which was told long ago is found again. */
const noticeId = ({ eventId }: SendNotice['notice']): string => uuidv5(eventId, NOTICES);
