import { setTimeout as pause } from 'node:timers/promises';
import type { ConversationAbout } from '../../domain/conversation/events.js';
import type { ConversationState } from '../../domain/conversation/state.js';
import type { GroupState } from '../../domain/group/state.js';
import { actingUser, hasAdminPowers } from '../../domain/shared/actor.js';
import { refuse } from '../../domain/shared/errors.js';
import { checkId } from '../../domain/shared/ids.js';
import type { ChangeView, ViewCommand, ViewOutcome } from '../../domain/view/commands.js';
import { viewDecider } from '../../domain/view/decider.js';
import type { ViewEvent } from '../../domain/view/events.js';
import type { View } from '../../domain/view/state.js';
import type { Clock } from '../ports/clock.js';
import type { FormerParticipants } from '../ports/former-participants.js';
import type { MessageLookup } from '../ports/message-lookup.js';
import type { ReadPosition, ReadPositions, SetPosition } from '../ports/read-positions.js';
import { type ConversationKey, conversationKeyText } from '../streams.js';
import type { Aggregate } from './aggregate.js';
import type { CommandRates } from './command-rates.js';
import { conversationAggregate } from './conversation-aggregate.js';
import { aboutOf, type ConversationTarget, conversationStream, seeGroup } from './conversation-keys.js';
import { fail } from './errors.js';
import type { CommandPipeline } from './pipeline.js';
import type { CommandRequest, CommandResult, RequestContext } from './request.js';
import { tried } from './trial.js';
import type { UserDirectory } from './user-directory.js';

export const viewAggregate: Aggregate<View, ViewCommand, ViewEvent, ViewOutcome> = {
  category: 'view',
  decider: viewDecider,
};

export type ViewResult<Type extends ViewCommand['type']> = CommandResult<
  View,
  Extract<ViewOutcome, { readonly command: Type }>
> & { readonly about: ConversationAbout };

/** Whose side of which conversation. */
export interface ViewTarget {
  readonly conversation: ConversationTarget;
  readonly userId: string;
}

/** How far he has read: up to a message, or the highest of those that he read. */
export type Reading = ViewTarget & Beyond & ({ readonly upToSeq: number } | { readonly seqs: readonly number[] });

interface Beyond {
  /** Beyond the newest message: refused, or as far as there is one. Default `refuse`. */
  readonly beyond?: 'refuse' | 'clamp';
}

type Place = Beyond & ({ readonly upToSeq: number } | { readonly behind: number });

export interface ReadResult extends ReadPosition {
  readonly about: ConversationAbout;
  /** The newest message that he may see; 0 = none. */
  readonly lastSeq: number;
}

export interface ViewCommandsDependencies {
  readonly pipeline: CommandPipeline;
  readonly clock: Clock;
  readonly users: UserDirectory;
  readonly messages: Pick<MessageLookup, 'bySeqs'>;
  readonly formerly: FormerParticipants;
  readonly positions: ReadPositions;
  /** Absent: nothing is bounded. */
  readonly rates?: Pick<CommandRates, 'within'>;
  /** Whether a user only reads, as auditors do; absent: nobody. */
  readonly readsOnly?: (tenant: string, userId: string) => boolean;
  /** How long a caller waits who doesn't say, milliseconds. */
  readonly deadlineMs: number;
}

/** One who takes part, or did, and what he may see as of now. */
interface Seen {
  readonly about: ConversationAbout;
  readonly participates: boolean;
  readonly lastSeq: number;
  readonly state: ConversationState;
}

/** Seqs that may be named as read in one request. */
const MOST_READ = 1_000;

/** Between two looks at a read side that hasn't come far enough, milliseconds. */
const LOOK_AGAIN_MS = 25;

/**
 * What somebody does with a conversation for himself alone. Each throws the `DomainError`s that its command names
 * (`domain/view/commands.ts`), GroupNotFound and `ApplicationError`.
 */
