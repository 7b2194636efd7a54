import { DomainError } from '../../domain/shared/errors.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { EventToWrite } from '../ports/envelope.js';
import type { Aggregate } from './aggregate.js';
import type { Folded } from './folded.js';
import type { KeyedWrite } from './recent-keys.js';
import type { Ticket } from './ticket.js';

/** What a command came to on the speculative state: it holds once the round's append is accepted. */
export type Verdict<State, Command, Event extends DomainEvent, Outcome> = {
  readonly ticket: Ticket<State, Command, Event, Outcome>;
} & (
  | {
      readonly kind: 'writes';
      readonly outcome: Outcome;
      readonly first: number;
      readonly last: number;
      readonly at: number;
      readonly state: State;
    }
  /** The same command key as another one of this round. */
  | { readonly kind: 'repeats'; readonly of: Verdict<State, Command, Event, Outcome> & { readonly kind: 'writes' } }
  /** The same command key as events that are in the stream. */
  | { readonly kind: 'found'; readonly write: KeyedWrite }
  | { readonly kind: 'alreadySo'; readonly outcome: Outcome; readonly state: State; readonly revision: number }
  | { readonly kind: 'looks'; readonly state: State; readonly revision: number }
  | { readonly kind: 'refused'; readonly error: DomainError }
  /** The decision itself is broken: a defect, whatever the state. */
  | { readonly kind: 'broken'; readonly error: unknown }
);

export interface Round<State, Command, Event extends DomainEvent, Outcome> {
  readonly verdicts: readonly Verdict<State, Command, Event, Outcome>[];
  readonly events: readonly EventToWrite[];
  /** The state after all of them. */
  readonly state: State;
  readonly lastAt: number;
}

/** Decides the commands in turn, each on the state that the ones before it leave. */
export function decideInTurn<State, Command, Event extends DomainEvent, Outcome>(
  aggregate: Aggregate<State, Command, Event, Outcome>,
  base: Folded<State>,
  tickets: readonly Ticket<State, Command, Event, Outcome>[],
  now: number,
): Round<State, Command, Event, Outcome> {
  type Written = Verdict<State, Command, Event, Outcome> & { readonly kind: 'writes' };
  const verdicts: Verdict<State, Command, Event, Outcome>[] = [];
  const events: EventToWrite[] = [];
  const keys = new Map<string, Written>();
  const at = Math.max(now, base.lastAt);
  let { state, revision } = base;

  for (const ticket of tickets) {
    const { request, context, since } = ticket.submission;
    if (request === undefined) {
      verdicts.push({ ticket, kind: 'looks', state, revision });
      continue;
    }
    const key = context.commandKey;
    const twin = key === undefined ? undefined : keys.get(key);
    if (twin !== undefined) {
      verdicts.push({ ticket, kind: 'repeats', of: twin });
      continue;
    }
    const write = key === undefined ? undefined : base.keys.find(key, since);
    if (write !== undefined) {
      verdicts.push({ ticket, kind: 'found', write });
      continue;
    }
    if (request.ifRevision !== undefined && request.ifRevision !== revision) {
      const error = new DomainError('RevisionMismatch', { expected: request.ifRevision, actual: revision });
      verdicts.push({ ticket, kind: 'refused', error });
      continue;
    }
    try {
      const decision = aggregate.decider.decide(state, { ...request.command, actor: request.actor, at });
      if (decision.events.length === 0) {
        verdicts.push({ ticket, kind: 'alreadySo', outcome: decision.outcome, state, revision });
        continue;
      }
      let next = state;
      for (const event of decision.events) next = aggregate.decider.evolve(next, event);
      state = next;
      const first = revision + 1;
      revision += decision.events.length;
      for (const event of decision.events) events.push({ ...context, event, occurredAt: at });
      const verdict: Written = { ticket, kind: 'writes', outcome: decision.outcome, first, last: revision, at, state };
      verdicts.push(verdict);
      if (key !== undefined) keys.set(key, verdict);
    } catch (error) {
      verdicts.push(
        error instanceof DomainError ? { ticket, kind: 'refused', error } : { ticket, kind: 'broken', error },
      );
    }
  }
  return { verdicts, events, state, lastAt: at };
}
