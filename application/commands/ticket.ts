import type { DomainEvent } from '../../domain/shared/event.js';
import type { EventContext } from '../ports/envelope.js';
import { ApplicationError } from './errors.js';
import type { CommandRequest, CommandResult } from './request.js';

/** How a command ended. Never a rejected promise: nobody may be listening any more. */
export type Settled<State, Outcome> =
  | { readonly kind: 'answered'; readonly result: CommandResult<State, Outcome> }
  /** Nothing was written: refused, timed out while waiting, not storable … */
  | { readonly kind: 'refused'; readonly error: unknown }
  /** Written or not: nobody knows. */
  | { readonly kind: 'unknown'; readonly error: unknown };

export interface Submission<State, Command, Event extends DomainEvent, Outcome> {
  /** Absent: only wants to see the state, fresh. */
  readonly request: CommandRequest<State, Command, Event, Outcome> | undefined;
  readonly context: EventContext;
  /** A repeat of it is recognised in events after this revision. Meant only with a command key in the context. */
  readonly since: number;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
}

/** A command in a mailbox. */
export class Ticket<State, Command, Event extends DomainEvent, Outcome> {
  /** `flying`: its events have been sent, and the store hasn't answered. */
  phase: 'waiting' | 'flying' | 'settled' = 'waiting';
  /** Conflicts so far. */
  tries = 0;
  /** Its key stands in no event after `since` up to here. */
  searched: number;
  /** What its caller gets: the truth, or that his deadline has passed. */
  readonly answer: Promise<Settled<State, Outcome>>;
  /** What came of it in the end; may stay open for as long as the store is gone. */
  readonly truth: Promise<Settled<State, Outcome>>;
  #answered = false;
  #answer!: (settled: Settled<State, Outcome>) => void;
  #truth!: (settled: Settled<State, Outcome>) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(
    readonly submission: Submission<State, Command, Event, Outcome>,
    /** Its turn on the mailbox's own clock, for "read after it arrived". */
    readonly arrival: number,
    private readonly stream: string,
    private readonly leave: (ticket: Ticket<State, Command, Event, Outcome>) => void,
  ) {
    this.searched = submission.since;
    this.answer = new Promise((resolve) => (this.#answer = resolve));
    this.truth = new Promise((resolve) => (this.#truth = resolve));
    this.#timer = setTimeout(
      () => {
        this.#passDeadline();
      },
      Math.max(0, submission.deadline - performance.now()),
    );
  }

  get commandKey(): string | undefined {
    return this.submission.context.commandKey;
  }

  /** Nobody waits for the answer any more. */
  get abandoned(): boolean {
    return this.#answered;
  }

  settle(settled: Settled<State, Outcome>): void {
    if (this.phase === 'settled') return;
    this.phase = 'settled';
    clearTimeout(this.#timer);
    this.leave(this);
    this.#answered = true;
    this.#answer(settled);
    this.#truth(settled);
  }

  #passDeadline(): void {
    if (this.phase === 'flying') {
      this.#answered = true;
      this.#answer({ kind: 'unknown', error: new ApplicationError('OutcomeUnknown', { stream: this.stream }) });
    } else {
      this.settle({ kind: 'refused', error: new ApplicationError('DeadlinePassed', { stream: this.stream }) });
    }
  }
}
