import { setTimeout as pause } from 'node:timers/promises';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { Clock } from '../ports/clock.js';
import { EventUnreadable, KeyUnusable, type SealedAppend } from '../ports/envelope.js';
import {
  type AppendResult,
  EventRefused,
  EventStoreClosed,
  EventStoreUnavailable,
  OutcomeLeftOpen,
  WritesRefused,
} from '../ports/event-store.js';
import type { Logger } from '../ports/logger.js';
import type { Telemetry } from '../ports/telemetry.js';
import { type Aggregate, FactsNeeded } from './aggregate.js';
import { decideInTurn, type Round, type Verdict } from './decided.js';
import { ApplicationError } from './errors.js';
import { type Folded, foldOn, foldWhole, type Reading } from './folded.js';
import type { CommandResult } from './request.js';
import { joined, type KeyedWrite } from './recent-keys.js';
import { type Settled, type Submission, Ticket } from './ticket.js';

export interface MailboxLimits {
  /** Commands that may wait for one stream. */
  readonly waiting: number;
  /** Commands in one append. */
  readonly batch: number;
  /** Text of one append in bytes, unless a single command needs more. */
  readonly appendBytes: number;
  /** Conflicts that one command survives. */
  readonly tries: number;
  /** Longest pause before deciding again, milliseconds; each is drawn at random up to a doubling bound. */
  readonly backoffMs: number;
}

/**
 * Of a pause after a conflict, ms: who writes to the same stream from another process without a pause is met between two of his
 * appends, if one comes often enough.
 */
const AGAIN_WITHIN_MS = 40;

export interface MailboxOptions<State, Command, Event extends DomainEvent, Outcome> extends Reading {
  readonly aggregate: Aggregate<State, Command, Event, Outcome>;
  readonly stream: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry?: Telemetry | undefined;
  readonly limits: MailboxLimits;
  /** The state as this process last knew it. */
  readonly known: Folded<State> | undefined;
  /** Nobody waits any more; `folded` is what is known now, `proven` whether it was the tail since the mailbox was opened. */
  readonly onIdle: (folded: Folded<State> | undefined, proven: boolean) => void;
  /** Enough has come since the last snapshot. Must not wait. */
  readonly onSnapshotDue: (folded: Folded<State>) => void;
}

/**
 * One stream's commands in this process: they are decided in turn on the speculative state and their events sent as one
 * append; the state advances only after the store accepted it.
 *
 * An answer without an append is given only on a state that was the stream's tail at some time after the request
 * arrived: the tail was read since, or an append at the exact revision proved it.
 */
export class Mailbox<State, Command, Event extends DomainEvent, Outcome> {
  readonly aggregate: Aggregate<State, Command, Event, Outcome>;
  readonly #options: MailboxOptions<State, Command, Event, Outcome>;
  /** In the order of arrival; those whose events are flying stay at the front until the store has answered. */
  readonly #tickets = new Set<Ticket<State, Command, Event, Outcome>>();
  #folded: Folded<State> | undefined;
  /** Counts arrivals and reads, to tell which came first. */
  #clock = 0;
  /** `#folded` was the tail at some time after this tick. */
  #freshSince = 0;
  #batch: number;
  #running = false;
  /** Failures of a store in a row. */
  #troubles = 0;

  constructor(options: MailboxOptions<State, Command, Event, Outcome>) {
    this.#options = options;
    this.aggregate = options.aggregate;
    this.#folded = options.known;
    this.#batch = options.limits.batch;
  }

  /** As last known; not what is speculated on. */
  get folded(): Folded<State> | undefined {
    return this.#folded;
  }

  /** `folded` was the stream's tail at some time since this mailbox was opened. */
  get proven(): boolean {
    return this.#freshSince > 0;
  }

