import { LRUCache } from 'lru-cache';
import { newId } from '../new-id.js';
import { hasAdminPowers } from '../../domain/shared/actor.js';
import { DomainError, refuse } from '../../domain/shared/errors.js';
import type { AccessNotes } from '../audit/access-notes.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { Clock } from '../ports/clock.js';
import type { EventContext } from '../ports/envelope.js';
import { NO_STREAM } from '../ports/event-store.js';
import { isPositionOf } from '../ports/positions.js';
import type { Claim, HeldClaim, IdempotencyLedger, RememberedOutcome } from '../ports/idempotency.js';
import type { Logger } from '../ports/logger.js';
import type { Snapshots } from '../ports/snapshots.js';
import type { Storage } from '../ports/storage.js';
import type { Telemetry } from '../ports/telemetry.js';
import type { OwnWrites } from '../queries/own-writes.js';
import { InvalidStreamPart, type StreamId, streamName } from '../streams.js';
import { ApplicationError, fail } from './errors.js';
import type { CommandRates } from './command-rates.js';
import { type Folded, nothingYet, type Reading } from './folded.js';
import { StateSnapshots } from './state-snapshots.js';
import { Mailbox, type MailboxLimits } from './mailbox.js';
import { outcomeOf, outcomeOfError } from './outcomes.js';
import type { CommandRequest, CommandResult, IdempotencyKey, RequestContext } from './request.js';
import { hashOf } from './scope.js';
import type { Settled, Ticket } from './ticket.js';

export interface PipelineOptions extends MailboxLimits {
  /** How long a caller waits who doesn't say, milliseconds. */
  readonly deadlineMs: number;
  /** States kept in memory while nobody commands them, and their estimated text in bytes. */
  readonly cachedStates: number;
  readonly cachedBytes: number;
}

export const PIPELINE_DEFAULTS: PipelineOptions = {
  deadlineMs: 10_000,
  waiting: 10_000,
  batch: 256,
  appendBytes: 700 * 1024,
  tries: 100,
  backoffMs: 250,
  cachedStates: 20_000,
  cachedBytes: 256 * 1024 * 1024,
};

export interface PipelineDependencies extends Omit<Reading, 'snapshots'> {
  /** Where states of long streams are kept. Absent: every stream is read from its start. */
  readonly snapshots?: Snapshots;
  readonly ledger: IdempotencyLedger;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of every command that was answered, whichever API it came by. */
  readonly ownWrites?: Pick<OwnWrites, 'wrote'>;
  /** Bounds what one user may ask for, whichever API he uses. Absent: nothing is bounded. */
  readonly rates?: CommandRates;
  /** Is told of commands that were refused. */
  readonly accesses?: Pick<AccessNotes, 'note'>;
  /** Whether somebody may read only. Absent: nobody is. */
  readonly readsOnly?: (tenant: string, userId: string) => boolean;
  /** Asked before anything is claimed or sent: what can't be written needn't be tried. */
  readonly storage?: Storage;
  /** Absent: nobody looks on. */
  readonly telemetry?: Telemetry;
}

/** Seen this long ago at most, a cached revision may stand in a claim: far less than the 24 hours after which a key is new. */
const CLAIMABLE_MS = 60 * 60 * 1000;

/**
 * What a mailbox left behind when it went idle, or the mailbox itself. Its type parameters are known by the aggregate
 * it was made with (`#mailbox` compares them).
 */
interface Known {
  readonly aggregate: object;
  readonly folded: Folded<unknown>;
  /** Estimate of what it takes in memory. */
  readonly bytes: number;
  /** On the clock of `performance.now()`. */
  readonly seen: number;
}

interface AnyMailbox {
  readonly aggregate: object;
  readonly folded: Folded<unknown> | undefined;
  readonly proven: boolean;
}

/**
 * One way in for every command of every API (docs/architecture.md "Application"): a mailbox per stream, appends at the exact
 * revision, no answer without an append from stale state, repeats recognised by their key.
 */
export class CommandPipeline {
  readonly #deps: PipelineDependencies;
  readonly #options: PipelineOptions;
  readonly #snapshots: StateSnapshots | undefined;
  readonly #mailboxes = new Map<string, AnyMailbox>();
  readonly #cache: LRUCache<string, Known>;
  /** Work that goes on after its caller was answered. */
  readonly #afterwards = new Set<Promise<unknown>>();
  readonly #idleWaiters: (() => void)[] = [];
  #closing = false;