export class ViewCommands {
  constructor(private readonly deps: ViewCommandsDependencies) {}

  /** Deletes messages for himself. */
  async hide(
    context: RequestContext,
    { seqs, ...target }: ViewTarget & { readonly seqs: readonly number[] },
  ): Promise<ViewResult<'HideMessages'>> {
    return this.#execute(context, target, await this.#seen(context, target), { type: 'HideMessages', seqs });
  }

  /** Deletes what was said up to a message, or up to now, for himself. */
  async clear(
    context: RequestContext,
    { upToSeq, ...target }: ViewTarget & { readonly upToSeq?: number },
  ): Promise<ViewResult<'ClearHistory'>> {
    const command = { type: 'ClearHistory', ...(upToSeq === undefined ? {} : { upToSeq }) } as const;
    return this.#execute(context, target, await this.#seen(context, target), command);
  }

  /** Whether `clear` would be done now. @throws DomainError, ApplicationError */
  async wouldClear(context: RequestContext, target: ViewTarget): Promise<boolean> {
    return this.#tried(context, target, await this.#seen(context, target), { type: 'ClearHistory' });
  }

  /** Pins it, chooses how one is told of it, … @throws DomainError UserNotFound for a chat with nobody */
  async change(
    context: RequestContext,
    { changes, ...target }: ViewTarget & Pick<ChangeView, 'changes'>,
  ): Promise<ViewResult<'ChangeView'>> {
    return this.#execute(context, target, await this.#changeable(context, target), { type: 'ChangeView', changes });
  }

  /** Whether `change` would be done now. @throws DomainError, ApplicationError */
  async wouldChange(
    context: RequestContext,
    { changes, ...target }: ViewTarget & Pick<ChangeView, 'changes'>,
  ): Promise<boolean> {
    return this.#tried(context, target, await this.#changeable(context, target), { type: 'ChangeView', changes });
  }