  /** @throws ApplicationError TooBusy */
  submit(submission: Submission<State, Command, Event, Outcome>): Ticket<State, Command, Event, Outcome> {
    const { limits, stream } = this.#options;
    if (this.#tickets.size >= limits.waiting) throw new ApplicationError('TooBusy', { waiting: this.#tickets.size });
    const ticket = new Ticket(submission, ++this.#clock, stream, (gone) => this.#tickets.delete(gone));
    this.#tickets.add(ticket);
    if (!this.#running) {
      this.#running = true;
      // Not at once: commands that come in the same turn of the event loop share the first append.
      queueMicrotask(() => void this.#run());
    }
    return ticket;
  }

  async #run(): Promise<void> {
    while (this.#tickets.size > 0) {
      try {
        await this.#turn();
        this.#troubles = 0;
      } catch (error) {
        await this.#survive(error);
      }
    }
    this.#running = false;
    this.#options.onIdle(this.#folded, this.proven);
  }

  async #turn(): Promise<void> {
    const base = this.#folded ?? (await this.#readTail());
    if (base.unknown !== undefined) {
      this.#refuseAll(new ApplicationError('HistoryNotUnderstood', { stream: this.#options.stream, ...base.unknown }));
      return;
    }
    const batch = this.#next();
    await this.#searchOldKeys(base, batch);
    const round = decideInTurn(
      this.aggregate,
      base,
      batch.filter((ticket) => ticket.phase === 'waiting'),
      this.#options.clock.now(),
    );
    // Their events are in the log: they wait for nothing.
    for (const verdict of round.verdicts) if (verdict.kind === 'found') this.#settle(verdict, base);
    if (round.events.length === 0) await this.#answerWithoutAppend(base, round);
    else await this.#write(base, round);
  }

  #next(): Ticket<State, Command, Event, Outcome>[] {
    const batch: Ticket<State, Command, Event, Outcome>[] = [];
    for (const ticket of this.#tickets) {
      if (batch.length >= this.#batch) break;
      batch.push(ticket);
    }
    return batch;
  }

  /** From nothing, or from what is known; either way the stream's tail, read after all who wait now had arrived. */
  async #readTail(hasGrown = false): Promise<Folded<State>> {
    const tick = ++this.#clock;
    const folded = this.#withSnapshot(await this.#tail(hasGrown));
    this.#folded = folded;
    this.#freshSince = tick;
    return folded;
  }

  async #tail(hasGrown: boolean): Promise<Folded<State>> {
    const { stream, store } = this.#options;
    const known = this.#folded;
    if (known === undefined) return foldWhole(this.#options, this.aggregate, stream);
    if (!hasGrown && store.lastRevision !== undefined) {
      const revision = await store.lastRevision(stream);
      if (revision === known.revision) return known;
      // Shorter than it was, it is another one (a restored store).
      if (revision < known.revision) return foldWhole(this.#options, this.aggregate, stream);
    }
    return foldOn(this.#options, this.aggregate, stream, known);
  }

  #withSnapshot(folded: Folded<State>): Folded<State> {
    const { snapshot } = this.aggregate;
    if (snapshot === undefined || folded.unknown !== undefined) return folded;
    if (folded.revision - folded.snapshot < snapshot.every) return folded;
    this.#options.onSnapshotDue(folded);
    return { ...folded, snapshot: folded.revision };
  }

  async #answerWithoutAppend(base: Folded<State>, { verdicts }: Round<State, Command, Event, Outcome>): Promise<void> {
    let stale = false;
    for (const verdict of verdicts) {
      if (verdict.kind === 'found') continue;
      if (needsFreshness(verdict) && verdict.ticket.arrival > this.#freshSince) stale = true;
      else this.#settle(verdict, base);
    }
    // Those who couldn't be answered are decided again on what is read now.
    if (stale) await this.#readTail();
  }

  async #write(base: Folded<State>, round: Round<State, Command, Event, Outcome>): Promise<void> {
    const { stream, serializer, limits } = this.#options;
    const writers = round.verdicts.flatMap((verdict) => (verdict.kind === 'writes' ? [verdict.ticket] : []));
    let sealed: SealedAppend;
    let result: AppendResult | undefined;
    try {
      sealed = await serializer.seal(stream, { revision: base.revision, hash: base.hash }, round.events);
      if (round.verdicts.length > 1 && writers.length > 1 && textBytes(sealed) > limits.appendBytes) {
        this.#halve(round.verdicts.length);
        return;
      }
      // Whoever gave up while it was being sealed must not be written; the others are decided again without him.
      if (writers.some((ticket) => ticket.phase === 'settled')) return;
      for (const ticket of writers) ticket.phase = 'flying';
      const tick = ++this.#clock;
      result = await this.#append(sealed, writers);
      if (result.kind === 'appended') {
        this.#freshSince = tick;
        this.#advance(base, round, sealed, result);
        return;
      }
    } catch (error) {
      if (error instanceof WritesRefused) {
        for (const ticket of writers) refuseWrite(ticket, error);
        return;
      }
      if (!(error instanceof EventRefused || error instanceof KeyUnusable)) throw error;
      for (const ticket of writers) backToWaiting(ticket, error);
      if (round.verdicts.length > 1) this.#halve(round.verdicts.length);
      else for (const ticket of writers) ticket.settle(notStorable(error));
      return;
    }
    await this.#afterConflict(base, writers, result);
  }