  constructor(deps: PipelineDependencies, options: Partial<PipelineOptions> = {}) {
    this.#deps = deps;
    this.#options = { ...PIPELINE_DEFAULTS, ...options };
    this.#snapshots = deps.snapshots === undefined ? undefined : new StateSnapshots(deps.snapshots, deps.log);
    const { cachedStates, cachedBytes } = this.#options;
    this.#cache = new LRUCache({
      max: cachedStates,
      maxSize: cachedBytes,
      // A single long stream must not fall out of the cache for its length: its state is bounded where its events aren't.
      sizeCalculation: ({ bytes }) => Math.min(1024 + bytes, Math.floor(cachedBytes / 4)),
    });
  }

  /** Streams with commands under way. */
  get busyStreams(): number {
    return this.#mailboxes.size;
  }

  /**
   * Decides the command and writes its events, or answers from fresh state that there is nothing to write.
   * @throws DomainError the refusal @throws ApplicationError
   */
  async execute<State, Command, Event extends DomainEvent, Outcome>(
    request: CommandRequest<State, Command, Event, Outcome>,
  ): Promise<CommandResult<State, Outcome>> {
    const watched = this.#deps.telemetry?.command(nameOfCommand(request.command), request.via, request.traceparent);
    const own = watched?.traceparent;
    try {
      const result = await this.#permitted(own === undefined ? request : { ...request, traceparent: own });
      watched?.ended(outcomeOf(result));
      return result;
    } catch (error) {
      if (watched !== undefined) {
        const { outcome, why } = outcomeOfError(error);
        watched.ended(outcome, why);
      }
      if (error instanceof DomainError && request.actor.kind !== 'system') this.#noteRefusal(request, error);
      throw error;
    }
  }

  /** Does what a command asks for without an event; that it was refused is noted all the same. @throws what the work throws */
  async noting<T>(request: Refusable, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DomainError && request.actor.kind !== 'system') this.#noteRefusal(request, error);
      throw error;
    }
  }

  #noteRefusal({ tenant, actor, via, stream, correlationId = '' }: Refusable, { kind: outcome }: DomainError): void {
    const about = isNameable(stream) ? streamName(stream) : '';
    this.#deps.accesses?.note({ tenant, actor, kind: 'refused', operation: via, about, outcome, correlationId });
  }

  async #permitted<State, Command, Event extends DomainEvent, Outcome>(
    request: CommandRequest<State, Command, Event, Outcome>,
  ): Promise<CommandResult<State, Outcome>> {
    const { rates, readsOnly } = this.#deps;
    const { actor, tenant } = request;
    // Whichever API he comes by: a dialect may not know that he is an auditor.
    if (!hasAdminPowers(actor) && readsOnly?.(tenant, actor.id) === true)
      refuse('NotPermitted', { reason: 'an auditor reads, and writes nothing' });
    return rates === undefined ? this.#execute(request) : rates.within(request, () => this.#execute(request));
  }

  async #execute<State, Command, Event extends DomainEvent, Outcome>(
    request: CommandRequest<State, Command, Event, Outcome>,
  ): Promise<CommandResult<State, Outcome>> {
    if (this.#closing) fail('ShuttingDown', {});
    if (this.#deps.storage?.isFull === true) fail('DiskFull', {});
    const stream = nameOf(request.stream);
    const deadline = performance.now() + (request.deadlineMs ?? this.#options.deadlineMs);
    const work: Work<State, Command, Event, Outcome> = { request, stream, deadline };
    const result =
      request.idempotency === undefined
        ? told(await this.#submit(work, request.commandKey, NO_STREAM).answer)
        : await this.#once(work, request.idempotency);
    if (result.position !== undefined) {
      this.#deps.ownWrites?.wrote(request.tenant, request.actor.id, result.position);
    }
    return result;
  }

  /** The state of a stream as it is now, read after the call. @throws ApplicationError */
  async look<State, Command, Event extends DomainEvent, Outcome>(
    aggregate: CommandRequest<State, Command, Event, Outcome>['aggregate'],
    stream: StreamId,
    deadlineMs = this.#options.deadlineMs,
  ): Promise<{ readonly state: State; readonly revision: number }> {
    if (this.#closing) fail('ShuttingDown', {});
    const name = nameOf(stream);
    const deadline = performance.now() + deadlineMs;
    const unchanged = await this.#unchanged(name);
    // A stream of this aggregate, so its state.
    if (unchanged?.aggregate === aggregate) {
      const { state, revision } = unchanged.folded as Folded<State>;
      return { state, revision };
    }
    const mailbox = this.#mailbox(aggregate, name);
    const ticket = mailbox.submit({
      request: undefined,
      context: LOOKING,
      since: NO_STREAM,
      deadline,
    });
    const { state, stateRevision } = told(await ticket.answer);
    return { state, revision: stateRevision };
  }

  /** What is known of a stream that nobody commands just now, when the store says that it ends there still. */
  async #unchanged(stream: string): Promise<Known | undefined> {
    const { store } = this.#deps;
    const known = this.#mailboxes.has(stream) ? undefined : this.#cache.get(stream);
    if (known === undefined || known.folded.unknown !== undefined || store.lastRevision === undefined) return undefined;
    try {
      return (await store.lastRevision(stream)) === known.folded.revision ? known : undefined;
    } catch {
      return undefined; // The mailbox waits for a store that is away, and says so.
    }
  }

  /** The state as this process last knew it, which may be long ago: for guessing ahead, never for an answer. */
  known<State, Command, Event extends DomainEvent, Outcome>(
    aggregate: CommandRequest<State, Command, Event, Outcome>['aggregate'],
    stream: StreamId,
  ): State | undefined {
    const name = nameOf(stream);
    const known = this.#mailboxes.get(name) ?? this.#cache.get(name);
    return known?.aggregate === aggregate ? (known.folded?.state as State | undefined) : undefined;
  }

  /**
   * Takes no more commands and waits until those under way are settled and remembered, at most `graceMs`. Gives whether
   * all were. The event store is closed after this, which settles the rest as unknown.
   */
  async close(graceMs: number): Promise<boolean> {
    this.#closing = true;
    const end = performance.now() + graceMs;
    while (this.#mailboxes.size > 0 || this.#afterwards.size > 0) {
      const left = end - performance.now();
      if (left <= 0) return false;
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        Promise.all([new Promise<void>((resolve) => this.#whenIdle(resolve)), ...this.#afterwards]),
        new Promise<void>((resolve) => (timer = setTimeout(resolve, left))),
      ]);
      clearTimeout(timer);
    }
    return true;
  }

  #whenIdle(resolve: () => void): void {
    if (this.#mailboxes.size === 0) resolve();
    else this.#idleWaiters.push(resolve);
  }

  #submit<State, Command, Event extends DomainEvent, Outcome>(
    { request, stream, deadline }: Work<State, Command, Event, Outcome>,
    commandKey: string | undefined,
    since: number,
  ): Ticket<State, Command, Event, Outcome> {
    const context = contextOf(request, commandKey);
    return this.#mailbox(request.aggregate, stream, request.presumedNew).submit({ request, context, since, deadline });
  }

  /** A request with an idempotency key: claim, decide, remember. */
  async #once<State, Command, Event extends DomainEvent, Outcome>(
    work: Work<State, Command, Event, Outcome>,
    { bodyHash, operation, key }: IdempotencyKey,
  ): Promise<CommandResult<State, Outcome>> {
    const { request, stream, deadline } = work;
    const scope = idempotencyScope(request, { operation, key });
    const revision = await this.#recentRevision(work);
    const claim = await this.#claim({ scope, bodyHash, stream, revision }, deadline);
    if (claim.kind === 'reused') fail('IdempotencyKeyReused', { operation });
    if (claim.kind === 'done') return this.#replay(work, claim.outcome);

    const { held, since } = claim;
    let ticket: Ticket<State, Command, Event, Outcome>;
    try {
      const ownSince = request.commandKey === undefined ? since : NO_STREAM;
      ticket = this.#submit(work, request.commandKey ?? scope, ownSince);
    } catch (error) {
      await this.#release(held);
      throw error;
    }
    // What came of it is remembered even when its caller has been told that nobody knows.
    const remembered = ticket.truth.then((truth) => this.#remember(held, truth));
    this.#later(remembered);

    const answer = await ticket.answer;
    switch (answer.kind) {
      case 'answered':
        // Its events speak for a write; nothing but the row speaks for an already-so.
        if (answer.result.events === 0) await remembered;
        return answer.result;
      case 'unknown':
        throw answer.error;
      case 'refused': {
        const others = await remembered;
        if (others !== undefined) return this.#replay(work, others);
        // Another attempt under the same key may have written, or may yet.
        if (claim.kind === 'joined' && wasNotTried(answer.error)) {
          fail('OutcomeUnknown', { stream }, { cause: answer.error });
        }
        throw answer.error;
      }
    }
  }

  /** A revision before which nothing of a new claim can stand. Needs no read where the stream is known. */
  async #recentRevision<State, Command, Event extends DomainEvent, Outcome>({
    request,
    stream,
    deadline,
  }: Work<State, Command, Event, Outcome>): Promise<number> {
    const running = this.#mailboxes.get(stream);
    const known = (running?.proven === true ? running.folded : undefined) ?? this.#recentlySeen(stream)?.folded;
    if (known !== undefined) return known.revision;
    const { revision } = await this.look(request.aggregate, request.stream, deadline - performance.now());
    return revision;
  }

  #recentlySeen(stream: string): Known | undefined {
    const known = this.#cache.get(stream);
    return known !== undefined && performance.now() - known.seen < CLAIMABLE_MS ? known : undefined;
  }

  async #claim(request: Parameters<IdempotencyLedger['claim']>[0], deadline: number): Promise<Claim> {
    const claim = this.#deps.ledger.claim(request);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => {
        resolve('late');
      }, deadline - performance.now());
    });
    try {
      const first = await Promise.race([claim, late]);
      if (first !== 'late') return first;
    } catch (error) {
      this.#deps.log.warn({ error: String(error) }, 'an idempotency key could not be claimed');
      throw error;
    } finally {
      clearTimeout(timer);
    }
    this.#later(
      claim.then(
        (given) => ('held' in given ? this.#release(given.held) : undefined),
        () => undefined, // Not claimed, so there is nothing to give back.
      ),
    );
    return fail('DeadlinePassed', { stream: request.stream });
  }

  /** Never rejects. Gives an outcome that somebody else remembered where this attempt wrote nothing. */
  async #remember<State, Outcome>(
    held: HeldClaim,
    truth: Settled<State, Outcome>,
  ): Promise<RememberedOutcome | undefined> {
    if (truth.kind === 'refused') return this.#release(held);
    if (truth.kind === 'unknown') return undefined;
    const { outcome, revision, position, events } = truth.result;
    try {
      await this.#deps.ledger.complete(held, {
        outcome,
        revision,
        ...(position === undefined ? {} : { position }),
        events,
      });
    } catch (error) {
      // The claim stays, and a repeat is answered from the stream.
      this.#deps.log.warn({ error: String(error) }, 'an outcome could not be remembered');
    }
    return undefined;
  }

  async #release(held: HeldClaim): Promise<RememberedOutcome | undefined> {
    try {
      return await this.#deps.ledger.release(held);
    } catch (error) {
      this.#deps.log.warn({ error: String(error) }, 'a claim could not be released');
      return undefined;
    }
  }

  async #replay<State, Command, Event extends DomainEvent, Outcome>(
    { request, stream, deadline }: Work<State, Command, Event, Outcome>,
    { outcome, revision, position, events }: RememberedOutcome,
  ): Promise<CommandResult<State, Outcome>> {
    const { store } = this.#deps;
    const known = (this.#mailboxes.get(stream)?.folded ?? this.#cache.get(stream)?.folded) as Folded<State> | undefined;
    const now =
      known !== undefined && known.revision >= revision && known.unknown === undefined
        ? known
        : await this.look(request.aggregate, request.stream, deadline - performance.now());
    return {
      // Written by this operation for this body: the scope names the operation, the hash the body.
      outcome: outcome as Outcome,
      revision,
      // Remembered before the log was moved to another store, it names no place that anybody could wait for.
      position: position !== undefined && isPositionOf(position, store.identity) ? position : undefined,
      events,
      replayed: true,
      state: now.state,
      stateRevision: now.revision,
    };
  }

  #mailbox<State, Command, Event extends DomainEvent, Outcome>(
    aggregate: CommandRequest<State, Command, Event, Outcome>['aggregate'],
    stream: string,
    presumedNew = false,
  ): Mailbox<State, Command, Event, Outcome> {
    const running = this.#mailboxes.get(stream);
    const cached = this.#cache.get(stream);
    const other = running?.aggregate ?? cached?.aggregate;
    if (other !== undefined && other !== aggregate) throw new Error(`two aggregates for one stream: ${stream}`);
    // The same aggregate, so the same type parameters.
    if (running !== undefined) return running as unknown as Mailbox<State, Command, Event, Outcome>;
    const known =
      (cached?.folded as Folded<State> | undefined) ??
      (presumedNew ? nothingYet(aggregate.decider.initialState) : undefined);
    const mailbox = new Mailbox<State, Command, Event, Outcome>({
      store: this.#deps.store,
      serializer: this.#deps.serializer,
      snapshots: this.#snapshots,
      clock: this.#deps.clock,
      log: this.#deps.log,
      telemetry: this.#deps.telemetry,
      aggregate,
      stream,
      limits: this.#options,
      known,
      onIdle: (folded, proven) => {
        this.#mailboxes.delete(stream);
        if (folded === undefined) this.#cache.delete(stream);
        else if (proven) {
          const bytes = aggregate.snapshot?.bytes(folded.state) ?? folded.bytes;
          this.#cache.set(stream, { aggregate, folded, bytes, seen: performance.now() });
        }
        if (this.#mailboxes.size === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
      },
      onSnapshotDue: (folded) => {
        const { snapshot } = aggregate;
        if (this.#snapshots !== undefined && snapshot !== undefined)
          this.#later(this.#snapshots.later(stream, snapshot, folded));
      },
    });
    this.#mailboxes.set(stream, mailbox);
    return mailbox;
  }

  #later(work: Promise<unknown>): void {
    this.#afterwards.add(work);
    void work.finally(() => this.#afterwards.delete(work));
  }
}

interface Work<State, Command, Event extends DomainEvent, Outcome> {
  readonly request: CommandRequest<State, Command, Event, Outcome>;
  readonly stream: string;
  readonly deadline: number;
}

/** The scope within which an idempotency key is one and the same request. */
export const idempotencyScope = (
  { tenant, actor }: Pick<RequestContext, 'tenant' | 'actor'>,
  { operation, key }: Pick<IdempotencyKey, 'operation' | 'key'>,
): string => hashOf(tenant, actor.kind, actor.id, actor.onBehalfOf ?? '', operation, key);

const LOOKING: EventContext = {
  tenant: '',
  actor: { kind: 'system', id: 'looking' },
  via: '',
  correlationId: '',
  causationId: '',
};

function contextOf(request: RequestContext, commandKey: string | undefined): EventContext {
  const { tenant, actor, via, requestRef, silent, traceparent } = request;
  const correlationId = request.correlationId ?? newId();
  return {
    tenant,
    actor,
    via,
    correlationId,
    causationId: request.causationId ?? correlationId,
    ...(requestRef === undefined ? {} : { requestRef }),
    ...(commandKey === undefined ? {} : { commandKey }),
    ...(silent === undefined ? {} : { silent }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function nameOf(stream: StreamId): string {
  try {
    return streamName(stream);
  } catch (error) {
    if (!(error instanceof InvalidStreamPart)) throw error;
    return refuse('InvalidArgument', { field: 'id', reason: error.message });
  }
}

/** Given up before anything was decided for good, unlike a refusal. */
const wasNotTried = (error: unknown): boolean => error instanceof ApplicationError && error.kind !== 'NotStorable';

/** As the domain names it; each aggregate knows a few dozen. */
const nameOfCommand = (command: unknown): string =>
  typeof command === 'object' && command !== null && 'type' in command && typeof command.type === 'string'
    ? command.type
    : 'unnamed';

function told<State, Outcome>(settled: Settled<State, Outcome>): CommandResult<State, Outcome> {
  if (settled.kind === 'answered') return settled.result;
  throw settled.error;
}

type Refusable = Pick<RequestContext, 'tenant' | 'actor' | 'via' | 'correlationId'> & { readonly stream: StreamId };

function isNameable(stream: StreamId): boolean {
  try {
    return streamName(stream) !== '';
  } catch (error) {
    if (error instanceof InvalidStreamPart) return false;
    throw error;
  }
}