  async #changeable(context: RequestContext, target: ViewTarget): Promise<Seen> {
    const seen = await this.#seen(context, target);
    const { about } = seen;
    if (about.kind === 'single') await this.deps.users.require(context.tenant, [about.a, about.b]);
    return seen;
  }

  /**
   * Raises how far he has read; never lowers it, and never beyond the newest message that he may see (docs/rules.md A10).
   * @returns where he stands now @throws DomainError NotPermitted, NotAParticipant, InvalidArgument
   */
  async markRead(context: RequestContext, asked: Reading): Promise<ReadResult> {
    const { rates, pipeline } = this.deps;
    const { tenant } = context;
    const stream = {
      category: 'view',
      tenant,
      // Of a group without its incarnation nothing is named.
      conversation: aboutOf(asked.conversation as ConversationKey),
      participant: asked.userId,
    } as const;
    return pipeline.noting({ ...context, stream }, () =>
      rates === undefined
        ? this.#markRead(context, asked)
        : rates.within(context, () => this.#markRead(context, asked)),
    );
  }

  async #markRead(context: RequestContext, asked: Reading): Promise<ReadResult> {
    const { userId, beyond = 'refuse' } = asked;
    const end = performance.now() + (context.deadlineMs ?? this.deps.deadlineMs);
    // What a command would refuse an auditor, whichever API he comes by, is refused here, too.
    if (this.deps.readsOnly?.(context.tenant, userId) === true)
      refuse('NotPermitted', { reason: 'an auditor reads, and marks nothing as read' });
    requireOwn(context, userId);
    const wanted = 'seqs' in asked ? highestOf(asked.seqs) : asked.upToSeq;
    checkSeq('upToSeq', wanted, 1);
    const seen = await this.#seen(context, asked);
    const { about, lastSeq, participates } = seen;
    if (!participates) refuse('NotAParticipant', { userId });
    if (wanted > lastSeq && beyond === 'refuse') {
      refuse('InvalidArgument', {
        field: 'upToSeq',
        reason: `must not be beyond the newest message, ${lastSeq.toString()}`,
      });
    }
    const upToSeq = Math.min(wanted, lastSeq);
    const to = { upToSeq, countable: await this.#countableAt(context.tenant, seen, upToSeq, end) };
    const reader = { tenant: context.tenant, conversation: conversationKeyText(about), userId };
    const stands = upToSeq === 0 ? to : await this.deps.positions.raise(reader, to);
    return { ...stands, about, lastSeq };
  }

  /**
   * Sets how far somebody has read, also lower: up to a message, or so that `behind` messages are left. By app admins only.
   * The event is what counts; it moves the position here, or in the process that follows it. With a `commandKey` it is set once.
   */
  async setReadPosition(
    context: RequestContext & Pick<CommandRequest<View, ViewCommand, ViewEvent, ViewOutcome>, 'commandKey'>,
    { userId, conversation, beyond = 'refuse', ...asked }: ViewTarget & Place,
  ): Promise<ViewResult<'SetReadPosition'>> {
    const { tenant } = context;
    const end = performance.now() + (context.deadlineMs ?? this.deps.deadlineMs);
    const seen = await this.#seen(context, { userId, conversation });
    const { about, lastSeq } = seen;
    const wanted = 'upToSeq' in asked ? asked.upToSeq : Math.max(0, lastSeq - checkSeq('behind', asked.behind, 0));
    checkSeq('upToSeq', wanted, 0);
    const upToSeq = beyond === 'clamp' ? Math.min(wanted, lastSeq) : wanted;
    const countable = await this.#countableAt(tenant, seen, upToSeq, end);
    const result = await this.#execute(context, { userId, conversation }, seen, { type: 'SetReadPosition', upToSeq });
    const { outcome, revision } = result;
    // A repeat's is the first one's.
    const same = outcome.upToSeq === upToSeq;
    const reader = { tenant, conversation: conversationKeyText(about), userId };
    try {
      await this.deps.positions.set(reader, {
        upToSeq: outcome.upToSeq,
        countable: same ? countable : await this.#countableAt(tenant, seen, outcome.upToSeq, end),
        setBy: revision,
      });
    } catch (error) {
      // The event stands, and the process that follows it moves the position once it can.
      fail('OutcomeUnknown', { stream: reader.conversation }, { cause: error });
    }
    return result;
  }

  /**
   * Moves the position as an app admin's event says. Done again, or after a later one, it changes nothing.
   * @param setBy the event's revision in the view's stream
   */
  async positionWasSet(
    { tenant, deadlineMs = this.deps.deadlineMs }: Pick<RequestContext, 'tenant' | 'deadlineMs'>,
    asked: Omit<SetPosition, 'countable'> & { readonly userId: string; readonly conversation: ConversationKey },
  ): Promise<void> {
    const { userId, upToSeq, setBy } = asked;
    const about = aboutOf(asked.conversation);
    const end = performance.now() + deadlineMs;
    const { state } = await this.deps.pipeline.look(
      conversationAggregate,
      conversationStream(tenant, about),
      deadlineMs,
    );
    const countable = await this.#countableAt(tenant, { about, state }, upToSeq, end);
    const reader = { tenant, conversation: conversationKeyText(about), userId };
    await this.deps.positions.set(reader, { upToSeq, countable, setBy });
  }

  /** How many messages count as unread up to this one: of an older one, as the read side has it. */
  async #countableAt(
    tenant: string,
    { about, state }: Pick<Seen, 'about' | 'state'>,
    seq: number,
    end: number,
  ): Promise<number> {
    if (seq === 0 || state.status === 'none') return 0;
    if (seq >= state.lastSeq) return state.countable;
    const recent = state.recent.get(seq);
    if (recent !== undefined) return recent.countable;
    for (;;) {
      const [message] = await this.deps.messages.bySeqs(tenant, conversationKeyText(about), [seq]);
      if (message !== undefined) return message.countable;
      if (performance.now() + LOOK_AGAIN_MS > end) fail('Unavailable', { what: "the conversation's older messages" });
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** As of now: read after the request came. */
  async #seen({ tenant }: RequestContext, { conversation, userId }: ViewTarget): Promise<Seen> {
    const { pipeline, formerly } = this.deps;
    checkId('userId', userId);
    const seen = conversation.kind === 'group' ? await seeGroup(pipeline, tenant, conversation) : undefined;
    const about = seen?.about ?? aboutOf(conversation as ConversationKey);
    if (about.kind === 'single') for (const id of [about.a, about.b]) checkId('userId', id);
    const { state } = await pipeline.look(conversationAggregate, conversationStream(tenant, about));
    const lastSeq = state.status === 'none' ? 0 : state.lastSeq;
    if (isParty(about, seen?.state, userId)) return { about, participates: true, lastSeq, state };
    if (about.kind !== 'group') return { about, participates: false, lastSeq: 0, state };
    const visible = await formerly.lastVisibleSeq(tenant, conversationKeyText(about), userId);
    return { about, participates: visible !== undefined, lastSeq: Math.min(lastSeq, visible ?? 0), state };
  }

  async #execute<Type extends ViewCommand['type']>(
    context: RequestContext,
    target: ViewTarget,
    seen: Seen,
    command: Unseen & { readonly type: Type },
  ): Promise<ViewResult<Type>> {
    const { about } = seen;
    const result = await this.deps.pipeline.execute({ ...context, ...whole(context, target, seen, command) });
    // A decision's outcome is of its command.
    return { ...result, about } as ViewResult<Type>;
  }

  async #tried(
    { deadlineMs = this.deps.deadlineMs, ...context }: RequestContext,
    target: ViewTarget,
    seen: Seen,
    command: Unseen,
  ): Promise<boolean> {
    const { actor } = context;
    return (await tried(this.deps, { ...whole(context, target, seen, command), actor, deadlineMs })) !== undefined;
  }
}