  async #append(
    sealed: SealedAppend,
    writers: readonly Ticket<State, Command, Event, Outcome>[],
  ): Promise<AppendResult> {
    const { store, telemetry } = this.#options;
    const watched = telemetry?.append({
      aggregate: this.aggregate.category,
      commands: writers.map(({ submission }) => submission.context),
      events: sealed.events.length,
    });
    try {
      const [result] = await store.append([sealed]);
      if (result === undefined) throw new Error('the store gave no result');
      watched?.ended(result.kind);
      return result;
    } catch (error) {
      watched?.ended('failed');
      throw error;
    }
  }

  #advance(
    base: Folded<State>,
    round: Round<State, Command, Event, Outcome>,
    sealed: SealedAppend,
    { revision, position }: AppendResult & { kind: 'appended' },
  ): void {
    const after: Folded<State> = {
      ...base,
      state: round.state,
      revision,
      hash: sealed.lastHash,
      lastAt: round.lastAt,
      position,
      bytes: sealed.events.reduce((sum, { data }) => sum + data.length, base.bytes),
    };
    this.#folded = this.#withSnapshot(after);
    this.#batch = Math.min(this.#options.limits.batch, this.#batch * 2);
    for (const verdict of round.verdicts) {
      const key = verdict.ticket.commandKey;
      if (verdict.kind !== 'writes' || key === undefined) continue;
      const { first, last, at, outcome } = verdict;
      base.keys.note(key, { first, last, at, position, decided: { outcome } });
    }
    for (const verdict of round.verdicts) if (verdict.kind !== 'found') this.#settle(verdict, after);
  }

  async #afterConflict(
    base: Folded<State>,
    writers: readonly Ticket<State, Command, Event, Outcome>[],
    result: AppendResult | undefined,
  ): Promise<void> {
    const { stream, limits, telemetry } = this.#options;
    telemetry?.decidedAgain(writers.length);
    let tries = 0;
    for (const ticket of writers) {
      ticket.tries += 1;
      tries = Math.max(tries, ticket.tries);
      const contended = new ApplicationError('Contended', { stream, tries: ticket.tries });
      backToWaiting(ticket, contended);
      if (ticket.tries >= limits.tries) ticket.settle({ kind: 'refused', error: contended });
    }
    // A stream that is shorter than it was is another one (a restored store): what is known of it is void.
    if (result?.kind === 'conflict' && result.actual < base.revision) this.#folded = undefined;
    if (tries > 1) await pause(Math.random() * Math.min(2 ** tries, limits.backoffMs, AGAIN_WITHIN_MS));
    const tail = await this.#readTail(true);
    // The leader of a cluster refuses for what it has taken and may not show yet, as a majority doesn't have it. That is a
    // store to wait for (the deadline bounds it), not others who were first each time.
    if (result?.kind !== 'conflict' || result.actual <= tail.revision) return;
    for (const ticket of writers) ticket.tries -= 1;
    await pause(limits.backoffMs * (0.5 + Math.random() / 2));
  }

  /** The front half alone next time; doubled again with every success. */
  #halve(size: number): void {
    this.#batch = Math.max(1, Math.floor(size / 2));
  }

  /** A repeat of something older than the remembered keys: its events are looked for in the stream itself. */
  async #searchOldKeys(base: Folded<State>, batch: readonly Ticket<State, Command, Event, Outcome>[]): Promise<void> {
    const end = base.keys.from - 1;
    const wanted = new Map<string, Ticket<State, Command, Event, Outcome>[]>();
    let start = end + 1;
    for (const ticket of batch) {
      const key = ticket.commandKey;
      if (key === undefined || ticket.searched >= end) continue;
      start = Math.min(start, ticket.searched + 1);
      wanted.set(key, [...(wanted.get(key) ?? []), ticket]);
    }
    if (wanted.size === 0) return;
    const found = new Map<string, KeyedWrite>();
    const { store, serializer, stream } = this.#options;
    for await (const stored of store.readStream(stream, { from: start, maxCount: end - start + 1 })) {
      for (const { envelope, revision, position } of await serializer.open(stored)) {
        const key = envelope.commandKey;
        if (key === undefined || !wanted.has(key)) continue;
        const write = { first: revision, last: revision, at: envelope.occurredAt, position };
        const before = found.get(key);
        found.set(key, before === undefined ? write : joined(before, write));
      }
    }
    for (const [key, tickets] of wanted) {
      const write = found.get(key);
      for (const ticket of tickets) {
        ticket.searched = end;
        if (write !== undefined && write.first > ticket.submission.since) void this.#answerFound(ticket, write);
      }
    }
  }

  #settle(verdict: Verdict<State, Command, Event, Outcome>, now: Folded<State>): void {
    const { ticket } = verdict;
    switch (verdict.kind) {
      case 'writes':
        ticket.settle(answered(written(verdict, now, false)));
        return;
      case 'repeats':
        ticket.settle(answered(written(verdict.of, now, true)));
        return;
      case 'alreadySo': {
        const { outcome, state, revision } = verdict;
        ticket.settle(answered(judged(outcome, state, revision, now)));
        return;
      }
      case 'looks':
        // Who looks asks for no outcome; the accepted state counts, not the one he stood at in the round.
        ticket.settle(answered(judged(undefined as Outcome, now.state, now.revision, now)));
        return;
      case 'found':
        void this.#answerFound(ticket, verdict.write);
        return;
      case 'refused':
      case 'broken':
        ticket.settle({ kind: 'refused', error: verdict.error });
        return;
    }
  }

  /** Answers a repeat from the events that are there. Outside the queue: it needs no turn. Never rejects. */
  async #answerFound(ticket: Ticket<State, Command, Event, Outcome>, write: KeyedWrite): Promise<void> {
    // Its events are in the log already, so whatever stops the answer now, "nothing was written" would be a lie.
    ticket.phase = 'flying';
    this.#tickets.delete(ticket);
    const { stream, log } = this.#options;
    try {
      const outcome =
        write.decided === undefined ? await this.#decidedOutcome(ticket, write) : (write.decided.outcome as Outcome);
      const now = this.#folded !== undefined && this.#folded.revision >= write.last ? this.#folded : undefined;
      if (now === undefined) throw new Error('the stream is shorter than the events found in it');
      const { first, last, position } = write;
      const events = last - first + 1;
      const { state, revision: stateRevision } = now;
      ticket.settle(answered({ outcome, revision: last, position, events, replayed: true, state, stateRevision }));
    } catch (error) {
      // With the facts, the repeated command is decided again and finds what it did.
      if (error instanceof FactsNeeded) {
        ticket.settle({ kind: 'refused', error });
        return;
      }
      log.warn(
        { stream, revision: write.first, error: String(error) },
        'the outcome of a repeated command is not to be had',
      );
      ticket.settle({ kind: 'unknown', error: new ApplicationError('OutcomeUnknown', { stream }, { cause: error }) });
    }
  }

  /** Deciders are pure: the same command on the same state at the same time came to the same. */
  async #decidedOutcome(ticket: Ticket<State, Command, Event, Outcome>, write: KeyedWrite): Promise<Outcome> {
    const { request } = ticket.submission;
    if (request === undefined) throw new Error('who only looks has no outcome');
    const { aggregate } = this;
    const before = await foldWhole(this.#options, aggregate, this.#options.stream, write.first - 1);
    const { outcome } = aggregate.decider.decide(before.state, {
      ...request.command,
      actor: request.actor,
      at: write.at,
    });
    return outcome;
  }

  #refuseAll(error: unknown): void {
    for (const ticket of [...this.#tickets]) ticket.settle({ kind: 'refused', error });
  }

  /** What a turn could not deal with. Afterwards nobody is flying, and whoever is left can be decided again. */
  async #survive(error: unknown): Promise<void> {
    const { stream, log } = this.#options;
    for (const ticket of [...this.#tickets]) {
      if (ticket.phase !== 'flying') continue;
      // Only a closed store, or one that never tells, leaves an append without an answer.
      this.#folded = undefined;
      ticket.settle({ kind: 'unknown', error: new ApplicationError('OutcomeUnknown', { stream }, { cause: error }) });
    }
    if (error instanceof EventStoreUnavailable) {
      this.#troubles += 1;
      if (this.#troubles === 1) log.warn({ stream, error: error.message }, 'a store is away, commands wait');
      await pause(Math.min(25 * 2 ** Math.min(this.#troubles, 6), 1_000) * (0.5 + Math.random() / 2));
      return;
    }
    if (error instanceof EventStoreClosed) {
      this.#refuseAll(new ApplicationError('ShuttingDown', {}, { cause: error }));
      return;
    }
    this.#folded = undefined;
    if (error instanceof OutcomeLeftOpen) return;
    if (error instanceof EventUnreadable) {
      const facts = { stream, revision: error.revision, type: 'unreadable' };
      this.#refuseAll(new ApplicationError('HistoryNotUnderstood', facts, { cause: error }));
      return;
    }
    log.error({ stream, err: error }, 'a mailbox failed');
    this.#refuseAll(error);
  }
}

const needsFreshness = ({ kind }: { kind: Verdict<unknown, unknown, DomainEvent, unknown>['kind'] }): boolean =>
  kind === 'refused' || kind === 'alreadySo' || kind === 'looks';

const answered = <State, Outcome>(result: CommandResult<State, Outcome>): Settled<State, Outcome> => ({
  kind: 'answered',
  result,
});

function written<State, Command, Event extends DomainEvent, Outcome>(
  { outcome, first, last, state }: Verdict<State, Command, Event, Outcome> & { readonly kind: 'writes' },
  { position }: Folded<State>,
  replayed: boolean,
): CommandResult<State, Outcome> {
  return { outcome, revision: last, position, events: last - first + 1, replayed, state, stateRevision: last };
}

const judged = <State, Outcome>(
  outcome: Outcome,
  state: State,
  revision: number,
  { position }: Folded<State>,
): CommandResult<State, Outcome> => ({
  outcome,
  revision,
  position,
  events: 0,
  replayed: false,
  state,
  stateRevision: revision,
});

/** Nothing of it was written. Whoever was told meanwhile that the outcome is unknown is not written later either. */
function backToWaiting<State, Command, Event extends DomainEvent, Outcome>(
  ticket: Ticket<State, Command, Event, Outcome>,
  why: unknown,
): void {
  if (ticket.phase !== 'flying') return;
  ticket.phase = 'waiting';
  if (ticket.abandoned) ticket.settle({ kind: 'refused', error: why });
}

/** Nothing of it was written, and trying again at once would come to the same. */
function refuseWrite<State, Command, Event extends DomainEvent, Outcome>(
  ticket: Ticket<State, Command, Event, Outcome>,
  cause: WritesRefused,
): void {
  const error = new ApplicationError(cause.why === 'diskFull' ? 'DiskFull' : 'AppendDenied', {}, { cause });
  backToWaiting(ticket, error);
  ticket.settle({ kind: 'refused', error });
}

const notStorable = (error: EventRefused | KeyUnusable): Settled<never, never> => ({
  kind: 'refused',
  error:
    error instanceof KeyUnusable
      ? new ApplicationError('Unavailable', { what: `the data key of user ${error.key.userId}` }, { cause: error })
      : new ApplicationError('NotStorable', { reason: error.message }, { cause: error }),
});

function textBytes({ events }: SealedAppend): number {
  let bytes = 0;
  for (const { data, metadata, type } of events) {
    bytes += Buffer.byteLength(data) + Buffer.byteLength(metadata) + type.length;
  }
  return bytes;
}