/** A command as far as it isn't found here. */
type Unseen = ViewCommand extends infer Command
  ? Command extends ViewCommand
    ? Omit<Command, 'userId' | 'participates' | 'lastSeq'>
    : never
  : never;

const whole = (
  { tenant }: Pick<RequestContext, 'tenant'>,
  { userId }: ViewTarget,
  { about, participates, lastSeq }: Seen,
  command: Unseen,
) => ({
  aggregate: viewAggregate,
  stream: { category: 'view', tenant, conversation: about, participant: userId } as const,
  command: { ...command, userId, participates, lastSeq },
});

/** A member, or one of those whom the conversation is about. */
function isParty(about: ConversationAbout, group: GroupState | undefined, userId: string): boolean {
  switch (about.kind) {
    case 'single':
      return userId === about.a || userId === about.b;
    case 'notification':
      return userId === about.userId;
    case 'group':
      return (
        group !== undefined &&
        group.status !== 'none' &&
        group.incarnation === about.incarnation &&
        group.members.has(userId)
      );
  }
}

function requireOwn({ actor }: RequestContext, userId: string): void {
  if (actor.kind === 'auditor' || (actingUser(actor) !== userId && !hasAdminPowers(actor))) {
    refuse('NotPermitted', { reason: 'how far one has read is one’s own' });
  }
}

function highestOf(seqs: readonly number[]): number {
  if (seqs.length === 0 || seqs.length > MOST_READ) {
    refuse('InvalidArgument', { field: 'seqs', reason: `must be 1 to ${MOST_READ.toString()}` });
  }
  for (const seq of seqs) checkSeq('seqs', seq, 1);
  return Math.max(...seqs);
}

function checkSeq(field: string, seq: number, min: number): number {
  if (!Number.isSafeInteger(seq) || seq < min) {
    refuse('InvalidArgument', { field, reason: `must be a whole number from ${min.toString()}` });
  }
  return seq;
}
